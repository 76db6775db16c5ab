"""Why a security status is what it is: one word each, with its Extended DNS Error and a short explanation."""

from typing import NamedTuple

from netaudit.model.security import ChainLink, Security, SecurityStatus

__all__ = ["REASONS", "Reason", "because", "ede", "explain"]


class Reason(NamedTuple):
    """What a reason word stands for: its code in the IANA Extended DNS Errors registry (RFC 8914), if any."""

    ede: int | None
    text: str


REASONS: dict[str, Reason] = {
    # secure
    "validated": Reason(None, "signatures lead from the trust anchor to the data"),
    # insecure
    "no_ds": Reason(None, "the parent proves that the delegation has no DS record"),
    "opt_out": Reason(None, "the parent's NSEC3 opt-out does not speak of unsigned delegations"),
    "negative_anchor": Reason(None, "a negative trust anchor says that the zone is to be taken for insecure"),
    "unsupported_algorithm": Reason(1, "the DS records name only algorithms that the policy does not validate"),
    "unsupported_ds_digest": Reason(2, "the DS records use only digest types that the policy does not validate"),
    "nsec3_iterations": Reason(27, "the NSEC3 iteration count is above what validators accept"),
    # bogus: signatures
    "signature_expired": Reason(7, "the signature has expired"),
    "signature_not_yet_valid": Reason(8, "the signature is not valid yet"),
    "signature_invalid": Reason(6, "the signature does not verify"),
    "no_matching_key": Reason(9, "no DNSKEY of the zone fits the signature's key tag and algorithm"),
    "signer_mismatch": Reason(6, "the signer's name is not the zone that holds the data"),
    "signature_unsupported": Reason(1, "all signatures use algorithms that the policy does not validate"),
    "rrsigs_missing": Reason(10, "the zone is signed, but there is no signature over the data"),
    # bogus: keys
    "ds_mismatch": Reason(9, "no DNSKEY of the zone matches a DS record of its parent"),
    "dnskey_missing": Reason(9, "the parent has a DS record, but the zone serves no DNSKEY"),
    "no_zone_key": Reason(11, "the DNSKEY that matches the DS record lacks the zone key flag, or is revoked"),
    # bogus: denial
    "nsec_missing": Reason(12, "nothing proves that the name or type does not exist"),
    "denial_invalid": Reason(12, "the NSEC or NSEC3 records do not prove that the name or type does not exist"),
    "ds_denial_invalid": Reason(12, "the parent's NSEC or NSEC3 records do not prove that there is no DS record"),
    "alias_invalid": Reason(6, "the alias does not fit the DNAME that it was made from"),
    # indeterminate
    "no_anchor": Reason(None, "no trust anchor is configured at or above the name"),
    "evidence_missing": Reason(None, "a question that the chain of trust needs was never asked"),
    "no_reachable_authority": Reason(22, "no authoritative server answered"),
    "server_error": Reason(23, "the servers answered with an error"),
    "not_authoritative": Reason(None, "the response is no authoritative answer to the question"),
    "truncated": Reason(None, "the response was truncated and was not asked for over TCP"),
    "malformed": Reason(None, "the response could not be read"),
    # indeterminate: budgets
    "budget_signatures_per_rrset": Reason(None, "an RRset needs more signature verifications than allowed"),
    "budget_signatures_per_response": Reason(None, "a response needs more signature verifications than allowed"),
    "budget_colliding_keys": Reason(None, "more keys than allowed share one key tag and algorithm"),
    "budget_nsec3_records": Reason(None, "a response holds more NSEC3 records than allowed"),
    "budget_nsec3_hashes": Reason(None, "a proof needs more NSEC3 hashes than allowed"),
    "budget_ds_records": Reason(None, "a delegation has more DS records than allowed"),
    "budget_aliases": Reason(None, "the chain of aliases is longer than allowed"),
    # resolution (ResolutionError)
    "budget_queries": Reason(None, "the look-up needs more queries than allowed"),
    "budget_depth": Reason(None, "name servers depend on one another deeper than allowed"),
    "budget_time": Reason(None, "the look-up took longer than allowed"),
    "cyclic_dependency": Reason(22, "name servers depend on one another for their addresses"),
    "no_server_address": Reason(22, "no address of a name server is known"),
    "cname_loop": Reason(None, "the chain of aliases ends where it began"),
}


def ede(reason: str) -> int | None:
    """The Extended DNS Error code of a reason word, or None."""
    known = REASONS.get(reason)
    return known.ede if known else None


def explain(reason: str) -> str:
    """The reason in English; the word itself when it is unknown."""
    known = REASONS.get(reason)
    return known.text if known else reason


def because(
    status: SecurityStatus,
    reason: str,
    *,
    name: str = "",
    rdtype: str = "",
    zone: str = "",
    server: str = "",
    detail: str = "",
    links: tuple[ChainLink, ...] = (),
    facts: tuple[str, ...] = (),
) -> Security:
    """Return a Security with the Extended DNS Error that fits its reason."""
    return Security(
        status=status,
        reason=reason,
        name=name,
        rdtype=rdtype,
        zone=zone,
        server=server,
        ede=ede(reason),
        detail=detail,
        links=links,
        facts=facts,
    )
