"""What a validator made of a question."""

from netaudit.model.common import Record

__all__ = ["Found", "Seen"]


class Seen(Record, frozen=True, kw_only=True):
    """What one resolver made of a question: a status of RFC 4033 section 5, or none when it did not answer."""

    status: str = ""
    why: str = ""  # Extended DNS Errors, or our word


Found = dict[tuple[str, str], Seen]
