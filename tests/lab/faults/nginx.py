"""The sites of the table as one nginx configuration; what a host is at one address and port is one `server`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netaudit.lab.pki import Pki
from tests.lab.credentials import CredentialFiles
from tests.lab.daemons import Command
from tests.lab.faults.plants import Serve

__all__ = ["Listener", "nginx"]

_STREAM = Path("/usr/lib/nginx/modules/ngx_stream_module.so")
_SECURE = 443


@dataclass(frozen=True)
class Listener:
    """One address and port of one host."""

    host: str
    address: str
    port: int
    serve: Serve
    secure: bool


def nginx(listeners: list[Listener], pki: Pki, folder: Path) -> Command:
    """The command that serves all of them."""
    folder.mkdir()
    files = CredentialFiles(pki, folder)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    servers = "\n".join(_server(listener, files) for listener in listeners)
    path = folder / "nginx.conf"
    path.write_text(
        f"user root;\nworker_processes 1;\ndaemon off;\npid {folder}/nginx.pid;\nerror_log stderr crit;\n"
        "events { worker_connections 2048; }\nhttp {\naccess_log off;\nserver_tokens off;\n"
        "server_names_hash_bucket_size 128;\nreset_timedout_connection on;\n"
        f"default_type text/html;\ncharset utf-8;\n{temporary}\n{servers}\n}}\n"
    )
    return ["nginx", "-p", str(folder), "-c", str(path), "-e", "stderr"]


def _server(listener: Listener, files: CredentialFiles) -> str:
    socket = f"[{listener.address}]" if ":" in listener.address else listener.address
    lines = [f"listen {socket}:{listener.port}{' ssl' if listener.secure else ''};", f"server_name {listener.host};"]
    lines += _secure(listener, files) if listener.secure else listener.serve.plain
    return "\n".join(["server {", *(f"  {line}" for line in lines), "}"])


def _secure(listener: Listener, files: CredentialFiles) -> Iterator[str]:
    serve = listener.serve
    names = (f"www.{listener.host}", listener.host) if serve.another_key else (listener.host,)
    certificate, key = files.of(names, serve.certificate)
    yield f"ssl_certificate {certificate};"
    yield f"ssl_certificate_key {key};"
    yield f"ssl_protocols {serve.protocols};"
    if "TLSv1.1" in serve.protocols:
        yield "ssl_ciphers DEFAULT:@SECLEVEL=0;"
    for name, value in (header.split(": ", 1) for header in serve.headers):
        yield f'add_header {name} "{value}" always;'
    yield from serve.lines
    if serve.redirect:
        yield f"location = / {{ return 302 {serve.redirect}; }}"
    yield f"location / {{ return {serve.status} '{serve.page}'; }}"
