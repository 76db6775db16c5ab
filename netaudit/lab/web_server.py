"""The lab's web sites: one HTTP/1.1 exchange on a stream that is already open."""

import asyncio
import html
from http import HTTPStatus

import h11

from netaudit.lab.flaws import Flaws
from netaudit.lab.world import Website
from netaudit.model.common import Family

__all__ = ["OWN_SCRIPT", "Page", "WebServer"]

OWN_SCRIPT = "/tai.js"  # loads what the page's HTML does not name

_IDLE = 10.0  # seconds
_REQUEST_BYTES = 16_384
_READ = 4_096
_HSTS = "max-age=31536000; includeSubDomains"
_HARDENED = (("x-content-type-options", "nosniff"), ("x-frame-options", "SAMEORIGIN"))
_METHODS = (b"GET", b"HEAD")


class Page:
    """Status, headers and body of one response."""

    def __init__(
        self, status: int, body: str = "", headers: tuple[tuple[str, str], ...] = (), kind: str = "text/html"
    ) -> None:
        self.status = status
        self.body = body.encode()
        self.headers = (*headers, ("content-type", f"{kind}; charset=utf-8"), ("content-length", str(len(self.body))))


class WebServer:
    """All web sites of the world, told apart by machine and Host."""

    def __init__(self, websites: tuple[Website, ...], flaws: Flaws) -> None:
        self._flaws = flaws
        self._sites: dict[tuple[str, str], Website] = {}
        self._first: dict[str, Website] = {}
        for site in websites:
            self._first.setdefault(site.machine, site)
            for host in site.hosts:
                self._sites[site.machine, host] = site

    def first_host(self, machine: str) -> str | None:
        """The host that answers for names nobody knows; None when the machine serves no site."""
        site = self._first.get(machine)
        return site.hosts[0] if site else None

    def hosts_beside(self, machine: str, host: str) -> tuple[str, ...]:
        """All hosts that share a certificate with `host`; none when the machine does not serve it."""
        site = self._sites.get((machine, host))
        return site.hosts if site else ()

    def page(self, machine: str, family: Family, *, host: str, target: str, secure: bool) -> Page:
        """What a GET of `target` (path and query) returns."""
        site = self._sites.get((machine, host))
        if site is None:
            return Page(HTTPStatus.NOT_FOUND, _document("404", "Không tìm thấy trang"))
        plain_page = not site.redirect or any(self._flaws.host(host, family, k) for k in ("no_redirect", "http_only"))
        if not secure and not plain_page:
            return Page(HTTPStatus.MOVED_PERMANENTLY, headers=(("location", f"https://{host}{target}"),))
        headers: tuple[tuple[str, str], ...] = ()
        if secure and site.hsts and not self._flaws.host(host, family, "no_hsts"):
            headers = (("strict-transport-security", _HSTS),)
        if site.hardened:
            headers += _HARDENED
        path = target.partition("?")[0]
        if path in site.files:
            return Page(HTTPStatus.OK, site.files[path], headers, "text/plain")
        if path == OWN_SCRIPT and site.scripts:
            return Page(HTTPStatus.OK, _own_script(site), headers, "text/javascript")
        status = site.paths.get(path, int(HTTPStatus.OK))
        if family is Family.IPV6 and self._flaws.host(host, family, "status_differs"):
            status = int(HTTPStatus.NOT_FOUND)
        if status != HTTPStatus.OK:
            return Page(status, _document(str(status), HTTPStatus(status).phrase), headers)
        differs = family is Family.IPV6 and self._flaws.host(host, family, "content_differs")
        body = _document("Máy chủ cũ", _OLD) if differs else _document(site.title, _welcome(site, host))
        return Page(status, body.ljust(site.octets), headers)

    async def serve(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        machine: str,
        family: Family,
        secure: bool,
    ) -> None:
        """Answer one request, then the connection is done. Raises what the stream raises, and TimeoutError."""
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_REQUEST_BYTES)
        try:
            async with asyncio.timeout(_IDLE):
                request = await _read_request(connection, reader)
        except h11.RemoteProtocolError as error:
            request, page = None, Page(error.error_status_hint, _document("400", "Bad Request"))
        else:
            if request is None:
                return
            page = self._answer(request, machine, family, secure)
        writer.write(_response(connection, page, head=request is not None and request.method == b"HEAD"))
        await writer.drain()

    def _answer(self, request: h11.Request, machine: str, family: Family, secure: bool) -> Page:
        if request.method not in _METHODS:
            return Page(HTTPStatus.METHOD_NOT_ALLOWED, headers=(("allow", "GET, HEAD"),))
        target = request.target.decode("ascii", "replace")
        if not target.startswith("/"):
            return Page(HTTPStatus.BAD_REQUEST, _document("400", "Bad Request"))
        named = next((value for name, value in request.headers if name == b"host"), b"")
        host = named.decode("ascii", "replace").rpartition("@")[2].partition(":")[0].lower()
        return self.page(machine, family, host=host, target=target, secure=secure)


async def _read_request(connection: h11.Connection, reader: asyncio.StreamReader) -> h11.Request | None:
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Request):
            return event
        if event is not h11.NEED_DATA:
            return None
        data = await reader.read(_READ)
        if not data and not connection.trailing_data[0]:
            return None
        connection.receive_data(data)


def _response(connection: h11.Connection, page: Page, *, head: bool) -> bytes:
    """The response in wire format; the connection closes behind it."""
    headers = [*page.headers, ("server", "netaudit-lab"), ("connection", "close")]
    sent = connection.send(h11.Response(status_code=page.status, headers=headers, reason=_reason(page.status)))
    body = b"" if head else page.body
    return (sent or b"") + body


def _reason(status: int) -> bytes:
    return HTTPStatus(status).phrase.encode() if status in HTTPStatus._value2member_map_ else b""


def _welcome(site: Website, host: str) -> str:
    scripts = "".join(f'\n<script src="https://{other}/trang.js"></script>' for other in site.loads)
    links = "".join(f'\n<p><a href="https://{other}/">{other}</a></p>' for other in site.links)
    own = f'\n<script src="{OWN_SCRIPT}"></script>' if site.scripts else ""
    return _WELCOME.format(host=host) + links + scripts + own


def _own_script(site: Website) -> str:
    hosts = ", ".join(f'"{other}"' for other in site.scripts)
    return f"""for (const host of [{hosts}]) {{
  const script = document.createElement("script");
  script.src = "https://" + host + "/trang.js";
  document.head.append(script);
}}
"""


def _document(title: str, text: str) -> str:
    safe = html.escape(title)
    return (
        f'<!doctype html>\n<html lang="vi">\n<head><meta charset="utf-8"><title>{safe}</title></head>\n'
        f"<body><h1>{safe}</h1>\n{text}\n</body></html>\n"
    )


_WELCOME = """<p>Chào mừng đến với {host}.</p>
<ul><li>Giới thiệu</li><li>Tin tức và sự kiện</li><li>Thủ tục hành chính</li><li>Văn bản chỉ đạo điều hành</li>
<li>Lịch công tác</li><li>Hỏi đáp</li><li>Liên hệ</li></ul>
<p>Trang mẫu trong mạng thử nghiệm của netaudit; mọi nội dung đều là giả định.</p>"""
_OLD = """<p>It works! This is the default page of a server that has been replaced; nobody has looked at it since.</p>
<p>Bản sao lưu năm 2019: hệ thống đang bảo trì, xin quay lại sau.</p>"""
