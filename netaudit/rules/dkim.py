"""DKIM keys as DNS publishes them, read as RFC 6376 section 3.6.1 and RFC 8463 write them."""

import base64
import binascii
from typing import NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

__all__ = ["DkimKey", "parse_dkim"]

_ED25519_OCTETS = 32


class DkimKey(NamedTuple):
    """A selector's key: `rsa` with its bits, or `ed25519`; `revoked` where `p` is empty."""

    kind: str = "rsa"
    bits: int = 0
    revoked: bool = False
    problem: str = ""  # the tag that breaks the record; empty: none


def parse_dkim(record: str) -> DkimKey:
    """Read one key record. `v` may be missing, but where it stands it is first (section 3.6.1)."""
    parts = [part for part in record.split(";") if part.strip()]
    tags = dict(reversed([_tag(part) for part in parts]))
    kind = tags.get("k", "rsa")
    if "v" in tags and (tags["v"] != "DKIM1" or _tag(parts[0])[0] != "v"):
        return DkimKey(kind, problem="v")
    if "p" not in tags:
        return DkimKey(kind, problem="p")
    if kind not in ("rsa", "ed25519"):
        return DkimKey(kind, problem="k")
    key = "".join(tags["p"].split())
    if not key:
        return DkimKey(kind, revoked=True)
    bits = _bits(kind, key)
    return DkimKey(kind, bits, problem="" if bits else "p")


def _tag(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name.strip(), value.strip()


def _bits(kind: str, text: str) -> int:
    """The key's length in bits; 0 where it is none."""
    try:
        octets = base64.b64decode(text, validate=True)
        if kind == "ed25519":
            return 256 if len(octets) == _ED25519_OCTETS else 0
        key = load_der_public_key(octets)
    except (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm):
        return 0
    return key.key_size if isinstance(key, RSAPublicKey) else 0
