"""How long, how much and how often live sources are asked."""

from netaudit.model.common import Failure, Reason, Record, Side

__all__ = ["SourceError", "SourceLimits", "closed_to_us"]


class SourceLimits(Record, frozen=True, kw_only=True):
    """Budgets of one scan for its sources. Times in seconds, sizes in bytes."""

    connect_timeout: float = 6.0  # name resolution and each address included
    answer_timeout: float = 30.0  # of one small answer, from the connection's start to its last octet
    download_timeout: float = 600.0  # of a whole export
    answer_bytes: int = 16 * 1024 * 1024
    download_bytes: int = 512 * 1024 * 1024  # unpacked; the exports of 2026 have about 100 MB
    rtr_timeout: float = 120.0  # for all payloads of a validator
    whois_bytes: int = 4 * 1024 * 1024
    redirects: int = 3
    tries: int = 3
    pause: float = 1.0  # before the second try, doubled before each further one
    longest_pause: float = 20.0  # what a source may ask us to wait before another try (Retry-After)
    at_once: int = 8  # requests to one host: RIPEstat allows no more from one address
    whois_at_once: int = 2


class SourceError(Exception):
    """A source gave no document. `wait`: in how many seconds it wants to be asked again.

    `not_found`: the server that was to have the document answers that it has none (HTTP 404).
    """

    def __init__(self, failure: Failure, wait: float | None = None, *, not_found: bool = False) -> None:
        super().__init__(failure.detail)
        self.failure = failure
        self.wait = wait
        self.not_found = not_found

    @classmethod
    def of(
        cls,
        reason: Reason,
        detail: str,
        *,
        side: Side = Side.SOURCE,
        wait: float | None = None,
        not_found: bool = False,
    ) -> "SourceError":
        """An error made of its failure's parts."""
        printable = "".join(c if c.isprintable() else "?" for c in detail[:200])
        return cls(Failure(reason=reason, side=side, detail=printable), wait, not_found=not_found)


def closed_to_us(failure: Failure) -> bool:
    """Whether a source that failed so would fail the next question too, so that none need be put."""
    return failure.reason in {
        Reason.TIMEOUT, Reason.REFUSED, Reason.UNREACHABLE, Reason.PROHIBITED, Reason.NO_ROUTE, Reason.NAME_RESOLUTION,
        Reason.TURNED_AWAY, Reason.TLS, Reason.TLS_ALERT, Reason.OUT_OF_SCOPE,
    }  # fmt: skip
