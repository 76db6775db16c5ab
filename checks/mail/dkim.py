"""Whether the domain publishes keys for DKIM signatures, and strong ones (RFC 6376, RFC 8301).

Which selectors a domain uses stands in its mail alone. Those that the inventory tells are looked up. Without any, the
name above all selectors shows that there are some: it exists where something is below it (RFC 8020 section 2).
"""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import FoundTexts, MailEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed, warned
from netaudit.rules.dialogues import mx_problem
from netaudit.rules.dkim import DkimKey, parse_dkim
from netaudit.rules.fetches import first_failure
from netaudit.rules.service_names import DKIM, NO_SELECTOR

from ._helpers import record_rows, untested_record


def judge(evidence: MailEvidence, *, min_bits: int, good_bits: int) -> Outcome:
    """A key that was revoked verifies nothing, yet says that its selector is out of use: it counts for nothing."""
    problem = mx_problem(evidence)
    if problem is not None:
        return problem
    keys = {
        label: found for label, found in evidence.texts.items() if label.endswith(f".{DKIM}") and label != NO_SELECTOR
    }
    return _keys(evidence, keys, min_bits, good_bits) if keys else _any_key(evidence)


def _any_key(evidence: MailEvidence) -> Outcome:
    """Without a selector: whether there is anything below `_domainkey`, and not by a wildcard (RFC 4592)."""
    found, below = evidence.texts.get(DKIM), evidence.texts.get(NO_SELECTOR)
    problem = untested_record(found.lookup if found is not None else None)
    if problem is not None or found is None:
        return problem or not_applicable("null_mx")
    name, facts = f"{DKIM}.{evidence.domain}", found.lookup.facts
    if found.nonexistent:
        rows = (Observation(where=name, saw="NXDOMAIN", ok=False),)
        return failed("missing", observed=rows, facts=facts, name=name)
    problem = untested_record(below.lookup if below is not None else None)
    if problem is not None:
        return problem
    if below is None or not below.nonexistent:
        return could_not_test("not_tested", _WILDCARD, facts=facts)
    return passed("exists", observed=(Observation(where=name, saw="NOERROR", ok=True),), facts=facts, name=name)


def _keys(evidence: MailEvidence, keys: dict[str, FoundTexts], min_bits: int, good_bits: int) -> Outcome:
    """The selectors that the inventory tells: each has one key that can be used."""
    facts = tuple(id for found in keys.values() for id in found.lookup.facts)
    read = {label: [parse_dkim(text) for text in found.texts] for label, found in keys.items()}
    rows = tuple(
        row
        for label, found in keys.items()
        for row in record_rows(f"{label}.{evidence.domain}", found.texts, ok=_usable(read[label], min_bits))
    )
    known = {label: read[label] for label, found in keys.items() if found.lookup.failure is None}
    faults = {
        "no_key": [label for label, found in known.items() if not found],
        "several": [label for label, found in known.items() if len(found) > 1],
        "malformed": [label for label, found in known.items() if any(key.problem for key in found)],
        "revoked": [label for label, found in known.items() if any(key.revoked for key in found)],
        "weak": [label for label, found in known.items() if _shortest(found) < min_bits],
    }
    for message, labels in faults.items():
        if labels:
            return failed(message, observed=rows, facts=facts, selectors=_selectors(labels), minimum=min_bits)
    failure = first_failure(found.lookup.failure for found in keys.values())
    if failure is not None:
        return could_not_test("not_tested", failure, observed=rows, facts=facts)
    short = [label for label, found in known.items() if _shortest(found) < good_bits]
    if short:
        return warned("short", observed=rows, facts=facts, selectors=_selectors(short), minimum=good_bits)
    return passed("ok", observed=rows, facts=facts, selectors=_selectors(known))


def _usable(keys: list[DkimKey], min_bits: int) -> bool:
    return len(keys) == 1 and not keys[0].problem and not keys[0].revoked and _shortest(keys) >= min_bits


def _shortest(keys: list[DkimKey]) -> int:
    """Bits of the shortest RSA key; a key of 256 bits on a curve is as strong as any of those (RFC 8463)."""
    return min((key.bits for key in keys if key.kind == "rsa" and key.bits), default=_STRONG)


def _selectors(labels: list[str] | dict[str, list[DkimKey]]) -> tuple[str, ...]:
    return tuple(sorted(label.removesuffix(f".{DKIM}") for label in labels))


_STRONG = 1 << 16
_WILDCARD = Failure(
    reason=Reason.NO_DATA, side=Side.TARGET, detail="a wildcard answers for every name; tell a selector"
)
