"""Whether a key can be broken from its public half alone (RFC 3110; Fermat, ROCA: CVE-2022-26320, CVE-2017-15361)."""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, passed
from netaudit.rules.rrsig import DNSKEY, key_text, rsa_key
from netaudit.rules.weak_rsa import FACTORED_BITS, SMALL_PRIMES, Weakness, weaknesses

from ._helpers import signed_zone

_KEYS = 16  # of one zone are tested
_TOO_MANY = Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=f"more than {_KEYS} RSA keys")


def judge(evidence: ZoneEvidence) -> Outcome:
    """Test every RSA zone key, those too that sign nothing yet; elliptic curves leave no such choices to get wrong."""
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    numbers = [(key, parsed) for key in signed.zone_keys if (parsed := rsa_key(key)) is not None]
    found = {key: weaknesses(parsed) for key, parsed in numbers[:_KEYS]}
    rows = tuple(_row(evidence, key, weak) for key, weak in found.items())
    facts = signed.survey.facts
    weak_ones = {key: weak for key, weak in found.items() if weak}
    if weak_ones:
        keys = tuple(f"{key_text(key)}: {', '.join(_NAMES[one] for one in weak)}" for key, weak in weak_ones.items())
        return failed("weak", observed=rows, facts=facts, keys=keys)
    if len(numbers) > len(found):
        return could_not_test("too_many", _TOO_MANY, observed=rows, facts=facts, tested=len(found))
    return passed("ok" if found else "no_rsa", observed=rows, facts=facts, count=len(found))


_NAMES = {
    Weakness.EXPONENT: "RSA exponent",
    Weakness.SHORT: f"≤ {FACTORED_BITS} bit",
    Weakness.SMALL_FACTOR: f"p < {SMALL_PRIMES}",
    Weakness.CLOSE_PRIMES: "Fermat",
    Weakness.ROCA: "ROCA",
}


def _row(evidence: ZoneEvidence, key: DNSKEY, weak: tuple[Weakness, ...]) -> Observation:
    saw = ", ".join(_NAMES[one] for one in weak) or "no known weakness"
    return Observation(where=evidence.zone, saw=f"DNSKEY {key_text(key)}: {saw}", ok=not weak)
