"""Whether RSA keys are long enough (RFC 6781 section 3.4.2, RFC 5702 section 2)."""

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Observation, Outcome, failed, passed
from netaudit.rules.rrsig import key_text, rsa_bits

from ._helpers import signed_zone


def judge(evidence: ZoneEvidence, *, min_rsa_bits: int) -> Outcome:
    """Measure the RSA modulus of every zone key; elliptic-curve keys have the size that their algorithm fixes."""
    signed = signed_zone(evidence)
    if signed.outcome is not None:
        return signed.outcome
    found = signed.survey
    sizes = {key: bits for key in signed.zone_keys if (bits := rsa_bits(key)) is not None}
    rows = tuple(
        Observation(where=evidence.zone, saw=f"DNSKEY {key_text(key)}: {bits} bits", ok=bits >= min_rsa_bits)
        for key, bits in sizes.items()
    )
    facts = found.facts
    if not sizes:
        return passed("fixed", facts=facts, keys=tuple(key_text(key) for key in signed.zone_keys))
    broken = tuple(key_text(key) for key, bits in sizes.items() if not bits)
    if broken:
        return failed("unreadable", observed=rows, facts=facts, keys=broken)
    short = tuple(key_text(key) for key, bits in sizes.items() if bits < min_rsa_bits)
    smallest = min(sizes.values())
    if short:
        return failed("short", observed=rows, facts=facts, keys=short, bits=smallest, minimum=min_rsa_bits)
    return passed("ok", observed=rows, facts=facts, bits=smallest, minimum=min_rsa_bits)
