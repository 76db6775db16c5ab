"""The inputs that fuzzing starts from: genuine ones, and those in `corpus/` that fuzzing found worth keeping."""

import bz2
import gzip
import lzma
from pathlib import Path

import zstandard

from netaudit.lab.mrt import mrt_bytes
from tests.fuzz.document_seeds import DOCUMENTS
from tests.fuzz.world import RecordedWorld
from tests.lab_python.client import small_world
from tests.routing.mrt_files import (
    Message,
    Nlri,
    as_path,
    attribute,
    old_table_record,
    peer_index,
    rib_record,
    state_change,
    update,
)

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
        return [table, gzip.compress(table, mtime=0), *_collected()]
    if target in DOCUMENTS:
        return DOCUMENTS[target]()
    return [_ZONE]


def seeds(target: str) -> list[bytes]:
    """All inputs to start from, in a fixed order."""
    return genuine(target) + [path.read_bytes() for path in sorted((CORPUS / target).glob("*.bin"))]


def _collected() -> list[bytes]:
    """What the world's table has not: ADD-PATH, an old table, updates of both kinds, xz and zstd."""
    one, other = (64501, "198.51.100.1"), (64502, "2001:db8:51::2")
    four, six = Nlri("192.0.2.0/24", 1), Nlri("2001:db8::/32", 2)
    path = ((3, (65001,)), (2, (64501, 23456)), (1, (64510, 64511)))
    as4 = attribute(17, as_path([(2, (4_200_000_001,))])) + attribute(7, bytes(6)) + attribute(18, bytes(8))
    table = peer_index((one, other))
    table += b"".join(rib_record(nlri.prefix, [(0, 1, path), (1, 2, path)], add_path=True) for nlri in (four, six))
    updates = update(Message(one, (four, six), (), path, as4), 2) + update(Message(other, (six,), (four,), path))
    updates += update(Message(one, (), (four, six)), 2, add_path=True) + state_change(other, 6, 1)
    updates += update(Message(other, (four, six), (), path), add_path=True, microseconds=True)
    old = old_table_record(four.prefix, one, path)
    packed = [lzma.compress(updates), zstandard.ZstdCompressor().compress(table), bz2.compress(old)]
    return [table, updates, old, table + updates, *packed]
