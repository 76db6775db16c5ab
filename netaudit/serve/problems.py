"""Answers that say no: problem details for HTTP interfaces (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.responses import Response

__all__ = ["PROBLEM_TYPE", "Problem", "Refused", "problem"]

PROBLEM_TYPE = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not answered as asked."""

    title: str
    status: int
    detail: str = ""


class Refused(Exception):
    """A request that can't be answered as asked. Its text is for whoever asked."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer for an HTTP status; 204 has no body."""
    if status == HTTPStatus.NO_CONTENT:
        return Response(status_code=status, headers=dict(headers or {}))
    told = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return Response(msgspec.json.encode(told), status_code=status, headers=dict(headers or {}), media_type=PROBLEM_TYPE)
