"""The signed world that the fuzzed bytes are put into: exchanges recorded once, their keys, their moment.

`python -m tests.fuzz.world` records it anew. Then the corpus means less, for its signatures are of other keys.
"""

import asyncio
from functools import cached_property
from pathlib import Path

import dns.dnssec
import dns.name
import dns.rdatatype
import msgspec
import zstandard

from netaudit.dns.anchors import DS
from netaudit.lab.world import Signing
from netaudit.model.exchange import Exchange
from netaudit.store.facts import iterate_facts
from tests.dns.memory import MemoryNetwork, collected
from tests.lab_python.client import small_world

__all__ = ["UNSIGNED", "Question", "RecordedWorld"]

_FILE = Path(__file__).parent / "world.facts.jsonl.zst"
_RECORDED_AT = 1_790_000_000.0
_SIGNED = (
    ("www.tinh.vn", "A"), ("tinh.vn", "SOA"), ("tinh.vn", "DS"),
    ("x.rong.tinh.vn", "A"),  # a wildcard
    ("x.rong.tinh.vn", "TXT"),  # NODATA at a wildcard
    ("x.bidanh.tinh.vn", "A"), ("www2.tinh.vn", "A"), ("www.cu.tinh.vn", "A"),  # CNAME and DNAME
    ("www.tinh.vn", "TXT"), ("b.c.tinh.vn", "A"), ("missing.tinh.vn", "A"),  # denials by NSEC
    ("khong.vn", "A"), ("vn", "TXT"),  # denials by NSEC3
    ("www.ky.tinh.vn", "A"), ("ky.tinh.vn", "DS"),
)  # fmt: skip
UNSIGNED = ("x.con.tinh.vn", "A")
"""A name below a delegation that is proved to be unsigned."""

Question = tuple[dns.name.Name, dns.rdatatype.RdataType]


class RecordedWorld:
    """What one scan of the world heard. The order of `exchanges` is fixed: the corpus counts by it."""

    def __init__(self) -> None:
        self.exchanges = tuple(fact for fact in iterate_facts(_FILE) if isinstance(fact, Exchange))
        self.now = _RECORDED_AT

    @cached_property
    def anchors(self) -> dict[dns.name.Name, tuple[DS, ...]]:
        """The DS of the root's key-signing key."""
        root = next(e for e in self.exchanges if e.question == (dns.name.root, dns.rdatatype.DNSKEY))
        keys = root.answer(dns.name.root, dns.rdatatype.DNSKEY) or ()
        entry = next(key for key in keys if key.flags & 1)
        return {dns.name.root: (dns.dnssec.make_ds(dns.name.root, entry, "SHA256"),)}

    @cached_property
    def questions(self) -> frozenset[Question]:
        """Everything that was asked."""
        return frozenset(exchange.question for exchange in self.exchanges)


def _record() -> None:
    network = MemoryNetwork(small_world(signing=Signing()), _RECORDED_AT)
    heard = asyncio.run(collected(network, *_SIGNED, UNSIGNED))
    exchanges = {(exchange.question, exchange.authoritative): exchange for exchange in heard}.values()
    lines = b"".join(msgspec.json.encode(exchange) + b"\n" for exchange in exchanges)
    _FILE.write_bytes(zstandard.ZstdCompressor(level=19).compress(lines))
    print(f"{len(exchanges)} exchanges, {_FILE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    _record()
