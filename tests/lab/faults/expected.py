"""What faults have in common: the findings that go together, and the checks that a fault leaves without evidence."""

__all__ = ["COMPARED", "DEAD", "NOTHING", "PROTECTION", "UNCOMPARED", "UNREACHED"]

UNREACHED = ("ipv6.usable_alone connection", "ipv6.web_reachable unreachable", "web.ipv6_ready unreachable")
"""An address that IPv6 does not reach."""

DEAD = ("dual_stack.ports only_ipv4", *UNREACHED)
"""Nothing but such addresses."""

COMPARED = (
    *(f"dual_stack.{name} not_tested" for name in ("headers", "redirects", "tls_session", "web_content", "web_status")),
    "path.pmtud not_tested",
)
"""What compares both families needs every address of both."""

UNCOMPARED = ("dual_stack.certificate not_tested", "dual_stack.connect_time not_tested", *COMPARED)
"""What needs one address of each."""

PROTECTION = ("web.security_headers not_tested", "web.security_txt not_tested")
"""What needs a page at any address."""

NOTHING = (
    *UNCOMPARED,
    *(f"ipv6.{name} not_tested" for name in ("page_links", "page_resources")),
    *(f"web.{name} not_tested" for name in ("certificate_expiry", "certificate_trusted", "hsts", "https")),
    *PROTECTION,
    "path.tunnel not_tested",
    "web.tls_version not_tested",
)
"""What needs any address at all."""
