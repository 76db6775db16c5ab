"""Real daemons for the hosts of a namespace lab: configuration as text, one process each, ended by its id."""

import grp
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.lab.namespaces import Namespaces

__all__ = ["NAME_SERVERS", "Daemons", "bind", "knot", "nginx", "nsd", "postfix"]

Zones = Mapping[str, str]  # zone name -> master file text
Command = list[str]


def nsd(folder: Path, addresses: Sequence[str], zones: Zones) -> Command:
    """NSD serving `zones` on port 53 of `addresses`."""
    listen = "\n".join(f"  ip-address: {address}" for address in addresses)
    parts = [
        f'server:\n{listen}\n  port: 53\n  username: ""\n  chroot: ""\n  zonesdir: "{folder}"\n  database: ""\n'
        f'  pidfile: "{folder}/nsd.pid"\n  xfrdfile: "{folder}/xfrd.state"\n  zonelistfile: "{folder}/zone.list"\n'
        f'  xfrdir: "{folder}"\n  server-count: 1\n  rrl-ratelimit: 0\n  rrl-whitelist-ratelimit: 0\n'
        "remote-control:\n  control-enable: no\n"
    ]
    for name, file in _zone_files(folder, zones).items():
        parts.append(f'zone:\n  name: "{name}"\n  zonefile: "{file.name}"\n')
    return ["nsd", "-d", "-c", _write(folder / "nsd.conf", "".join(parts))]


def knot(folder: Path, addresses: Sequence[str], zones: Zones) -> Command:
    """Knot DNS serving `zones` on port 53 of `addresses`."""
    listen = ", ".join(f"{address}@53" for address in addresses)
    parts = [
        f"server:\n  listen: [ {listen} ]\n  rundir: {folder}\n  udp-workers: 1\n  tcp-workers: 1\n"
        "  background-workers: 1\n  automatic-acl: off\n"
        f"database:\n  storage: {folder}\n"
        "log:\n  - target: stderr\n    any: warning\n"
        f"template:\n  - id: default\n    storage: {folder}\n    zonefile-sync: -1\n    zonefile-load: whole\n"
        "    journal-content: none\n    semantic-checks: off\nzone:\n"
    ]
    for name, file in _zone_files(folder, zones).items():
        parts.append(f'  - domain: "{name}"\n    file: "{file.name}"\n')
    return ["knotd", "-c", _write(folder / "knot.conf", "".join(parts))]


def bind(folder: Path, addresses: Sequence[str], zones: Zones) -> Command:
    """BIND serving `zones` on port 53 of `addresses`."""
    listen = {
        4: " ".join(f"{a};" for a in addresses if ":" not in a),
        6: " ".join(f"{a};" for a in addresses if ":" in a),
    }
    parts = [
        f'options {{\n  directory "{folder}";\n  pid-file none;\n  session-keyfile none;\n  recursion no;\n'
        f"  listen-on {{ {listen[4] or 'none;'} }};\n  listen-on-v6 {{ {listen[6] or 'none;'} }};\n"
        "  dnssec-validation no;\n  notify no;\n  minimal-responses no;\n  check-names primary ignore;\n"
        "  max-zone-ttl unlimited;\n};\ncontrols { };\n"
    ]
    for name, file in _zone_files(folder, zones).items():
        parts.append(f'zone "{name}" {{ type primary; file "{file.name}"; check-integrity no; }};\n')
    return ["named", "-g", "-n", "1", "-c", _write(folder / "named.conf", "".join(parts))]


NAME_SERVERS: tuple[Callable[[Path, Sequence[str], Zones], Command], ...] = (nsd, knot, bind)


