"""The lab at work: routers in network namespaces, cables that can be cut, and what a collector sees.

Ready means that the collector has the paths which the design gives, never that it has so many: while routers hunt
for paths there are always some.
"""

import os
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import CalledProcessError

from netaudit.model.common import Family
from netaudit.routing.mrt import RoutingError, read_routes
from tests.lab.daemons import Daemons
from tests.lab.multihome import bird, frr
from tests.lab.multihome.collectors import Collector, start_collector
from tests.lab.multihome.topology import ASNS, HOMES, PROVINCE, Design, End, Link, links
from tests.lab.namespaces import Namespaces
from tests.lab.realise import FOLDER, remove_orphans

__all__ = ["BIRD", "MultihomeLab", "Seen", "multihome_lab"]

BIRD = "collector"
_PATIENCE = 20.0  # seconds; one is usual, three when a connection must be tried again
_SETTINGS = {
    "ipv4/ip_forward": 1,
    "ipv6/conf/all/forwarding": 1,
    "ipv6/conf/all/keep_addr_on_down": 1,
    "ipv6/conf/default/keep_addr_on_down": 1,
    "ipv4/conf/all/rp_filter": 0,
    "ipv4/conf/default/rp_filter": 0,
    "ipv4/conf/all/accept_local": 1,  # what the province sent may come back to it by a leak: IPv6 asks nothing
    "ipv4/icmp_ratelimit": 0,
    "ipv6/icmp/ratelimit": 0,
}
_MARKS = {"up1": 1, "up2": 2}

Seen = dict[str, dict[int, tuple[int, ...]]]
"""Prefix -> peer's AS -> path."""


