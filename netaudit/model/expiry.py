"""What ends when: certificates, signatures, ROAs and permissions on one calendar."""

from typing import Literal

from netaudit.model.common import Record, Timestamp

__all__ = ["Expiry", "ExpiryKind"]

ExpiryKind = Literal["certificate", "register", "signature", "roa", "authorisation", "waiver"]


class Expiry(Record, frozen=True, kw_only=True):
    """Something that ends, and whatever stops working with it.

    Of a register it stands for all certificates that end in one month, the first of them at `at`: holders are never
    named. `renews`: a machine renews it, so that nothing is to be done unless it stays in the list.
    """

    kind: ExpiryKind
    at: Timestamp
    subject: str  # what ends: a certificate's subject, a zone, "203.0.113.0/24 AS64510", a register's id
    affected: tuple[str, ...]  # endpoints, mail domains, a zone, a data centre, a register
    count: int = 1
    renews: bool = False
