"""A web site in memory, opened in the real Chromium: what its pages ask of others, and what its own host was asked."""

from collections.abc import Mapping

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import HttpHop
from netaudit.net.browser import Browser, BrowserLimits, PageVisit

__all__ = ["OWN", "Site", "hosts"]

OWN = "https://own.example"
_KINDS = {"js": "text/javascript", "css": "text/css", "bin": "application/octet-stream"}
_MISSING = Failure(reason=Reason.RESET, side=Side.TARGET)


class Site:
    """Pages by path; one that is `None` breaks the connection. `asked` keeps what was fetched, in order."""

    def __init__(self, page: str | None, files: Mapping[str, str | HttpHop | None] | None = None) -> None:
        self._files: dict[str, str | HttpHop | None] = {"/": page, **(files or {})}
        self.asked: list[str] = []

    async def load(self, url: str) -> HttpHop:
        """Fetch as `Network.load` would."""
        assert url.startswith(f"{OWN}/"), f"somebody else was asked: {url}"
        path = url.removeprefix(OWN).partition("?")[0]
        self.asked.append(url.removeprefix(OWN))
        file = self._files.get(path, HttpHop(url=url, address="192.0.2.1", at=0.0, status=404))
        if file is None:
            return HttpHop(url=url, address="192.0.2.1", at=0.0, failure=_MISSING)
        if isinstance(file, HttpHop):
            return file
        kind = _KINDS.get(path.rpartition(".")[2], "text/html")
        headers = (("content-type", f"{kind}; charset=utf-8"),)
        return HttpHop(url=url, address="192.0.2.1", at=0.0, status=200, headers=headers, body=file.encode())

    async def open(self, browser: Browser, limits: BrowserLimits | None = None) -> PageVisit:
        """Open the page at `/`."""
        return await Browser(browser.program, limits).visit(f"{OWN}/", self.load)


def hosts(visit: PageVisit) -> dict[str, set[str]]:
    """Whom the page asked, and for what."""
    found: dict[str, set[str]] = {}
    for url, kind in visit.asked:
        found.setdefault(url.split("/")[2], set()).add(kind)
    return found
