"""systemd units of a scan every night: the service, hardened to what its probes need, and its timer.

Whatever comes from users is escaped for unit files (systemd.syntax, systemd.service, systemd.unit): quotes and
backslashes, control characters, the specifiers of `%` and the variables of `$`.
"""

from dataclasses import dataclass

__all__ = ["MARK", "ScheduledScan", "argument", "service_unit", "setting", "timer_unit"]

MARK = "# Written by `netaudit schedule install`; `netaudit schedule remove` removes it."

_NAMED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "%": "%%", "$": "$$"}

_PLACE = """StateDirectory={name}
StateDirectoryMode=0700
WorkingDirectory=/
UMask=0077
"""

_SYSTEM = """ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
KeyringMode=private
RemoveIPC=yes
"""

_EVERYWHERE = """LockPersonality=yes
NoNewPrivileges=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies={families}
SystemCallArchitectures=native
"""

# a browser compiles as it runs, and its sandbox makes namespaces and changes its root
_STRICTER = """MemoryDenyWriteExecute=yes
RestrictNamespaces=yes
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
"""


@dataclass(frozen=True)
class ScheduledScan:
    """A scan every night. `command` is the program and its arguments; where runs go, `${STATE_DIRECTORY}` stands.

    `at` is the time of day, `jitter` and `longest` (the deadline of a whole run) in seconds.
    """

    name: str  # of the unit; letters, digits and hyphens
    description: str
    command: tuple[str, ...]
    at: str = "02:00"
    zone: str = "Asia/Ho_Chi_Minh"
    jitter: int = 1_800
    longest: int = 43_200
    raw: bool = False  # CAP_NET_RAW: paths, firewall marks
    browser: bool = False
    user: bool = False  # a user's own unit instead of the system's
    on_failure: str = ""  # a unit to start when a run ends with anything but 0 and 1


def service_unit(scan: ScheduledScan) -> str:
    """The service: one run. Findings (exit code 1) are no failure of it; a run that was killed is begun again."""
    lines = [
        MARK,
        "[Unit]",
        f"Description={setting(scan.description)}",
        "Wants=network-online.target",
        "After=network-online.target time-sync.target",
        *([f"OnFailure={scan.on_failure}"] if scan.on_failure else []),
        "StartLimitIntervalSec=3h",
        "StartLimitBurst=3",
        "",
        "[Service]",
        "Type=oneshot",
        f"ExecStart={' '.join(map(argument, scan.command))}",
        "# 1: findings; the run itself is fine",
        "SuccessExitStatus=1",
        "# killed, out of memory: begin again, and --resume-within goes on where it died",
        "Restart=on-abnormal",
        "RestartSec=5min",
        f"TimeoutStartSec={scan.longest}",
        "# as Ctrl-C: the partial run is judged and marked",
        "KillSignal=SIGINT",
        "TimeoutStopSec=5min",
        "# secrets: NETAUDIT_… variables, readable by root alone",
        f"EnvironmentFile=-{'%E' if scan.user else '/etc'}/netaudit/{scan.name}.env",
    ]
    return "\n".join(lines) + "\n" + _PLACE.format(name=scan.name) + _sandbox(scan)


def timer_unit(scan: ScheduledScan) -> str:
    """The timer: every night, after a missed night at once, and after a boot, when a run may have died."""
    return f"""{MARK}
[Unit]
Description={setting(scan.description)}

[Timer]
OnCalendar=*-*-* {scan.at}:00 {scan.zone}
OnBootSec=10min
Persistent=true
RandomizedDelaySec={scan.jitter}
FixedRandomDelay=true

[Install]
WantedBy=timers.target
"""


def argument(text: str) -> str:
    """One argument of a command line. Raises ValueError for a NUL, which no argument can hold.

    `${STATE_DIRECTORY}` at its beginning is systemd's to fill in; every other `$` means itself.
    """
    if "\0" in text:
        raise ValueError("an argument can't hold a NUL")
    variable = "${STATE_DIRECTORY}"
    head, rest = (variable, text[len(variable) :]) if text.startswith(variable) else ("", text)
    return f'"{head}{"".join(map(_escaped, rest))}"'


def setting(text: str) -> str:
    """A text of one line, such as a description: no control characters, no specifiers, no continuation."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line.replace("%", "%%").rstrip("\\")[:400]


def _escaped(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    return character if character.isprintable() else "".join(f"\\x{byte:02x}" for byte in character.encode())


def _sandbox(scan: ScheduledScan) -> str:
    """What the run may do. A user's own systemd can't change identities, capabilities and mounts: it filters calls."""
    families = "AF_INET AF_INET6 AF_UNIX AF_NETLINK" + (" AF_PACKET" if scan.raw else "")
    calls = _EVERYWHERE.format(families=families) + ("" if scan.browser else _STRICTER)
    if scan.user:
        return calls
    lines = ["DynamicUser=yes"]
    if scan.raw:
        lines += ["CapabilityBoundingSet=CAP_NET_RAW", "AmbientCapabilities=CAP_NET_RAW"]
    else:
        lines += ["CapabilityBoundingSet="] + ([] if scan.browser else ["PrivateUsers=yes"])
    return "\n".join(lines) + "\n" + _SYSTEM + calls
