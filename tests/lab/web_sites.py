"""Web sites of a world: one nginx on each machine that has any, with certificates of the lab's CA."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from netaudit.lab.flaws import Flaws
from netaudit.lab.pki import Pki, condition_of
from netaudit.lab.web_server import OWN_SCRIPT, WebServer
from netaudit.lab.world import Machine, Website, World
from netaudit.model.common import Family, family_of
from netaudit.rules.fetches import SECURITY_HEADERS
from tests.lab.credentials import CredentialFiles
from tests.lab.daemons import Command, Daemons
from tests.lab.ready import Expectation

__all__ = ["start_web_servers", "web_expectations", "web_rules"]

_PLAIN, _SECURE = 80, 443


def start_web_servers(world: World, flaws: Flaws, pki: Pki, folder: Path, daemons: Daemons) -> None:
    """Start nginx on every machine that has a web site."""
    for machine in _serving(world):
        place = folder / f"{machine.id}-web"
        place.mkdir()
        sites = tuple(site for site in world.websites if site.machine == machine.id)
        writer = _Writer(machine, sites, flaws, CredentialFiles(pki, place), place)
        daemons.start(machine.id, _nginx(place, "\n".join(writer.servers())), place)


def web_rules(machine: Machine, flaws: Flaws) -> list[str]:
    """The nftables rules for the web ports of a machine that are silent."""
    return [
        f"meta nfproto {family} tcp dport {port} drop"
        for family in Family
        for port in (_PLAIN, _SECURE)
        if flaws.port(machine.id, family, port) == "silent_web"
    ]


def web_expectations(world: World, flaws: Flaws) -> list[Expectation]:
    """What must accept connections before the lab is ready."""
    return [
        Expectation(address, port)
        for machine in _serving(world)
        for address in machine.addresses
        for port in (_PLAIN, _SECURE)
        if flaws.port(machine.id, family_of(address), port) is None
    ]


def _serving(world: World) -> Sequence[Machine]:
    named = {site.machine for site in world.websites}
    return [machine for machine in world.machines if machine.id in named]


@dataclass(frozen=True)
class _Writer:
    """Writes the configuration and the pages of one machine. What a host is over a family is one `server` block."""

    machine: Machine
    sites: tuple[Website, ...]
    flaws: Flaws
    credentials: CredentialFiles
    folder: Path

    def servers(self) -> Iterator[str]:
        """The `server` blocks; on each socket the first answers for names that nobody knows, as in the Python lab."""
        for address in self.machine.addresses:
            family = family_of(address)
            socket = f"[{address}]" if family is Family.IPV6 else address
            for port in (_PLAIN, _SECURE):
                if self.flaws.port(self.machine.id, family, port) in (None, "silent_web"):
                    yield self._stranger(family, f"{socket}:{port}", secure=port == _SECURE)
                    for site in self.sites:
                        for host in site.hosts:
                            yield self._server(site, host, family, f"{socket}:{port}", secure=port == _SECURE)

    def _stranger(self, family: Family, socket: str, *, secure: bool) -> str:
        site = self.sites[0]
        tls = self._tls(site, site.hosts[0], family) if secure else []
        listen = f"listen {socket}{' ssl' if secure else ''} default_server;"
        return _block("server", [listen, "server_name _;", *tls, "return 404;"])

    def _server(self, site: Website, host: str, family: Family, socket: str, *, secure: bool) -> str:
        lines = [f"listen {socket}{' ssl' if secure else ''};", f"server_name {host};"]
        if secure:
            lines += self._tls(site, host, family)
        page = WebServer(self.sites, self.flaws).page
        root = page(self.machine.id, family, host=host, target="/", secure=secure)
        headers = dict(root.headers)
        if "location" in headers:
            return _block("server", [*lines, f"return {root.status} https://{host}$request_uri;"])
        shown = (name for name in headers if name in SECURITY_HEADERS)
        lines += [f'add_header {name.title()} "{headers[name]}" always;' for name in shown]
        for path in site.files:
            file = page(self.machine.id, family, host=host, target=path, secure=secure)
            lines.append(_file(self.folder / f"{host}-{family}-{len(lines)}.txt", path, file.body))
        if site.scripts:
            script = page(self.machine.id, family, host=host, target=OWN_SCRIPT, secure=secure)
            lines.append(_file(self.folder / f"{host}-{family}.js", OWN_SCRIPT, script.body, "text/javascript"))
        for path in site.paths:
            status = page(self.machine.id, family, host=host, target=path, secure=secure).status
            lines.append(f"location = {path} {{ return {status}; }}")
        if root.status != 200:
            return _block("server", [*lines, f"location / {{ return {root.status}; }}"])
        home = self.folder / f"{host}-{family}"
        home.mkdir(exist_ok=True)
        (home / "index.html").write_bytes(root.body)
        return _block("server", [*lines, f"root {home};", "location / { try_files /index.html =500; }"])

    def _tls(self, site: Website, host: str, family: Family) -> list[str]:
        certificate, key = self.credentials.of(site.hosts, condition_of(host, family, self.flaws))
        return [f"ssl_certificate {certificate};", f"ssl_certificate_key {key};"]


def _file(place: Path, path: str, text: bytes, kind: str = "text/plain") -> str:
    place.write_bytes(text)
    return f"location = {path} {{ types {{ }} default_type {kind}; alias {place}; }}"


def _nginx(folder: Path, servers: str) -> Command:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    text = (
        f"user root;\nworker_processes 1;\ndaemon off;\npid {folder}/nginx.pid;\nerror_log stderr warn;\n"
        "events { worker_connections 256; }\nhttp {\naccess_log off;\nserver_tokens off;\n"
        "server_names_hash_bucket_size 128;\nssl_protocols TLSv1.2 TLSv1.3;\n"
        f"default_type text/html;\ncharset utf-8;\n{temporary}\n{servers}\n}}\n"
    )
    path = folder / "nginx.conf"
    path.write_text(text)
    return ["nginx", "-p", str(folder), "-c", str(path), "-e", "stderr"]


def _block(name: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{name} {{", *(f"  {line}" for line in lines), "}"])
