"""What visitors with IPv6 alone miss: hosts that a page loads from or links to, and name servers on the way."""

from tests.lab.faults.plants import PAGE, Plant, Serve, Servers, Site

__all__ = ["PLANTS"]

_LOADED = ("ipv6.page_resources ipv4_only", "ipv6.usable_alone page")


def _page(id: str, element: str, what: str, finds: tuple[str, ...] = _LOADED) -> Plant:
    """A page with an element that names the host `cu.ID.tinh.vn`, which has A alone."""
    serve = Serve(page=PAGE.replace("</body>", f"{element.format(f'https://cu.{id}.tinh.vn')}</body>"))
    return Plant(id, what, Site(v4=serve, v6=serve), finds=finds, records=f"cu.{id} IN A 198.18.0.80")


PLANTS = (
    _page("script-v4", "<script src={}/a.js></script>", "a script from a host without AAAA"),
    _page("style-v4", "<link rel=stylesheet href={}/a.css>", "a style sheet from a host without AAAA"),
    _page("image-v4", '<img srcset="{}/a.png 2x">', "an image from a host without AAAA"),
    _page("frame-v4", "<iframe src={}/></iframe>", "a frame of a host without AAAA"),
    _page("css-v4", '<div style="background: url({}/a.png)"></div>', "a background from a host without AAAA"),
    _page("link-v4", "<a href={}/>sở</a>", "a link to a host without AAAA", ("ipv6.page_links ipv4_only",)),
    Plant(
        "ns-v4-alone",
        "a zone whose name servers have no AAAA",
        Servers(("ns-v4", "ns-v4-too"), site=Site()),
        finds=("dns.ns_ipv6 none", "ipv6.resolvable_alone no_address", "ipv6.usable_alone names"),
    ),
    Plant(
        "ns-one-v6",
        "a zone with one name server over IPv6",
        Servers(("ns-1", "ns-v4-too")),
        finds=("dns.ns_ipv6 too_few",),
    ),
    Plant(
        "ns-v6-alone",
        "a zone whose only name servers have IPv6 alone",
        Servers(("ns-v6",), site=Site()),
        finds=(
            "dns.ns_ipv4 none",
            "dns.ns_ipv6 too_few",
            "dns.resolvable_ipv4 no_address",
            "dns.server_count too_few",
            "dns.servers_reachable no_ipv4",
        ),
    ),
    Plant(
        "ns-silent-v6",
        "a name server that is silent over IPv6",
        Servers(("ns-1", "ns-silent-v6")),
        finds=("dns.ns_ipv6 too_few", "dns.servers_reachable_ipv6 silent"),
    ),
    Plant(
        "ns-third-silent-v6",
        "one of three name servers is silent over IPv6",
        Servers(("ns-1", "ns-2", "ns-silent-v6")),
        finds=("dns.servers_reachable_ipv6 silent",),
        saw="timeout",
    ),
    Plant(
        "ns-all-silent-v6",
        "all name servers are silent over IPv6",
        Servers(("ns-silent-v6", "ns-v4"), site=Site()),
        finds=(
            "dns.ns_ipv6 too_few",
            "dns.servers_reachable_ipv6 silent",
            "ipv6.resolvable_alone silent",
            "ipv6.usable_alone names",
        ),
        blinds=("dual_stack.dns_data no_answer",),
    ),
    Plant(
        "ns-silent-v4",
        "a name server that is silent over IPv4",
        Servers(("ns-1", "ns-silent-v4")),
        finds=("dns.ns_ipv4 too_few", "dns.servers_reachable silent"),
    ),
    Plant(
        "ns-tcp-v6",
        "a name server that refuses TCP over IPv6",
        Servers(("ns-1", "ns-tcp-v6")),
        finds=("dns.tcp refused",),
    ),
    Plant(
        "ns-other-v6",
        "a name server that has an older version of the zone over IPv6, and the zone is not signed",
        Servers(("ns-1", "ns-apart"), signed=False),
        finds=(
            "dns.serial_consistent stale",
            "dnssec.chain_valid insecure",
            "dnssec.ds_published unsigned",
            "dnssec.signed unsigned",
            "dual_stack.dns_data differs",
        ),
    ),
    Plant(
        "ns-lame-v6",
        "a name server that is lame over IPv6",
        Servers(faults=(("lame_server", {"server": "ns-2.tinh.vn", "family": "ipv6"}),)),
        finds=("dns.authoritative lame", "dns.ns_ipv6 too_few", "dual_stack.dns_data differs"),
    ),
    Plant(
        "ns-behind",
        "a name server that is days behind",
        Servers(faults=(("stale_secondary", {"server": "ns-2.tinh.vn"}),)),
        finds=(
            "dns.serial_consistent stale",
            "dnssec.denial_valid servers",
            "dnssec.expiry_forecast ended",
            "dnssec.servers_agree validity_differs",
            "dnssec.signature_margin ended",
            "dnssec.signature_validity expired",
        ),
    ),
)
