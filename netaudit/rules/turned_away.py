"""Responses that turn scanners away: they say nothing of what visitors see."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import HttpHop

__all__ = ["turned_away"]

_TOO_MANY_REQUESTS = 429  # RFC 6585 section 4
_REFUSING = (403, 406, 503)
_READ = 8_192  # bytes of a page

# What walls against robots say of themselves, beside a refusing status or, in pages, whatever the status.
_HEADERS = ("cf-mitigated", "x-amzn-waf-action", "x-datadome", "x-sucuri-block")
_PAGES = (
    b"cf-chl-", b"_incapsula_resource", b"the requested url was rejected. please consult with your administrator",
    b"captcha-delivery.com", b"awswafcaptcha",
)  # fmt: skip


def turned_away(hop: HttpHop) -> Failure | None:
    """Why a response is no word on the service: too many requests, or a wall against robots; None: it is one.

    A plain 403 is a response: it may well be what visitors get.
    """
    if hop.status == _TOO_MANY_REQUESTS:
        return _failure(f"HTTP {hop.status}: too many requests")
    if hop.status in _REFUSING and any(name in _HEADERS for name, _ in hop.headers):
        return _failure(f"HTTP {hop.status} of a wall against robots")
    start = hop.body[:_READ].lower()
    if any(mark in start for mark in _PAGES):
        return _failure(f"HTTP {hop.status} with the page of a wall against robots")
    return None


def _failure(detail: str) -> Failure:
    return Failure(reason=Reason.TURNED_AWAY, side=Side.TARGET, detail=detail)
