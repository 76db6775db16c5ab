"""The inputs that fuzzing starts from: genuine ones, and those in `corpus/` that fuzzing found worth keeping."""

import gzip
from pathlib import Path

from netaudit.lab.mrt import mrt_bytes
from tests.fuzz.world import RecordedWorld
from tests.lab_python.client import small_world

__all__ = ["CORPUS", "genuine", "seeds"]

CORPUS = Path(__file__).parent / "corpus"

_ZONE = rb"""$TTL 1h
$ORIGIN tinh.vn.
@ IN SOA ns1 host ( 1 7200 ; serial
  3600 1209600 300 )
@ NS ns1
ns1 300 A 192.0.2.1
    AAAA 2001:db8::1
txt TXT "a;b" c\;d
$GENERATE 1-5/2 h${0,3,d} A 192.0.2.$
$INCLUDE other.zone sub
www CNAME @
_25._tcp TLSA 3 1 1 00000000000000000000000000000000000000000000000000000000000000ff
_x TYPE65534 \# 2 0001
"""

_INVENTORY = Path(__file__).parents[1] / "cli" / "data" / "inventory.yaml"


def genuine(target: str) -> list[bytes]:
    """Inputs without a fault."""
    if target in ("response", "validator"):
        return [bytes((number,)) + (e.response or b"") for number, e in enumerate(RecordedWorld().exchanges)]
    if target == "inventory":
        return [_INVENTORY.read_bytes().replace(b"world: world.yaml\n", b"")]
    if target == "mrt":
        table = mrt_bytes(small_world(), 1_790_000_000)
        return [table, gzip.compress(table, mtime=0)]
    return [_ZONE]


def seeds(target: str) -> list[bytes]:
    """All inputs to start from, in a fixed order."""
    return genuine(target) + [path.read_bytes() for path in sorted((CORPUS / target).glob("*.bin"))]
