"""Whether the HTTPS records of an endpoint lead browsers where its addresses do (RFC 9460).

Hints that are no address of the target send browsers astray; a subset is in order, for names behind a content delivery
network change by the minute. What is looked at is the content alone: without DNSSEC the records hold just the same.
"""

from collections.abc import Iterator
from typing import NamedTuple

import dns.name
from dns.rdtypes.svcbbase import ALPNParam, IPv4HintParam, IPv6HintParam, ParamKey, PortParam, SVCBBase

from netaudit.model.evidence import EndpointEvidence, FoundRecords
from netaudit.model.facts import Lookup
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.fetches import endpoint_reach, own, untested
from netaudit.rules.records import find, malformed, missing
from netaudit.rules.service_names import https_name
from netaudit.rules.zones import name_text

from ._helpers import BOTH, not_for_tls, port_of

_ALIAS = 0  # the priority of AliasMode (RFC 9460 section 2.4.1)
_HINTS = ((ParamKey.IPV4HINT, "A"), (ParamKey.IPV6HINT, "AAAA"))
_IGNORED = "parameters in AliasMode"  # how the parser calls what clients must ignore (section 2.4.2)


class _Record(NamedTuple):
    """One record; `target` is the name that clients connect to, "." where an alias says there is no service."""

    rdata: SVCBBase
    target: str
    text: str
    loops: bool  # the target is the owner (section 2.4.2)


def judge(evidence: EndpointEvidence) -> Outcome:
    """What breaks the service for browsers that use the records comes before what they merely ignore."""
    problem = not_for_tls(evidence)
    if problem is not None:
        return problem
    found = find(evidence.host.found, "HTTPS", https_name(evidence.host.host, port_of(evidence)))
    if found is None:
        return untested(evidence, BOTH, endpoint_reach(evidence, BOTH, min_tries=1))
    facts = found.lookup.facts
    error = malformed(found)
    if _IGNORED in error:
        return warned("alias_parameters", facts=facts, name=found.lookup.name)
    if error:
        return failed("malformed", facts=facts, name=found.lookup.name, error=error)
    unknown = missing(found)
    if unknown is not None:
        return could_not_test("not_tested", unknown, facts=facts)
    records = _records(found)
    if not records:
        return not_applicable("none", facts=facts, name=found.lookup.name)
    return _judged(evidence, records, facts)


def _judged(evidence: EndpointEvidence, records: list[_Record], facts: tuple[str, ...]) -> Outcome:
    aliases = [record for record in records if record.rdata.priority == _ALIAS]
    used = aliases or records  # an alias makes clients ignore the rest
    texts = tuple(record.text for record in records)
    rows = tuple(Observation(where=evidence.host.host, saw=f"HTTPS {text}") for text in texts)
    if any(record.target == "." for record in aliases):
        return failed("unavailable", observed=rows, facts=facts, records=texts)
    if any(record.loops for record in aliases):
        return warned("loop", observed=rows, facts=facts, records=texts)
    lost = tuple(dict.fromkeys(record.target for record in used if _without_address(evidence, record)))
    if lost:
        return failed("no_address", observed=rows, facts=facts, targets=lost)
    astray = tuple(hint for record in used for hint in _wrong_hints(evidence, record))
    if astray:
        return failed("hints_differ", observed=rows, facts=facts, hints=astray)
    if any(_promises_h2(evidence, record) for record in used) and _refuses_h2(evidence):
        return failed("alpn", observed=rows, facts=facts, records=texts)
    if len(aliases) > 1 or (aliases and len(records) > len(aliases)):
        return warned("mixed", observed=rows, facts=facts, records=texts)
    return passed("ok", observed=rows, facts=facts, records=texts)


def _records(found: FoundRecords) -> list[_Record]:
    records = []
    for rdata in found.rdatas:
        if isinstance(rdata, SVCBBase):
            alone = rdata.target == dns.name.root and rdata.priority != _ALIAS
            target = name_text(found.owner if alone else rdata.target)
            records.append(_Record(rdata, target, rdata.to_text()[:200], rdata.target == found.owner))
    return sorted(records, key=lambda record: (record.rdata.priority, record.text))


def _lookup(evidence: EndpointEvidence, target: str, rdtype: str) -> Lookup | None:
    """The look-up of a target's addresses: the host's own where it leads to the host."""
    host = evidence.host
    own_lookup = host.a if rdtype == "A" else host.aaaa
    if target == host.host or (own_lookup is not None and target == own_lookup.canonical):
        return own_lookup
    found = find(host.found, rdtype, target)
    return found.lookup if found is not None else None


def _without_address(evidence: EndpointEvidence, record: _Record) -> bool:
    """Whether a target is known to have no address at all, and an alias's no records of its own to go on with."""
    made = [_lookup(evidence, record.target, rdtype) for rdtype in ("A", "AAAA")]
    if any(lookup is None or lookup.failure is not None or lookup.addresses for lookup in made):
        return False
    further = find(evidence.host.found, "HTTPS", record.target)
    return record.rdata.priority != _ALIAS or (further is not None and missing(further) is None and not further.rdatas)


def _wrong_hints(evidence: EndpointEvidence, record: _Record) -> Iterator[str]:
    """The hints that are no address of the target, as far as its addresses are known."""
    for key, rdtype in _HINTS:
        param, lookup = record.rdata.params.get(key), _lookup(evidence, record.target, rdtype)
        if isinstance(param, (IPv4HintParam, IPv6HintParam)) and lookup is not None and lookup.failure is None:
            yield from (address for address in param.addresses if address not in lookup.addresses)


def _promises_h2(evidence: EndpointEvidence, record: _Record) -> bool:
    """Whether a record says that this very endpoint speaks HTTP/2."""
    alpn, port = record.rdata.params.get(ParamKey.ALPN), record.rdata.params.get(ParamKey.PORT)
    here = record.target == evidence.host.host and (not isinstance(port, PortParam) or port.port == port_of(evidence))
    return here and isinstance(alpn, ALPNParam) and b"h2" in alpn.ids


def _refuses_h2(evidence: EndpointEvidence) -> bool:
    """Whether some address, offered HTTP/2 and HTTP/1.1, did not take HTTP/2."""
    hops = (hop for fact in own(evidence) for hop in fact.hops[:1])
    return any(hop.tls is not None and hop.tls.failure is None and hop.tls.alpn != "h2" for hop in hops)
