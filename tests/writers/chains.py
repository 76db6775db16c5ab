"""Chains of trust made by hand: whole, broken in each way, endless, and hostile."""

from datetime import UTC, datetime

import msgspec

from netaudit.model.security import ChainLink, ChainSignature, Security, SecurityStatus

__all__ = ["ENDS", "bogus_data", "expired", "indeterminate", "insecure", "long", "secure", "wrong_ds"]

ENDS = datetime(2026, 12, 26, tzinfo=UTC).timestamp()
_SECURE, _BOGUS = SecurityStatus.SECURE, SecurityStatus.BOGUS


def signed(covers: str, tag: int, state: str = "validated") -> ChainSignature:
    """A signature by algorithm 13."""
    return ChainSignature(covers=covers, key_tag=tag, algorithm=13, expires=ENDS, state=state)


def link(zone: str, tag: int, above: int = 0) -> ChainLink:
    """A secure zone with a KSK `tag` and a ZSK one above it; its DS is signed by the key `above`."""
    return ChainLink(
        zone=zone,
        status=_SECURE,
        reason="validated",
        ds=(f"{tag} 13 2",),
        keys=(f"{tag + 1} 13 256", f"{tag} 13 257"),
        signed_by=(tag,),
        server="192.0.2.1",
        vouched=(signed("DS", above),) if above else (),
        signatures=(signed("DNSKEY", tag),),
    )


def secure(zone: str = "tinh.vn") -> Security:
    """A whole chain: tags 1000, 1001 at the root, 2000, 2001 in vn, 3000, 3001 in the zone."""
    return Security(
        status=_SECURE,
        reason="validated",
        links=(link(".", 1000), link("vn", 2000, 1001), link(zone, 3000, 2001)),
        signatures=(signed("SOA", 3001),),
    )


def _broken(status: SecurityStatus, reason: str, **changes: object) -> Security:
    whole = secure()
    last = msgspec.structs.replace(whole.links[-1], status=status, reason=reason, **changes)
    return Security(status=status, reason=reason, links=(*whole.links[:-1], last))


def wrong_ds(*, digest: bool = False) -> Security:
    """A DS of a key that the zone lacks; with `digest` of one that it has, by another digest."""
    return _broken(_BOGUS, "ds_mismatch", ds=("3000 13 2" if digest else "4444 13 2",))


def expired() -> Security:
    """An expired signature over the keys."""
    return _broken(_BOGUS, "signature_expired", signatures=(signed("DNSKEY", 3000, "signature_expired"),))


def insecure() -> Security:
    """An unsigned delegation that the parent proves."""
    return _broken(
        SecurityStatus.INSECURE, "no_ds", ds=(), keys=(), signatures=(), vouched=(signed("NSEC3", 2001),)
    )  # fmt: skip


def indeterminate() -> Security:
    """A zone whose servers are silent."""
    return _broken(SecurityStatus.INDETERMINATE, "no_reachable_authority", keys=(), signatures=())


def bogus_data(state: str = "") -> Security:
    """A whole chain, and data without a good signature."""
    return msgspec.structs.replace(
        secure(),
        status=_BOGUS,
        reason=state or "rrsigs_missing",
        signatures=(signed("SOA", 3001, state),) if state else (),
    )


def long(zones: int) -> Security:
    """As many zones below one another."""
    names = [".", *(".".join(["a"] * number) for number in range(1, zones))]
    links = tuple(link(name, 1000 + 2 * number, 999 + 2 * number) for number, name in enumerate(names))
    return msgspec.structs.replace(secure(), links=links)