def nginx(folder: Path, servers: str) -> Command:
    """Nginx with the given `server { … }` blocks."""
    for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
        (folder / name).mkdir(exist_ok=True)
    text = (
        f"user root;\nworker_processes 1;\ndaemon off;\npid {folder}/nginx.pid;\nerror_log stderr warn;\n"
        "events { worker_connections 256; }\nhttp {\n  access_log off;\n  server_tokens off;\n"
        f"  client_body_temp_path {folder}/body;\n  proxy_temp_path {folder}/proxy;\n"
        f"  fastcgi_temp_path {folder}/fastcgi;\n  uwsgi_temp_path {folder}/uwsgi;\n  scgi_temp_path {folder}/scgi;\n"
        f"  types {{ text/html html; }}\n  default_type text/html;\n{servers}\n}}\n"
    )
    return ["nginx", "-p", str(folder), "-c", _write(folder / "nginx.conf", text), "-e", "stderr"]


def postfix(folder: Path, addresses: Sequence[str], host: str, tls: Mapping[str, tuple[str, str] | None]) -> Command:
    """Postfix answering on port 25 of `addresses`; `tls` maps each to certificate and key files, or None."""
    config, queue, data = (folder / name for name in ("etc", "queue", "data"))
    for path in (config, queue, data):
        path.mkdir(exist_ok=True)
    owner, group = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postfix").gr_gid
    os.chown(data, owner, group)
    for path in (folder, *folder.parents[:2]):
        path.chmod(path.stat().st_mode | 0o055)
    _write(
        config / "main.cf",
        f"compatibility_level = 3.6\nqueue_directory = {queue}\ndata_directory = {data}\nmyhostname = {host}\n"
        "command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\n"
        "setgid_group = postdrop\ninet_interfaces = all\ninet_protocols = all\nmydestination =\n"
        "local_recipient_maps =\nalias_maps =\nalias_database =\n"
        "smtpd_banner = $myhostname ESMTP\nmaillog_file = /dev/stdout\n"
        "smtpd_relay_restrictions = reject\nsmtpd_peername_lookup = no\n",
    )
    lines = ["postlog unix-dgram n - n - 1 postlogd", "anvil unix - - n - 1 anvil", "tlsmgr unix - - n 300 1 tlsmgr"]
    for address in addresses:
        bound = f"[{address}]" if ":" in address else address
        files = tls.get(address)
        options = ["smtpd_tls_security_level=none"]
        if files is not None:
            options = ["smtpd_tls_security_level=may", f"smtpd_tls_chain_files={files[1]},{files[0]}"]
        lines.append(f"{bound}:25 inet n - n - - smtpd" + "".join(f"\n  -o {option}" for option in options))
    _write(config / "master.cf", "\n".join(lines) + "\n")
    return ["postfix", "-c", str(config), "start-fg"]


class Daemons:
    """The processes of a lab; a context manager that ends each by its own process id."""

    def __init__(self, namespaces: Namespaces) -> None:
        self._namespaces = namespaces
        self._running: list[tuple[str, subprocess.Popen[bytes], Path]] = []

    def __enter__(self) -> "Daemons":
        return self

    def __exit__(self, *_: object) -> None:
        for _name, process, _log in self._running:
            process.terminate()
        for _name, process, _log in self._running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)

    def start(self, host: str, command: Command, folder: Path) -> None:
        """Start `command` in the namespace of `host`, its output in `folder/log`."""
        program = shutil.which(command[0], path="/usr/sbin:/usr/bin:/sbin:/bin")
        assert program is not None, f"{command[0]} is not installed"
        log = folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self._namespaces.command(host, [program, *command[1:]]),
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=folder,
            )  # fmt: skip
        self._running.append((f"{command[0]} on {host}", process, log))

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
        """Wait until `ready()`. Raises AssertionError with the daemons' last words when it takes too long."""
        end = time.monotonic() + seconds
        while not ready():
            ended = [f"{name}: exit {p.poll()}: {_tail(log)}" for name, p, log in self._running if p.poll() is not None]
            assert not ended, "; ".join(ended)
            assert time.monotonic() < end, f"{what} was not ready in {seconds} s"
            time.sleep(0.05)


def _zone_files(folder: Path, zones: Zones) -> dict[str, Path]:
    files = {}
    for number, (name, text) in enumerate(sorted(zones.items())):
        absolute = name if name.endswith(".") else f"{name}."
        files[absolute] = folder / f"zone{number}"
        files[absolute].write_text(text)
    return files


def _write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-500:]
