"""What a web site shows over one family and not over the other, or to nobody; and pages that change by themselves."""

from dataclasses import replace

from tests.lab.faults.expected import PROTECTION, UNREACHED
from tests.lab.faults.plants import HEADERS, PAGE, Plant, Serve, Site

__all__ = ["PLANTS"]

_OTHER = (
    "<!doctype html><html lang=en><head><title>Default page</title></head><body><h1>Welcome to nginx!</h1><p>If you see"
    " this page, the web server is successfully installed and working. More is to be configured.</p></body></html>"
)
_REBUILT = PAGE.replace("<p>", "<table><tr><td><div><span>").replace("</p>", "</span></div></td></tr></table>")
_NONCES = PAGE.replace("<body>", "<body><script nonce=$request_id>let t = $msec;</script>")
_VIEW_STATE = PAGE.replace(
    "<body>",
    "<body><form><input type=hidden name=__VIEWSTATE value=$request_id$request_id$request_id><input type=hidden"
    " name=csrf_token value=$request_id></form>",
).replace("</footer>", " lúc $time_iso8601</footer>")
_TOKEN = "<!doctype html><html><body><p>" + "$request_id$msec" + "</p></body></html>"


def _both(serve: Serve) -> Site:
    return Site(v4=serve, v6=serve)


def _without(name: str) -> tuple[str, ...]:
    return tuple(header for header in HEADERS if not header.startswith(name))


_GOOD = Serve()
_NONCE_HEADER = replace(
    _GOOD,
    page=_NONCES,
    headers=(*_without("Content-Security"), "Content-Security-Policy: script-src 'nonce-$request_id'"),
)

_CIRCLE = (
    "dual_stack.connect_time not_tested",
    "dual_stack.headers not_tested",
    "dual_stack.tls_session not_tested",
    "dual_stack.web_content not_tested",
    "dual_stack.web_status not_tested",
)