class MultihomeLab:
    """Seven routers; made by `multihome_lab`."""

    def __init__(
        self,
        design: Design,
        collectors: Sequence[str],
        province: str,
        namespaces: Namespaces,
        daemons: Daemons,
        folder: Path,
    ) -> None:
        self.design = design
        self._province = province
        self.namespaces = namespaces
        self.daemons = daemons
        self.folder = folder
        self.links = links(design, (BIRD, *collectors))
        self.collectors: dict[str, Collector] = {}
        self._ends: dict[str, list[End]] = defaultdict(list)
        for link in self.links:
            for end in link.ends:
                self._ends[end.router].append(end)

    def start(self) -> None:
        """Connect all and start the routers."""
        for name in self._ends:
            self.namespaces.add_alone(name)
            script = "; ".join(f"echo {value} > /proc/sys/net/{key}" for key, value in _SETTINGS.items())
            self.namespaces.run(name, ["sh", "-c", script])
        for link in self.links:
            self._connect(link)
        for number, (name, ends) in enumerate(self._ends.items(), 1):
            if name in ASNS:
                self._homes(name)
            if name == PROVINCE and self._province == "frr":
                place = self.folder / name
                place.mkdir()
                lines = frr.province(ends, self.design)
                self.collectors[name] = frr.start(name, lines, self.namespaces, self.daemons, place, self.design.bfd)
            elif name in ASNS:
                self._bird(name, bird.router(name, number, ends, self.design))
            elif name == BIRD:
                self._bird(name, bird.collector(ends))
            else:
                self.collectors[name] = start_collector(name, ends, self.namespaces, self.daemons, self.folder / name)
        if self.design.forgets_ipv6:
            for end in self._ends[PROVINCE]:
                self.namespaces.run(PROVINCE, ["sysctl", "-qw", f"net.ipv6.conf.{end.interface}.keep_addr_on_down=0"])
            self.namespaces.run(PROVINCE, ["sysctl", "-qw", "net.ipv6.conf.all.keep_addr_on_down=0"])
        self._choose_by_mark()

    def ends(self, router: str) -> Sequence[End]:
        """What a router is connected to."""
        return self._ends[router]

    def birdc(self, router: str, command: str, *, check: bool = True) -> str:
        """What a router of BIRD's says to a command; `check`: raise CalledProcessError when it can't do it."""
        asked = self.namespaces.command(router, ["birdc", "-s", str(self.folder / router / "control"), command])
        return subprocess.run(asked, check=check, capture_output=True, text=True, timeout=30).stdout

    def seen(self) -> Seen:
        """What the collector has now, of all prefixes; nothing while it is not there yet."""
        found: Seen = defaultdict(dict)
        for file in self.dump(self.folder / BIRD):
            with suppress(RoutingError, OSError):
                for route in read_routes(file, ["0.0.0.0/0", "::/0"]).routes:
                    found[route.prefix][route.peer_asn] = route.as_path
        return found

    def dump(self, folder: Path) -> tuple[Path, ...]:
        """Write the collector's tables as MRT files into `folder`, one a family."""
        files = []
        for family, table in ((Family.IPV4, "master4"), (Family.IPV6, "master6")):
            file = folder / f"{family}.mrt"
            file.unlink(missing_ok=True)
            if (self.folder / BIRD / "control").exists():
                with suppress(CalledProcessError):  # it does not listen yet
                    self.birdc(BIRD, f'mrt dump table "{table}" to "{file}"')
            if file.exists():
                files.append(file)
        return tuple(files)

    def wait_for(self, wanted: Mapping[str, Mapping[str, tuple[int, ...] | None]]) -> None:
        """Wait until the collector has exactly these paths: prefix -> peer -> path; None: the peer tells of none.

        Raises AssertionError with what it has when that does not come to be.
        """
        seen: Seen = {}

        def arrived() -> bool:
            nonlocal seen
            seen = self.seen()
            return all(
                seen.get(prefix, {}).get(ASNS[peer]) == path
                for prefix, paths in wanted.items()
                for peer, path in paths.items()
            )

        try:
            self.daemons.wait_until(arrived, "the paths were not there", _PATIENCE)
        except AssertionError as error:
            error.add_note("\n".join(f"{prefix}: {paths}" for prefix, paths in sorted(seen.items())))
            raise

    def wait_for_quiet(self, seconds: float) -> None:
        """Wait until the collector's table has not changed for some time. Raises AssertionError when it always does."""
        last, since = self.seen(), time.monotonic()

        def quiet() -> bool:
            nonlocal last, since
            now = self.seen()
            if now != last:
                last, since = now, time.monotonic()
            return time.monotonic() - since >= seconds

        self.daemons.wait_until(quiet, "the paths changed", _PATIENCE)

    def wait_until_answered(self, host: str, address: str, port: int, seconds: float) -> None:
        """Wait until a TCP connection from `host` is accepted. Raises AssertionError when none is."""
        script = f"exec 3<>/dev/tcp/{address}/{port}"

        def answered() -> bool:
            command = self.namespaces.command(host, ["timeout", "1", "bash", "-c", script])
            return subprocess.run(command, check=False, capture_output=True).returncode == 0

        self.daemons.wait_until(answered, f"{host} did not reach {address} port {port}", seconds)

    def cut(self, one: str, other: str) -> None:
        """Pull a cable out: both ends see it at once."""
        self.namespaces.configure(one, f"link set to-{other} down")

    def repair(self, one: str, other: str) -> None:
        """Put the cable in again."""
        self.namespaces.configure(one, f"link set to-{other} up")
        if PROVINCE in (one, other):
            self._choose_by_mark()

    def drop(self, one: str, other: str, *families: Family) -> None:
        """Lose all packets of these families on a cable, at both ends, without a word."""
        for router, neighbour in ((one, other), (other, one)):
            rules = "\n".join(f'iifname "to-{neighbour}" meta nfproto {family} drop;' for family in families)
            self.namespaces.run(router, ["nft", _table(f"dropped_{neighbour}", rules)])

    def _connect(self, link: Link) -> None:
        one, other = link.ends
        self.namespaces.configure(
            one.router,
            f"link add {one.interface} address {_mac(link, 1)} type veth peer name {other.interface}"
            f" address {_mac(link, 2)}",
        )
        self.namespaces.move(other.interface, one.router, other.router)
        for end in (one, other):
            self.namespaces.configure(
                end.router,
                f"address add {end.local[Family.IPV4]}/30 dev {end.interface}",
                *(
                    [f"address add {end.local[Family.IPV6]}/64 dev {end.interface} nodad"]
                    if Family.IPV6 in end.families
                    else []
                ),
                f"link set {end.interface} up",
            )

    def _homes(self, name: str) -> None:
        home = HOMES[name]
        self.namespaces.configure(
            name, f"address add {home[Family.IPV4]}/32 dev lo", f"address add {home[Family.IPV6]}/128 dev lo nodad"
        )

    def _bird(self, name: str, configuration: str) -> None:
        folder = self.folder / name
        folder.mkdir()
        (folder / "bird.conf").write_text(configuration)
        command = ["bird", "-f", "-c", "bird.conf", "-s", "control", "-P", "pid"]
        self.daemons.start(name, command, folder)

    def _choose_by_mark(self) -> None:
        """Let the province send by an uplink what carries the uplink's mark, whatever BGP prefers."""
        for end in self._ends[PROVINCE]:
            mark = _MARKS.get(end.neighbour)
            if mark is None:
                continue
            for family in Family:
                option, table = ("-6" if family is Family.IPV6 else "-4"), 100 + mark
                if family in end.families:
                    way = f"via {end.remote[family]} dev {end.interface} src {HOMES[PROVINCE][family]}"
                    with suppress(CalledProcessError):  # after a cut there may be no address for it any more
                        self._ip(option, f"route replace default {way} table {table}")
                # else a packet would take the usual way when this one is gone, and the uplink seem alive
                self._ip(option, f"route replace unreachable default metric 9999 table {table}")
                if f"lookup {table}" not in self._ip(option, "rule"):
                    self._ip(option, f"rule add fwmark {mark} lookup {table}")

    def _ip(self, option: str, command: str) -> str:
        return self.namespaces.run(PROVINCE, ["ip", option, *command.split()])


@contextmanager
def multihome_lab(design: Design, collectors: Sequence[str] = (), province: str = "bird") -> Iterator[MultihomeLab]:
    """Run the lab until the block ends; `collectors`: others beside BIRD's (`frr`, `gobgp`, `exabgp`).

    `province`: what its router is, `bird` or `frr`. Needs root.
    """
    remove_orphans()
    with (
        tempfile.TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-") as name,
        Namespaces() as namespaces,
        Daemons(namespaces) as daemons,
    ):
        folder = Path(name)
        folder.chmod(0o755)  # FRR and ExaBGP are not root
        lab = MultihomeLab(design, collectors, province, namespaces, daemons, folder)
        lab.start()
        yield lab


def _mac(link: Link, end: int) -> str:
    """The same in every run, for link-local addresses are made from it."""
    return f"02:00:5e:00:{link.number:02x}:{end:02x}"


def _table(name: str, rules: str) -> str:
    return f"table inet {name} {{\nchain input {{ type filter hook prerouting priority -300;\n{rules}\n}}\n}}"
