"""What a zone wants its parent to know: CDS and CDNSKEY as each server gives them (RFC 7344, RFC 8078)."""

from typing import NamedTuple, cast

import dns.dnssec
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.CDNSKEY
import dns.rdtypes.ANY.CDS

from netaudit.model.evidence import ServerEvidence, ZoneEvidence
from netaudit.model.verdict import Outcome, not_applicable
from netaudit.rules.once import once
from netaudit.rules.rrsig import DNSKEY, DS, ds_text, key_tag, key_text, matches
from netaudit.rules.zones import Answer, Survey, label, replies, survey, unreadable

from ._helpers import signed_zone

CDS = dns.rdtypes.ANY.CDS.CDS
CDNSKEY = dns.rdtypes.ANY.CDNSKEY.CDNSKEY

_LIMIT = 16  # records of one RRset that are looked at
_DELETE = {"0 0 0 00", "0 3 0 AA=="}  # RFC 8078 section 4

Key = tuple[int, int]
"""A key as CDS and CDNSKEY refer to it: key tag and algorithm; (0, 0) asks for the removal of all DS."""

DELETE: Key = (0, 0)


class Signals(NamedTuple):
    """The answers about CDS and CDNSKEY of all servers; `outcome` is set when they leave nothing to judge."""

    cds: Survey
    cdnskey: Survey
    malformed: tuple[str, ...]  # "server: what is wrong" of records that could not be read
    outcome: Outcome | None

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids of the exchanges that count."""
        return tuple(dict.fromkeys((*self.cds.facts, *self.cdnskey.facts)))


@once
def signals(evidence: ZoneEvidence) -> Signals:
    """Read CDS and CDNSKEY: messages `unsigned`, `none` and `no_answer` where there is nothing to judge."""
    cds, cdnskey = (survey(evidence, rdtype) for rdtype in (dns.rdatatype.CDS, dns.rdatatype.CDNSKEY))
    malformed = _malformed(evidence)
    outcome = signed_zone(evidence).outcome
    if outcome is None and not malformed:
        if not cds.answers and not cdnskey.answers:
            outcome = cds.untested()
        elif not any(answer.rrset for answer in (*cds.answers, *cdnskey.answers)):
            facts = tuple(dict.fromkeys((*cds.facts, *cdnskey.facts)))
            outcome = not_applicable("none", facts=facts)
    return Signals(cds, cdnskey, malformed, outcome)


@once
def wanted(evidence: ZoneEvidence) -> tuple[DS, ...]:
    """The DS that all servers' CDS ask for, each once; of CDNSKEY alone those with SHA-256. Removal asks for none."""
    found = signals(evidence)
    records = {as_ds(cds) for answer in found.cds.answers for cds in cds_of(answer) if reference(cds) != DELETE}
    if not records:
        keys = [as_key(key) for a in found.cdnskey.answers for key in cdnskeys_of(a) if reference(key) != DELETE]
        records = {dns.dnssec.make_ds(evidence.apex, key, "SHA256", policy=dns.dnssec.allow_all_policy) for key in keys}
    return tuple(sorted(records, key=lambda ds: (ds.key_tag, int(ds.digest_type), ds.digest)))


@once
def removal(evidence: ZoneEvidence) -> bool:
    """Whether some server asks for the removal of all DS."""
    found = signals(evidence)
    return any(DELETE in references(answer) for answer in (*found.cds.answers, *found.cdnskey.answers))


def cds_of(answer: Answer) -> tuple[CDS, ...]:
    """The CDS of one server's answer."""
    return tuple(rdata for rdata in sorted(answer.rdatas) if isinstance(rdata, CDS))[:_LIMIT]


def cdnskeys_of(answer: Answer) -> tuple[CDNSKEY, ...]:
    """The CDNSKEY of one server's answer."""
    return tuple(rdata for rdata in sorted(answer.rdatas) if isinstance(rdata, CDNSKEY))[:_LIMIT]


def records_of(answer: Answer) -> tuple[CDS | CDNSKEY, ...]:
    """Whichever of the two the answer is about."""
    return (*cds_of(answer), *cdnskeys_of(answer))


def references(answer: Answer) -> frozenset[Key]:
    """The keys that one server's CDS or CDNSKEY refer to."""
    return frozenset(reference(rdata) for rdata in answer.rdatas if isinstance(rdata, (CDS, CDNSKEY)))


def reference(rdata: CDS | CDNSKEY) -> Key:
    """The key that a record refers to."""
    if not int(rdata.algorithm):
        return DELETE
    if isinstance(rdata, CDS):
        return rdata.key_tag, int(rdata.algorithm)
    return key_tag(as_key(rdata)), int(rdata.algorithm)


def deletes(rdata: CDS | CDNSKEY) -> bool:
    """Whether a record is exactly the request to remove all DS (RFC 8078 section 4)."""
    return rdata.to_text().upper() in _DELETE


def as_ds(cds: CDS) -> DS:
    """The DS that a CDS asks for."""
    return cast("DS", _as(cds, dns.rdatatype.DS))


def as_key(cdnskey: CDNSKEY) -> DNSKEY:
    """The DNSKEY that a CDNSKEY is a copy of."""
    return cast("DNSKEY", _as(cdnskey, dns.rdatatype.DNSKEY))


def _as(rdata: CDS | CDNSKEY, rdtype: dns.rdatatype.RdataType) -> dns.rdata.Rdata:
    wire = rdata.to_wire() or b""
    return dns.rdata.from_wire(dns.rdataclass.IN, rdtype, wire, 0, len(wire))


def digest_fits(evidence: ZoneEvidence, cds: CDS, cdnskey: CDNSKEY) -> bool:
    """Whether a CDS is the digest of a CDNSKEY; digests that can't be computed here are given the benefit."""
    return matches(as_ds(cds), as_key(cdnskey), evidence.apex) is not False


def shown(answer: Answer) -> str:
    """The records of one server in a few words."""
    texts = map(_text, records_of(answer))
    kind = dns.rdatatype.to_text(answer.exchange.question[1])
    return f"{kind} {', '.join(texts) or 'none'}"


def _text(rdata: CDS | CDNSKEY) -> str:
    if not int(rdata.algorithm):
        return rdata.to_text()
    return ds_text(as_ds(rdata)) if isinstance(rdata, CDS) else key_text(as_key(rdata))


def _malformed(evidence: ZoneEvidence) -> tuple[str, ...]:
    found = []
    for server in evidence.servers:
        for rdtype in (dns.rdatatype.CDS, dns.rdatatype.CDNSKEY):
            error = _unreadable(server, evidence, rdtype)
            found += [f"{label(server)}: {error}"] if error else []
    return tuple(found)


def _unreadable(server: ServerEvidence, evidence: ZoneEvidence, rdtype: dns.rdatatype.RdataType) -> str:
    return next((error for e in replies(server, evidence.apex, rdtype) if (error := unreadable(e))), "")
