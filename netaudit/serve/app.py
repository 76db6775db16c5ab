"""The application: its addresses, and how each is answered."""

import hashlib
import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from netaudit.serve.api import OPERATIONS, Operation, read_query
from netaudit.serve.files import ServedFile, open_below
from netaudit.serve.guard import LOCKED, Access, Guard
from netaudit.serve.openapi import description
from netaudit.serve.pages import front_page
from netaudit.serve.problems import Refused, problem
from netaudit.serve.shelf import Shelf, newest_by_province
from netaudit.writers.prometheus import CONTENT_TYPE, exposition

__all__ = ["create_app"]

# A report's page brings its policy along. It is repeated in the header when it is one of ours: hashes, nothing else.
_PAGE_POLICY = re.compile(
    r"""<meta http-equiv="Content-Security-Policy" content="(default-src &#39;none&#39;; """
    r"""(?:(?:style|script)-src &#39;sha256-[A-Za-z0-9+/=]{44}&#39;; ){1,2}"""
    r"""img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;)">"""
)
_HEAD = 2_048  # octets in which the policy stands


def create_app(shelf: Shelf, access: Access) -> Starlette:
    """The application over the runs of a shelf, for those whom `access` lets in."""
    published = msgspec.json.encode(description(token=access.token is not None))
    routes = [
        Route("/", _page(lambda request: _front(shelf, request))),
        Route("/metrics", _page(lambda request: _metrics(shelf, request))),
        Route("/openapi.json", _page(lambda request: _tagged(request, published, "application/json"))),
        *(Route(operation.path, _page(_answering(shelf, operation))) for operation in OPERATIONS),
        Route("/reports/{name}", _page(lambda request: _to_report(shelf, request))),
        Route("/reports/{name}/{way:path}", _page(lambda request: _file(shelf, request))),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(_guarding(access))],
        exception_handlers={HTTPException: _unknown, Refused: _refused},
    )
    app.router.redirect_slashes = False
    return app


def _guarding(access: Access) -> Callable[[ASGIApp], Guard]:
    return lambda app: Guard(app, access)


def _page(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """An endpoint of its own, which runs in a thread: to read a run takes a while."""

    def endpoint(request: Request) -> Response:
        return answer(request)

    return endpoint


def _answering(shelf: Shelf, operation: Operation) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        query = read_query(operation.query, request.query_params)
        found = operation.answer(shelf, request.path_params, query)
        return _tagged(request, msgspec.json.encode(found), "application/json")

    return answer


def _metrics(shelf: Shelf, request: Request) -> Response:
    found = (shelf.run(summary.id) for summary in newest_by_province(shelf.summaries()))
    text = exposition(run for run in found if run is not None)
    return _tagged(request, text.encode("utf-8"), CONTENT_TYPE)


def _front(shelf: Shelf, request: Request) -> Response:
    page, policy = front_page(shelf.summaries(), shelf.unreadable(), request.headers.get("accept-language", ""))
    answer = _tagged(request, page.encode("utf-8"), "text/html; charset=utf-8")
    answer.headers["content-security-policy"] = f"{policy}; frame-ancestors 'none'"
    answer.headers["vary"] = "Accept-Language"
    return answer


def _to_report(shelf: Shelf, request: Request) -> Response:
    name = request.path_params["name"]
    if shelf.report(name) is None:
        raise Refused(404, "There is no such report.")
    return RedirectResponse(f"/reports/{quote(name, safe='')}/", status_code=HTTPStatus.PERMANENT_REDIRECT)


def _file(shelf: Shelf, request: Request) -> Response:
    folder = shelf.report(request.path_params["name"])
    way = request.path_params["way"] or "index.html"
    file = open_below(folder, way) if folder is not None else None
    if file is None:
        raise Refused(404, "There is no such file.")
    headers = {"etag": file.etag, "content-security-policy": _policy_of(file)}
    if not file.media_type.startswith("text/html"):
        headers["content-disposition"] = "attachment"
    if request.method == "HEAD" or _unchanged(request, file.etag):
        file.close()
        status = HTTPStatus.NOT_MODIFIED if _unchanged(request, file.etag) else HTTPStatus.OK
        length = {} if status is HTTPStatus.NOT_MODIFIED else {"content-length": str(file.size)}
        return Response(status_code=status, headers={**headers, **length}, media_type=file.media_type)
    headers["content-length"] = str(file.size)
    return StreamingResponse(file.chunks(), headers=headers, media_type=file.media_type)


def _policy_of(file: ServedFile) -> str:
    if file.media_type.startswith("text/html"):
        found = _PAGE_POLICY.search(file.beginning(_HEAD).decode("utf-8", "replace"))
        if found is not None:
            return f"{found[1].replace('&#39;', chr(39))}; frame-ancestors 'none'"
    return f"{LOCKED}; sandbox"


def _tagged(request: Request, body: bytes, media_type: str) -> Response:
    """An answer with its tag; without a body for whoever has it already (RFC 9110 section 13.1.2)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if _unchanged(request, etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"etag": etag})
    return Response(body, headers={"etag": etag}, media_type=media_type)


def _unchanged(request: Request, etag: str) -> bool:
    held = request.headers.get("if-none-match", "")
    return held.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in held.split(","))


async def _unknown(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
    return problem(status, "There is nothing at this address." if status == HTTPStatus.NOT_FOUND else "")


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return problem(error.status, error.detail)
