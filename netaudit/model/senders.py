"""What an SPF record and the names in it were found to hold: who may send in a domain's name (RFC 7208)."""

from netaudit.model.common import Record

__all__ = ["Senders"]


class Senders(Record, frozen=True, kw_only=True):
    """What the names hold that a domain's SPF record leads to. A name that is missing was not found out about."""

    records: dict[str, tuple[str, ...]] = {}  # name -> its SPF records
    addresses: dict[str, tuple[str, ...]] = {}  # name -> its addresses of both families
    exchangers: dict[str, tuple[str, ...]] = {}  # name -> the targets of its MX records
