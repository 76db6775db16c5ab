"""A scanner behind two routers: paths that faults can be planted in, and two uplinks to choose from by mark.

    scanner ==up1== router-1 ==+
       \\====up2== router-2 ==+== the world, on one link

Everything that leaves goes by `up1`, but for packets with firewall mark 2, which take `up2`; answers come back by
`up1` always. So a path is what it is on the Internet: routers of others, and not the same there and back.
"""

from ipaddress import ip_interface

from tests.lab.namespaces import Namespaces

__all__ = ["FIRST", "SECOND", "add_routed"]

FIRST, SECOND = "router-1", "router-2"

_WORLD = {FIRST: ("198.18.255.1", "2001:db8:fffd::1"), SECOND: ("198.18.255.2", "2001:db8:fffd::2")}
_SETTINGS = {
    "ipv4/ip_forward": 1,
    "ipv6/conf/all/forwarding": 1,
    "ipv6/conf/eth0/proxy_ndp": 1,
    "ipv4/icmp_ratelimit": 0,
    "ipv6/icmp/ratelimit": 0,
}


def add_routed(host: str, addresses: tuple[str, str], namespaces: Namespaces) -> None:
    """Add a host that reaches all others through routers; its IPv4 and IPv6 address are on its loopback interface."""
    namespaces.add_alone(host)
    namespaces.configure(host, *(f"address add {address} dev lo{_nodad(address)}" for address in addresses))
    for number, router in enumerate((FIRST, SECOND), 1):
        namespaces.add(router, _WORLD[router])
        script = "; ".join(f"echo {value} > /proc/sys/net/{name}" for name, value in _SETTINGS.items())
        namespaces.run(router, ["sh", "-c", script])
        for table in ("arp_cache", "ndisc_cache"):
            namespaces.configure(router, f"ntable change name {table} dev eth0 proxy_delay 0")
        _connect(host, router, number, addresses, namespaces)


def _connect(host: str, router: str, number: int, addresses: tuple[str, str], namespaces: Namespaces) -> None:
    near, far = f"up{number}", f"down{number}"
    namespaces.configure(host, f"link add {near} type veth peer name {far}")
    namespaces.move(far, host, router)
    for place, interface, end in ((host, near, 2), (router, far, 1)):
        namespaces.configure(
            place,
            f"address add 198.18.{number}.{end}/30 dev {interface}",
            f"address add 2001:db8:fff{number}::{end}/64 dev {interface} nodad",
            f"link set {interface} up",
        )
    for address in addresses:
        family, there, back = _gateways(address, number)
        namespaces.configure(router, f"route add {address} via {back} dev {far}")
        if router == FIRST:  # it alone is where the world sends what is for the scanner
            namespaces.configure(router, f"neighbour add proxy {address} dev eth0")
            namespaces.run(host, ["ip", family, *f"route add default via {there} dev {near} src {address}".split()])
        table = str(100 + number)
        way = f"route add default via {there} dev {near} src {address} table {table}"
        namespaces.run(host, ["ip", family, *way.split()])
        namespaces.run(host, ["ip", family, *f"rule add fwmark {number} lookup {table}".split()])


def _gateways(address: str, number: int) -> tuple[str, str, str]:
    """The family's option of `ip`, the router's address on the link, and the scanner's."""
    if ":" in address:
        return "-6", f"2001:db8:fff{number}::1", f"2001:db8:fff{number}::2"
    return "-4", f"198.18.{number}.1", f"198.18.{number}.2"


def _nodad(address: str) -> str:
    return " nodad" if ip_interface(address).version == 6 else ""
