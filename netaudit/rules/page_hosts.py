"""Which hosts a web page needs, and which it links to (HTML Living Standard, the elements that load or lead)."""

import html.parser
import re
from urllib.parse import urljoin, urlsplit

from netaudit.model.common import Record
from netaudit.rules.html_text import read_html

__all__ = ["PageHosts", "page_hosts", "web_host"]

_HOSTS = 40  # of each kind of use
_URL_LENGTH = 2_048

_LOADED = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "frame": ("src",), "embed": ("src",),
    "object": ("data",), "source": ("src", "srcset"), "video": ("src", "poster"), "audio": ("src",),
    "track": ("src",), "input": ("src",), "form": ("action",),
}  # fmt: skip
_LOADING_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "apple-touch-icon"}
_IN_CSS = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"'()\s]{1,2048})""", re.IGNORECASE)


class PageHosts(Record, frozen=True, kw_only=True):
    """Hosts other than the page's own, in the order met: those that it loads from or sends to, and those it links to.

    `whole` False: there was more than was read.
    """

    resources: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    whole: bool = True


def page_hosts(url: str, body: bytes) -> PageHosts:
    """Read a page as it came from `url`. What scripts load later is not in it."""
    reader = _Reader(url)
    read = read_html(reader, body)
    own = web_host(url, url)
    resources = tuple(host for host in reader.resources if host != own)
    links = tuple(host for host in reader.links if host != own and host not in reader.resources)
    whole = read and len(resources) <= _HOSTS and len(links) <= _HOSTS
    return PageHosts(resources=resources[:_HOSTS], links=links[:_HOSTS], whole=whole)


class _Reader(html.parser.HTMLParser):
    """Collects hosts, each once; never recurses, bounded by its input."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.resources: dict[str, None] = {}
        self.links: dict[str, None] = {}
        self._base = url
        self._styles = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._styles = tag == "style"
        if tag == "base" and given.get("href"):
            self._base = _joined(self._base, given["href"]) or self._base
        elif tag in ("a", "area"):
            self._note(self.links, given.get("href", ""))
        elif tag == "link":
            loads = _LOADING_LINKS & set(given.get("rel", "").lower().split())
            self._note(self.resources if loads else self.links, given.get("href", ""))
        for name in _LOADED.get(tag, ()):
            for reference in _references(name, given.get(name, "")):
                self._note(self.resources, reference)
        self._note_styles(given.get("style", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._styles = False

    def handle_data(self, data: str) -> None:
        if self._styles:
            self._note_styles(data)

    def _note_styles(self, text: str) -> None:
        for found in _IN_CSS.finditer(text):
            self._note(self.resources, found[1])

    def _note(self, where: dict[str, None], reference: str) -> None:
        host = web_host(self._base, reference.strip()) if reference else None
        if host is not None:
            where.setdefault(host)


def _references(name: str, value: str) -> list[str]:
    """`srcset` holds several, each with a width or a density behind it."""
    if name != "srcset":
        return [value]
    return [part.split()[0] for part in value.split(",") if part.split()]


def web_host(base: str, reference: str) -> str | None:
    """The host that a reference leads to; None for no web address, and for an address instead of a name."""
    url = _joined(base, reference[:_URL_LENGTH])
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return None
    named = "." in host and ":" not in host and not host.replace(".", "").isdigit()
    return host if parts.scheme in ("http", "https", "ws", "wss") and named else None


def _joined(base: str, reference: str) -> str | None:
    try:
        return urljoin(base, reference)
    except ValueError:
        return None
