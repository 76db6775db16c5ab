"""Answers of RIPEstat's data call `rpki-validation`: the validated ROA payloads that cover one prefix."""

import ipaddress
from collections.abc import Sequence
from pathlib import Path

import msgspec

from netaudit.model.routing import Vrp
from netaudit.routing.aspas import asn_of
from netaudit.routing.vrps import VrpError, VrpExport

__all__ = ["read_rpki_validation"]

_BYTES = 4 * 1024 * 1024
_STATES = frozenset(("valid", "invalid", "invalid_asn", "invalid_length", "unknown"))


def read_rpki_validation(path: Path, prefixes: Sequence[str], asns: Sequence[int] = ()) -> VrpExport:
    """Read one answer. It tells of payloads over the prefix, and of none within it. Raises VrpError and OSError."""
    with path.open("rb") as file:
        content = file.read(_BYTES + 1)
    try:
        if len(content) > _BYTES:
            raise ValueError(f"more than {_BYTES} bytes")
        answer = msgspec.json.decode(content)
        if answer["status"] != "ok" or answer["data"]["status"] not in _STATES:
            raise ValueError(f"status {answer['status']!r}")
        vrps = tuple(dict.fromkeys(map(_payload, answer["data"]["validating_roas"])))
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        problem = f"no answer of rpki-validation: {error!r}"[:160]
        raise VrpError(path.name, 0, problem, VrpExport((), 0, None)) from error
    ours = [ipaddress.ip_network(prefix) for prefix in prefixes]
    return VrpExport(tuple(vrp for vrp in vrps if _concerns(vrp, ours)), len(vrps), None)


def _payload(item: dict[str, object]) -> Vrp:
    prefix = ipaddress.ip_network(str(item["prefix"]))
    longest = int(str(item["max_length"]))
    if not prefix.prefixlen <= longest <= prefix.max_prefixlen:
        raise ValueError(f"{prefix}: max_length {longest}")
    origin = item["origin"]
    return Vrp(prefix=str(prefix), max_length=longest, asn=asn_of(f"AS{origin}" if str(origin).isdecimal() else origin))


def _concerns(vrp: Vrp, ours: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    prefix = ipaddress.ip_network(vrp.prefix)
    return any(prefix.version == own.version and prefix.overlaps(own) for own in ours)
