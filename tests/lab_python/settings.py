"""NSD, Knot DNS and BIND on a port of loopback: their settings to serve tinh.vn from a file `zone`, transfers too."""

import socket
from pathlib import Path

__all__ = ["ARGUMENTS", "free_port"]


def _nsd(folder: Path, port: int) -> list[str]:
    (folder / "nsd.conf").write_text(
        f'server:\n  ip-address: 127.0.0.1\n  port: {port}\n  username: ""\n  chroot: ""\n  zonesdir: "{folder}"\n'
        f'  database: ""\n  pidfile: "{folder}/pid"\n  xfrdfile: "{folder}/xfrd"\n  zonelistfile: "{folder}/list"\n'
        f'  xfrdir: "{folder}"\n  server-count: 1\n  minimal-responses: yes\n'
        'remote-control:\n  control-enable: no\nzone:\n  name: "tinh.vn"\n  zonefile: "zone"\n'
        "  provide-xfr: 127.0.0.1 NOKEY\n"
    )
    return ["-d", "-c", str(folder / "nsd.conf")]


def _knot(folder: Path, port: int) -> list[str]:
    (folder / "knot.conf").write_text(
        f"server:\n  listen: 127.0.0.1@{port}\n  rundir: {folder}\n  udp-workers: 1\n  tcp-workers: 1\n"
        f"database:\n  storage: {folder}\nlog:\n  - target: stderr\n    any: warning\n"
        "acl:\n  - id: anybody\n    address: 127.0.0.1\n    action: transfer\n"
        f"template:\n  - id: default\n    storage: {folder}\n    zonefile-sync: -1\n    zonefile-load: whole\n"
        "    journal-content: none\n    acl: anybody\nzone:\n  - domain: tinh.vn\n    file: zone\n"
    )
    return ["-c", str(folder / "knot.conf")]


def _bind(folder: Path, port: int) -> list[str]:
    (folder / "named.conf").write_text(
        f'options {{ directory "{folder}"; pid-file none; session-keyfile none; recursion no; minimal-responses yes;\n'
        f"listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; dnssec-validation no; notify no; }};\n"
        'controls { };\nzone "tinh.vn" { type primary; file "zone"; check-integrity no; allow-transfer { any; }; };\n'
    )
    return ["-g", "-n", "1", "-c", str(folder / "named.conf")]


def free_port() -> int:
    with socket.socket() as probe:  # noqa: TID251 - a server of the test's own
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


ARGUMENTS = {"nsd": _nsd, "knotd": _knot, "named": _bind}
"""What each server is started with, from a folder and a port."""
