"""What only a browser sees: hosts that a page's own scripts and styles ask for, found with `--browser`."""

from tests.lab.faults.plants import HEADERS, PAGE, Plant, Serve, Site

__all__ = ["PLANTS"]

_FOUND = ("ipv6.page_resources browser_ipv4_only", "ipv6.usable_alone page")
_OTHER = "https://cu.{id}.tinh.vn"


def _script(
    id: str, says: str, script: str, kind: str, *, policy: str = "default-src https:", other_v6: bool = False,
    finds: tuple[str, ...] = _FOUND, blinds: tuple[str, ...] = (),
) -> Plant:  # fmt: skip
    """A page with a script of its own, which asks the host `cu.ID.tinh.vn`: it has A alone, unless `other_v6`."""
    element = "<script src=/own.js></script>"
    return _plant(id, says, element, "/own.js", "text/javascript", script, kind, policy, other_v6, finds, blinds)


def _plant(
    id: str, says: str, element: str, path: str, type: str, text: str, kind: str, policy: str = "default-src https:",
    other_v6: bool = False, finds: tuple[str, ...] = _FOUND, blinds: tuple[str, ...] = (),
) -> Plant:  # fmt: skip
    body = text.replace("OTHER", _OTHER.format(id=id)).replace("\\", "\\\\").replace('"', '\\"')
    headers = tuple(h if "Content-Security" not in h else f"Content-Security-Policy: {policy}" for h in HEADERS)
    serve = Serve(
        page=PAGE.replace("</body>", f"{element}</body>"),
        headers=headers,
        lines=(f'location = {path} {{ default_type {type}; return 200 "{body}"; }}',),
    )
    records = f"cu.{id} IN A 198.18.0.80" + (f"\ncu.{id} IN AAAA 2001:db8:18::80" if other_v6 else "")
    saw = f"seen in a browser: {kind}" if kind else ""
    return Plant(id, says, Site(v4=serve, v6=serve), finds=finds, blinds=blinds, saw=saw, records=records)


PLANTS = (
    _script(
        "js-script-v4",
        "a script of the page's own that loads another from a host without AAAA",
        "document.head.append(Object.assign(document.createElement('script'), {src: 'OTHER/a.js'}))",
        "script",
    ),
    _script("js-fetch-v4", "a script that fetches data from a host without AAAA", "fetch('OTHER/data')", "xhr"),
    _script(
        "js-socket-v4",
        "a script that opens a WebSocket to a host without AAAA",
        "new WebSocket('OTHER/'.replace('https', 'wss'))",
        "websocket",
        policy="default-src https: wss:",
    ),
    _script(
        "js-frame-v4",
        "a script that adds a frame of a host without AAAA",
        "document.body.append(Object.assign(document.createElement('iframe'), {src: 'OTHER/'}))",
        "document",
    ),
    _script("js-leads-v4", "a script that leads to a host without AAAA", "location = 'OTHER/'", "navigation"),
    _plant(
        "css-import-v4",
        "a style sheet of the page's own that imports one from a host without AAAA",
        "<link rel=stylesheet href=/own.css>",
        "/own.css",
        "text/css",
        "@import 'OTHER/b.css';",
        "stylesheet",
    ),
    _plant(
        "css-font-v4",
        "a style sheet of the page's own that names a font of a host without AAAA",
        "<link rel=stylesheet href=/own.css>",
        "/own.css",
        "text/css",
        "@font-face {font-family: F; src: url(OTHER/f.woff2)} h1 {font-family: F}",
        "font",
    ),
    _script("js-both", "a script that fetches from a host with both", "fetch('OTHER/')", "", other_v6=True, finds=()),
    _script(
        "js-beacon", "a script that reports to a host without AAAA", "navigator.sendBeacon('OTHER/', '')", "", finds=()
    ),
    _script(
        "js-forbidden",
        "a script whose fetch the page's own policy forbids",
        "fetch('OTHER/')",
        "",
        policy="default-src 'self'",
        finds=(),
    ),
    _script(
        "js-endless",
        "a script that never ends",
        "for (;;);",
        "",
        finds=(),
        blinds=("ipv6.page_resources not_loaded", "ipv6.usable_alone not_tested"),
    ),
)
