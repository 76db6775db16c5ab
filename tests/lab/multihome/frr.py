"""FRR in the lab: as a collector, and as the province's own router."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from netaudit.model.common import Family, family_of
from tests.lab.daemons import Daemons
from tests.lab.multihome.topology import ASNS, COLLECTOR_ASN, PROVINCE, Design, End
from tests.lab.namespaces import Namespaces

__all__ = ["Collector", "collector", "province", "start"]

_FRR = "/usr/lib/frr"


@dataclass(frozen=True)
class Collector:
    """A running router that says what it has: `ask` runs one of its commands and returns what it printed."""

    name: str
    folder: Path
    ask: Callable[[str], str]


def start(
    name: str, lines: Sequence[str], namespaces: Namespaces, daemons: Daemons, folder: Path, bfd: bool = False
) -> Collector:
    """Start zebra, which bgpd takes its next hops from, and bgpd."""
    (folder / "zebra.conf").write_text("hostname router\n")
    (folder / "bfdd.conf").write_text("hostname router\n")
    (folder / "bgpd.conf").write_text("\n".join([*lines, ""]))
    for daemon in ("zebra", *(["bfdd"] if bfd else []), "bgpd"):
        place = folder / daemon
        place.mkdir()
        command = [
            f"{_FRR}/{daemon}", "-u", "root", "-g", "frrvty", "-f", str(folder / f"{daemon}.conf"),
            "-z", str(folder / "zserv"), "-i", str(folder / f"{daemon}.pid"), "--vty_socket", str(folder),
            "-A", "127.0.0.1", "--log", "stdout",
        ]  # fmt: skip
        command += ["--bfdctl", str(folder / "bfdd.sock")] if daemon == "bfdd" else []
        daemons.start(name, command, place)
        socket = folder / f"{daemon}.vty"
        daemons.wait_until(socket.exists, f"{daemon} was not there")

    def ask(command: str) -> str:
        return namespaces.run(name, ["vtysh", "--vty_socket", str(folder), "-c", command])

    return Collector(name, folder, ask)


def collector(ends: Sequence[End]) -> list[str]:
    """The configuration of a collector: everything in."""
    return list(_speaker(COLLECTOR_ASN, "10.255.0.253", ends, 30))


def province(ends: Sequence[End], design: Design) -> list[str]:
    """The configuration of the province's router: its own prefixes out, as a customer (RFC 9234)."""
    lines = list(_speaker(ASNS[PROVINCE], "10.255.0.6", ends, design.hold, design))
    for family in Family:
        word = "ipv6" if family is Family.IPV6 else "ip"
        own = [p for p in design.origins(PROVINCE) if family_of(p.partition("/")[0]) is family]
        lines += [f"{word} prefix-list own-{family} permit {prefix}" for prefix in own]
    return lines


def _speaker(asn: int, identifier: str, ends: Sequence[End], hold: int, design: Design | None = None) -> Iterator[str]:
    mixed = design is not None and design.ipv6_in_ipv4
    sessions = [(end, [end.families[0]] if mixed else list(end.families)) for end in ends]
    yield f"router bgp {asn}"
    yield from (f" bgp router-id {identifier}", " no bgp ebgp-requires-policy", " no bgp default ipv4-unicast")
    yield " no bgp network import-check"
    for end, transports in sessions:
        for transport in transports:
            there = end.remote[transport]
            yield f" neighbor {there} remote-as {ASNS[end.neighbour]}"
            yield f" neighbor {there} timers {hold // 3} {hold}"
            yield f" neighbor {there} timers connect 1"
            if design is not None:
                yield f" neighbor {there} local-role customer"
                yield from [f" neighbor {there} bfd"] if design.bfd else []
    for family in Family:
        yield f" address-family {family} unicast"
        if design is not None:
            own = [p for p in design.origins(PROVINCE) if family_of(p.partition("/")[0]) is family]
            yield from (f"  network {prefix}" for prefix in own)
        for end, transports in sessions:
            transport = transports[0] if mixed else family
            if family in end.families:
                yield f"  neighbor {end.remote[transport]} activate"
                if design is not None:
                    yield f"  neighbor {end.remote[transport]} prefix-list own-{family} out"
        yield " exit-address-family"
