"""The world that all tools audit: root, vn, gov.vn and any number of signed zones below it."""

from ipaddress import IPv4Address, IPv6Address

from netaudit.lab.world import Machine, World, WorldZone

__all__ = ["IPV4_PREFIX", "IPV6_PREFIX", "LEVELS", "SCANNER", "audited_zones", "bench_world", "level_of"]

# Documentation prefixes (RFC 5737, RFC 3849): should anything leave the namespace, it reaches nobody.
IPV4_PREFIX, IPV6_PREFIX = "198.51.100.0/24", "2001:db8:53::/64"

SCANNER = ("198.51.100.250", "2001:db8:53::250")

LEVELS = ("root", "vn", "gov", "hoster")  # each served by machines of its own

_HOSTERS = 32  # machines that the audited zones share, as the zones of a country do


def audited_zones(count: int) -> list[str]:
    """The names of `count` zones."""
    return [f"zone{number:04}.gov.vn" for number in range(count)]


def bench_world(count: int) -> World:
    """A world with `count` audited zones: each with two name servers within it, a web host and mail policy."""
    hosters = [_machine(f"hoster{number}", 100 + number) for number in range(_HOSTERS)]
    above = [_machine(f"{zone}{turn}", 10 * rank + turn) for rank, zone in enumerate(_ABOVE, 1) for turn in (1, 2)]
    zones = [_zone_above(name, prefix) for prefix, name in _ABOVE.items()]
    zones += [_audited(name, number) for number, name in enumerate(audited_zones(count))]
    return World(schema=1, name="bench", machines=(*above, *hosters), zones=tuple(zones), ttl=3600)


def level_of(machine: str) -> str:
    """The level of the tree that a machine serves."""
    return machine.rstrip("0123456789")


_ABOVE = {"root": ".", "vn": "vn", "gov": "gov.vn"}  # prefix of the machines' names -> zone


def _zone_above(name: str, prefix: str) -> WorldZone:
    below = "" if name == "." else f".{name}"
    return WorldZone(name=name, servers={f"{prefix}{turn}.ns{below}": f"{prefix}{turn}" for turn in (1, 2)})


def _audited(name: str, number: int) -> WorldZone:
    first, second = (f"hoster{(number + shift) % _HOSTERS}" for shift in (0, _HOSTERS // 2))
    return WorldZone(
        name=name,
        servers={f"ns1.{name}": first, f"ns2.{name}": second},
        hosts={"@": first, "www": first, "mail": second},
        records='@ MX 10 mail\n@ TXT "v=spf1 mx -all"\n_dmarc TXT "v=DMARC1; p=reject"\n',
    )


def _machine(id: str, number: int) -> Machine:
    ipv4 = IPv4Address(IPV4_PREFIX.partition("/")[0]) + number
    ipv6 = IPv6Address(IPV6_PREFIX.partition("/")[0]) + number
    return Machine(id=id, addresses=(str(ipv4), str(ipv6)))
