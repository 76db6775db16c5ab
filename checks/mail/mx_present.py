"""Whether the domain's MX records lead to hosts that exist (RFC 5321 section 5.1, RFC 2181 section 10.3)."""

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import HostEvidence, MailEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.fetches import addresses, first_failure
from netaudit.rules.zones import trouble

from ._helpers import mx_facts

_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the exchanger's addresses were not looked up")


def judge(evidence: MailEvidence) -> Outcome:
    """Senders fall back on the domain's own address without an MX; an official domain should not lean on that."""
    if evidence.null_mx:
        return not_applicable("null_mx", facts=mx_facts(evidence))
    if not evidence.exchangers:
        return _no_exchanger(evidence)
    seen = {name: _standing(name, evidence.hosts.get(name)) for name in evidence.exchangers}
    rows = tuple(Observation(where=name, saw=saw, ok=ok) for name, (ok, saw, _) in seen.items())
    facts = _facts(evidence)
    for message, text in (("alias", _ALIAS), ("no_address", _NO_ADDRESS)):
        bad = tuple(name for name, (ok, saw, _) in seen.items() if ok is False and saw.startswith(text))
        if bad:
            return failed(message, observed=rows, facts=facts, exchangers=bad, total=len(seen))
    failure = first_failure(failure for _, _, failure in seen.values())
    if failure is not None:
        return could_not_test("not_tested", failure, observed=rows, facts=facts)
    return passed("ok", observed=rows, facts=facts, exchangers=evidence.exchangers, total=len(seen))


_ALIAS = "alias of"
_NO_ADDRESS = "no address"


def _no_exchanger(evidence: MailEvidence) -> Outcome:
    failure = evidence.mx.failure if evidence.mx is not None else _MX_NOT_ASKED
    if failure is not None:
        return could_not_test("not_tested", failure, facts=mx_facts(evidence))
    row = Observation(where=evidence.domain, saw="no MX record", ok=False)
    return failed("no_mx", observed=(row,), facts=mx_facts(evidence))


_MX_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the domain's MX was not looked up")


def _standing(name: str, host: HostEvidence | None) -> tuple[bool | None, str, Failure | None]:
    """Whether an exchanger exists; one family with an address is enough."""
    lookups = [host.a, host.aaaa] if host is not None else []
    canonical = next((item.canonical for item in lookups if item is not None and item.canonical), "")
    if canonical and canonical != name:
        return False, f"{_ALIAS} {canonical}", None
    found = [address for family in Family if host is not None for address in addresses(host, family)]
    if found:
        return True, ", ".join(found), None
    failures = [_NOT_ASKED if item is None else item.failure for item in lookups or [None]]
    failure = first_failure(failures)
    if failure is not None:
        return None, trouble(failure), failure
    return False, _NO_ADDRESS, None


def _facts(evidence: MailEvidence) -> tuple[str, ...]:
    lookups = [lookup for host in evidence.hosts.values() for lookup in (host.a, host.aaaa) if lookup is not None]
    return tuple(dict.fromkeys((*mx_facts(evidence), *(id for lookup in lookups for id in lookup.facts))))