PLANTS = (
    Plant(
        "v6-404",
        "404 over IPv6",
        Site(v6=Serve(status=404)),
        finds=("dual_stack.web_status status_differs", "web.ipv6_ready does_not_open"),
        saw="HTTP 404",
    ),
    Plant(
        "v6-403",
        "403 over IPv6",
        Site(v6=Serve(status=403)),
        finds=("dual_stack.web_status status_differs",),
        saw="HTTP 403",
        blinds=("web.ipv6_ready not_tested",),
    ),
    Plant(
        "v6-500",
        "500 over IPv6",
        Site(v6=Serve(status=500)),
        finds=(*UNREACHED, "dual_stack.web_status status_differs"),
        saw="HTTP 500",
    ),
    Plant(
        "v4-503",
        "503 over IPv4",
        Site(v4=Serve(status=503)),
        finds=("dual_stack.web_status status_differs", "web.ipv4_reachable unreachable"),
        saw="HTTP 503",
    ),
    Plant(
        "both-404",
        "404 over both",
        _both(Serve(status=404)),
        finds=("web.ipv6_ready does_not_open",),
        blinds=(*PROTECTION, "web.hsts not_tested"),
    ),
    Plant(
        "both-503",
        "503 over both",
        _both(Serve(status=503)),
        finds=(*UNREACHED, "web.ipv4_reachable unreachable", "web.reachable unreachable"),
        saw="HTTP 503",
        blinds=(*PROTECTION, "web.hsts not_tested"),
    ),
    Plant(
        "v6-429",
        "429 over IPv6: too many requests",
        Site(v6=Serve(status=429)),
        blinds=(
            "dual_stack.headers not_tested",
            "dual_stack.redirects not_tested",
            "dual_stack.tls_session not_tested",
            "dual_stack.web_content not_tested",
            "dual_stack.web_status not_tested",
            "web.ipv6_ready not_tested",
        ),
    ),
    Plant(
        "both-429",
        "429 over both",
        _both(Serve(status=429)),
        blinds=(
            *PROTECTION,
            "dual_stack.headers not_tested",
            "dual_stack.redirects not_tested",
            "dual_stack.tls_session not_tested",
            "dual_stack.web_content not_tested",
            "dual_stack.web_status not_tested",
            "web.hsts not_tested",
            "web.ipv6_ready not_tested",
        ),
    ),
    Plant(
        "v6-wall",
        "a wall against robots over IPv6",
        Site(v6=Serve(status=403, headers=("cf-mitigated: challenge",), page="Just a moment...")),
        blinds=(
            "dual_stack.headers not_tested",
            "dual_stack.redirects not_tested",
            "dual_stack.tls_session not_tested",
            "dual_stack.web_content not_tested",
            "dual_stack.web_status not_tested",
            "web.ipv6_ready not_tested",
        ),
    ),
    Plant(
        "both-wall",
        "a wall against robots over both",
        _both(Serve(status=503, headers=("cf-mitigated: challenge",), page="Just a moment...")),
        blinds=(
            *PROTECTION,
            "dual_stack.headers not_tested",
            "dual_stack.redirects not_tested",
            "dual_stack.tls_session not_tested",
            "dual_stack.web_content not_tested",
            "dual_stack.web_status not_tested",
            "web.hsts not_tested",
            "web.ipv6_ready not_tested",
        ),
    ),
    Plant(
        "v6-other-page",
        "the server's default page over IPv6",
        Site(v6=Serve(page=_OTHER)),
        finds=("dual_stack.web_content differs",),
    ),
    Plant(
        "v6-other-elements",
        "the same text built of other elements over IPv6",
        Site(v6=Serve(page=_REBUILT)),
        finds=("dual_stack.web_content built_differently",),
    ),
    Plant(
        "v6-empty-page", "an empty page over IPv6", Site(v6=Serve(page="")), finds=("dual_stack.web_content differs",)
    ),
    Plant("nonces", "a page with nonces: no fault", _both(_NONCE_HEADER)),
    Plant("view-state", "a page with view state, token and time: no fault", _both(Serve(page=_VIEW_STATE))),
    Plant("token-page", "a page that is but a token: no fault", _both(Serve(page=_TOKEN))),
    Plant(
        "v6-no-hsts",
        "no HSTS over IPv6",
        Site(v6=Serve(headers=_without("Strict"))),
        finds=("dual_stack.headers differs", "web.hsts missing"),
    ),
    Plant(
        "v6-no-csp",
        "no Content-Security-Policy over IPv6",
        Site(v6=Serve(headers=_without("Content-Security"))),
        finds=("dual_stack.headers differs",),
    ),
    Plant(
        "v6-frame-options",
        "another X-Frame-Options over IPv6",
        Site(v6=Serve(headers=(*_without("X-Frame"), "X-Frame-Options: SAMEORIGIN"))),
        finds=("dual_stack.headers differs",),
    ),
    Plant("both-no-hsts", "no HSTS", _both(Serve(headers=_without("Strict"))), finds=("web.hsts missing",)),
    Plant(
        "both-short-hsts",
        "HSTS for a day",
        _both(Serve(headers=(*_without("Strict"), "Strict-Transport-Security: max-age=86400"))),
        finds=("web.hsts too_short",),
    ),
    Plant(
        "v6-led-away",
        "IPv6 is redirected to another host",
        Site(v6=Serve(redirect="https://site.tinh.vn/")),
        finds=("dual_stack.redirects differs", "dual_stack.web_status leads_elsewhere"),
    ),
    Plant(
        "v6-redirect-without-ipv6",
        "a redirect to a host without AAAA",
        _both(Serve(redirect="https://chi-v4.v6-redirect-without-ipv6.tinh.vn/")),
        records="chi-v4.v6-redirect-without-ipv6 IN A 198.18.250.2",
        finds=(
            "ipv6.usable_alone redirect",
            "ipv6.web_reachable redirect_without_ipv6",
            "web.ipv6_ready does_not_open",
        ),
        blinds=(
            *PROTECTION,
            "dual_stack.connect_time not_tested",
            "dual_stack.headers not_tested",
            "dual_stack.redirects not_tested",
            "dual_stack.tls_session not_tested",
            "dual_stack.web_content not_tested",
            "dual_stack.web_status not_tested",
            "ipv6.page_links not_tested",
            "ipv6.page_resources not_tested",
        ),
    ),
    Plant(
        "v6-family-leaks",
        "IPv6 is redirected to an IPv6 host name of its own",
        Site(v6=Serve(redirect="https://v6.v6-family-leaks.tinh.vn/trang")),
        records="v6.v6-family-leaks IN CNAME v6-family-leaks",
        finds=("dual_stack.redirects differs", "dual_stack.web_status leads_elsewhere"),
    ),
    Plant(
        "v6-longer-way",
        "one more redirect over IPv6",
        Site(v6=Serve(redirect="https://v6-longer-way.tinh.vn/trang")),
        finds=("dual_stack.redirects differs",),
    ),
    Plant(
        "v6-loop",
        "a redirect in a circle over IPv6",
        Site(v6=Serve(redirect="https://v6-loop.tinh.vn/")),
        finds=(
            "dual_stack.redirects circle_ipv6",
            "ipv6.usable_alone circle",
            "web.ipv6_ready does_not_open",
            "web.redirect circle",
        ),
        saw="redirects lead back to https://v6-loop.tinh.vn/",
        blinds=_CIRCLE,
    ),
    Plant(
        "v4-loop",
        "a redirect in a circle over IPv4, by way of plain HTTP",
        Site(v4=Serve(redirect="http://v4-loop.tinh.vn/")),
        finds=("dual_stack.redirects circle_ipv4", "web.redirect circle"),
        saw="redirects lead back to",
        blinds=_CIRCLE,
    ),
    Plant(
        "both-loop",
        "a redirect in a circle over both",
        _both(Serve(redirect="https://both-loop.tinh.vn/")),
        finds=("ipv6.usable_alone circle", "web.ipv6_ready does_not_open", "web.redirect circle"),
        blinds=(
            *_CIRCLE,
            *PROTECTION,
            "dual_stack.redirects not_tested",
            "ipv6.page_links not_tested",
            "ipv6.page_resources not_tested",
        ),
    ),
    Plant(
        "v6-plain-page",
        "plain HTTP shows the page over IPv6",
        Site(v6=Serve(plain=(f"location / {{ return 200 '{PAGE}'; }}",))),
        finds=("web.redirect plain_page",),
    ),
    Plant(
        "both-plain-page",
        "plain HTTP shows the page",
        _both(Serve(plain=(f"location / {{ return 200 '{PAGE}'; }}",))),
        finds=("web.redirect plain_page",),
    ),
)
