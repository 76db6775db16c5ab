"""A chain of trust in words, zone by zone: what its picture draws and its table says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netaudit.dns.reasons import explain
from netaudit.model.security import ChainLink, ChainSignature, Security, SecurityStatus
from netaudit.rules.algorithms import algorithm_name, digest_name
from netaudit.rules.calendar import day_of
from netaudit.writers.chain import SECURITY
from netaudit.writers.names import both_ways
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["ChainRow", "RRsetPart", "ZonePart", "chain_parts"]


def _(message: str) -> str:
    return message


_SEP, _REVOKE = 0x0001, 0x0080
_MOST = 12  # records of one kind that are shown; the rest is counted
_VALID = "validated"
_UNTRIED = _("not checked")  # a budget was exhausted
_STATES = {
    _VALID: _("valid until %(date)s"),
    "signature_expired": _("expired %(date)s"),
    "signature_not_yet_valid": _("not valid yet"),
    "signature_invalid": _("does not verify"),
    "no_matching_key": _("no such key"),
    "signature_unsupported": _("not supported"),
    "signer_mismatch": _("signed by another zone"),
}


@dataclass(frozen=True)
class ChainRow:
    """A record: its text, what is wrong with it in words, and the key tag and algorithm that it names."""

    text: str
    problem: str = ""
    key: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class RRsetPart:
    """Signed data: a title, its records, and the signatures over them. `status` is told of the last one alone."""

    title: str
    records: tuple[ChainRow, ...] = ()
    signatures: tuple[ChainRow, ...] = ()
    status: SecurityStatus | None = None
    state: str = ""
    reason: str = ""


@dataclass(frozen=True)
class ZonePart:
    """A zone of the chain: how it is vouched for, its keys, and the signatures over them."""

    name: str
    status: SecurityStatus
    state: str  # the word of RFC 4035, with the reader's own
    reason: str  # empty when secure
    vouched: RRsetPart  # the DS RRset as its parent signed it, or the trust anchor
    keys: tuple[ChainRow, ...]
    signatures: tuple[ChainRow, ...]
    server: str


def chain_parts(security: Security, name: str, rdtype: str, wording: Wording) -> tuple[list[ZonePart], RRsetPart]:
    """Return the zones from the trust anchor down, and the data of `name` and `rdtype` at the end of the chain."""
    return _Parts(security, wording).made(name, rdtype)


class _Parts:
    def __init__(self, security: Security, wording: Wording) -> None:
        self._security = security
        self._say = wording.gettext
        self._wording = wording

    def made(self, name: str, rdtype: str) -> tuple[list[ZonePart], RRsetPart]:
        links = self._security.links
        zones = []
        for number, link in enumerate(links):
            below = links[number + 1].vouched if number + 1 < len(links) else self._security.signatures
            above = links[number - 1] if number else None
            zones.append(self._zone(link, above, {s.key_tag for s in below}))
        return zones, self._data(name, rdtype)

    def _zone(self, link: ChainLink, above: ChainLink | None, signs_data: set[int]) -> ZonePart:
        reason = ""
        if above is not None and above.status is not SecurityStatus.SECURE:
            reason = self._say("follows from the zone above")
        elif link.status is not SecurityStatus.SECURE:
            reason = self._why(link.reason)
        return ZonePart(
            name=both_ways(link.zone),
            status=link.status,
            state=self._word(link.status),
            reason=reason,
            vouched=self._vouched(link, above),
            keys=tuple(self._keys(link, signs_data)),
            signatures=tuple(self._signatures(link.signatures)),
            server=one_line(link.server),
        )

    def _vouched(self, link: ChainLink, above: ChainLink | None) -> RRsetPart:
        title = self._say("trust anchor") if above is None else f"DS {both_ways(link.zone)}"
        records = [*self._ds(link)]
        if not records and (above is None or above.status is SecurityStatus.SECURE):
            none = self._say("no trust anchor") if above is None else self._say("no DS record")
            proof = dict.fromkeys(signature.covers for signature in link.vouched)
            none = f"{none} ({one_line(', '.join(proof))})" if proof else none
            records = [ChainRow(none, "" if link.status is SecurityStatus.INSECURE else self._why(link.reason))]
        return RRsetPart(title, tuple(records), tuple(self._signatures(link.vouched)))

    def _ds(self, link: ChainLink) -> Iterator[ChainRow]:
        keys = {_pair(key) for key in link.keys}
        for record in link.ds[:_MOST]:
            tag, algorithm, digest = (int(word) for word in record.split())
            problem = ""
            if keys and (tag, algorithm) not in keys:
                problem = self._say("no such key in the zone")
            elif keys and link.reason == "ds_mismatch":
                problem = self._say("the digest does not fit the key")
            text = f"DS {tag} {algorithm_name(algorithm)} {digest_name(digest)}"
            yield ChainRow(text, problem, (tag, algorithm))
        yield from self._more(len(link.ds))

    def _keys(self, link: ChainLink, signs_data: set[int]) -> Iterator[ChainRow]:
        pointed = {_pair(record) for record in link.ds}
        plain = any(not int(key.split()[2]) & _SEP for key in link.keys)
        for key in sorted(link.keys, key=lambda key: not int(key.split()[2]) & _SEP)[:_MOST]:
            tag, algorithm, flags = (int(word) for word in key.split())
            entry = bool(flags & _SEP) or (tag, algorithm) in pointed
            data = not flags & _SEP or tag in signs_data or not plain
            role = "CSK" if entry and data else "KSK" if entry else "ZSK"
            problem = self._say("not anchored") if link.status is SecurityStatus.INSECURE else ""
            problem = self._say("revoked") if flags & _REVOKE else problem
            text = f"{role} {tag} {algorithm_name(algorithm)} {flags}"
            yield ChainRow(text, problem, (tag, algorithm))
        yield from self._more(len(link.keys))

    def _signatures(self, signatures: Iterable[ChainSignature]) -> Iterator[ChainRow]:
        for signature in signatures:
            date = self._date(signature.expires)
            said = self._say(_STATES.get(signature.state, _UNTRIED)) % {"date": date}
            valid = signature.state == _VALID
            yield ChainRow(
                f"RRSIG {signature.key_tag} {said if valid else ''}".rstrip(),
                "" if valid else said,
                (signature.key_tag, signature.algorithm),
            )

    def _data(self, name: str, rdtype: str) -> RRsetPart:
        security = self._security
        signatures = tuple(self._signatures(security.signatures))
        signed = bool(security.links) and (
            security.links[-1].status is SecurityStatus.SECURE or security.links[-1].keys
        )
        if security.reason == "rrsigs_missing" and not signatures:
            signatures = (ChainRow("RRSIG", self._say("no signature")),)
        reason = "" if security.status is SecurityStatus.SECURE else self._why(security.reason)
        return RRsetPart(
            f"{both_ways(name)} {one_line(rdtype, 20)}", (), signatures if signed else (), security.status,
            self._word(security.status), reason,
        )  # fmt: skip

    def _more(self, number: int) -> Iterator[ChainRow]:
        if number > _MOST:
            yield ChainRow(self._say("and %(number)s more") % {"number": self._wording.number(number - _MOST)})

    def _why(self, reason: str) -> str:
        return one_line(self._say(explain(reason)))

    def _word(self, status: SecurityStatus) -> str:
        own = self._say(SECURITY[status])
        return status.value if own == status.value else f"{status.value} ({own})"

    def _date(self, at: float) -> str:
        """The day in Viet Nam; of a time that no calendar has, the seconds themselves."""
        try:
            return self._wording.day(day_of(at))
        except (OverflowError, ValueError, OSError):
            return f"{at:.0f}"


def _pair(text: str) -> tuple[int, int]:
    """Key tag and algorithm of a DS or a key."""
    tag, algorithm, *_ = text.split()
    return int(tag), int(algorithm)
