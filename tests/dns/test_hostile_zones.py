"""Zones made to exhaust a validator: the work stays bounded, the outcome is `indeterminate` with a budget's name."""

import time

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rrset
import msgspec
import pytest

from netaudit.dns import signatures
from netaudit.dns.budget import Budget
from netaudit.dns.query import make_query
from netaudit.dns.validate import validate
from netaudit.lab.keys import ZoneKeys, make_keys, sign
from netaudit.lab.world import Signing
from netaudit.model.common import Transport
from netaudit.model.exchange import Exchange
from netaudit.model.security import Security, SecurityStatus
from netaudit.rules.signed_data import is_good
from tests.dns.memory import MemoryNetwork, collected
from tests.lab_python.client import small_world

NOW = int(time.time())
APEX = dns.name.from_text("trap")
WWW = dns.name.from_text("www.trap")
A, DNSKEY, RRSIG = dns.rdatatype.A, dns.rdatatype.DNSKEY, dns.rdatatype.RRSIG
KEYS: ZoneKeys = make_keys(APEX, "ECDSAP256SHA256")
ANCHORS = {APEX: (KEYS.ds(),)}


def exchange(name: dns.name.Name, rdtype: dns.rdatatype.RdataType, *rrsets: dns.rrset.RRset) -> Exchange:
    query = make_query(name, rdtype)
    message = dns.message.make_response(dns.message.from_wire(query), our_payload=65_000)
    message.flags |= dns.flags.AA
    message.answer.extend(rrsets)
    wire = message.to_wire(max_size=65_535)
    return Exchange.new(server="192.0.2.1", transport=Transport.TCP, query=query, at=NOW, response=wire)


def colliding(count: int) -> list[dns.rdtypes.ANY.DNSKEY.DNSKEY]:
    """Zone keys that share one key tag: RFC 4034 appendix B is a sum, so the last 16 bits can even it out."""
    made = []
    for number in range(count):
        head = number.to_bytes(62, "big")
        for tail in (0, 1):
            missing = (4660 - dns.dnssec.key_id(_key(head, tail)) + tail) % 65_535
            key = _key(head, missing)
            if dns.dnssec.key_id(key) == 4660:
                made.append(key)
                break
    return made


def _key(head: bytes, tail: int) -> dns.rdtypes.ANY.DNSKEY.DNSKEY:
    key = KEYS.zsk.dnskey.replace(key=head + tail.to_bytes(2, "big"))
    assert isinstance(key, dns.rdtypes.ANY.DNSKEY.DNSKEY)
    return key


def forged(rrset: dns.rrset.RRset, tag: int, count: int) -> dns.rrset.RRset:
    """So many signatures that look right and verify with nothing."""
    template = sign(rrset, KEYS, NOW - 100, NOW + 10_000)[0]
    return dns.rrset.from_rdata_list(
        rrset.name, 300, [template.replace(key_tag=tag, signature=n.to_bytes(64, "big")) for n in range(count)]
    )


@pytest.fixture
def verifications(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts how often a signature is really verified."""
    counted = [0]
    real = is_good

    def counting(data: bytes, signature: bytes, key: signatures.DNSKEY) -> bool:
        counted[0] += 1
        return real(data, signature, key)

    monkeypatch.setattr(signatures, "is_good", counting)
    return counted


def trapped(keys: list[dns.rdtypes.ANY.DNSKEY.DNSKEY], tag: int, signature_count: int) -> Security:
    key_set = dns.rrset.from_rdata_list(APEX, 300, [KEYS.ksk.dnskey, *keys])
    data = dns.rrset.from_text(WWW, 300, "IN", "A", "192.0.2.80")
    pool = [
        exchange(APEX, DNSKEY, key_set, sign(key_set, KEYS, NOW - 100, NOW + 10_000)),
        exchange(WWW, A, data, forged(data, tag, signature_count)),
    ]
    return validate(pool, WWW, A, ANCHORS, NOW)


def test_keytrap_costs_a_bounded_number_of_verifications(verifications: list[int]) -> None:
    """CVE-2023-50387: many keys with one tag, times many signatures."""
    keys = colliding(300)
    assert len(keys) == 300
    began = time.process_time()
    found = trapped(keys, 4660, 300)
    assert (found.status, found.reason) == (SecurityStatus.INDETERMINATE, "budget_colliding_keys")
    assert verifications[0] <= Budget().signatures_per_response + 1
    assert time.process_time() - began < 2


def test_many_signatures_by_one_key_are_bounded_too(verifications: list[int]) -> None:
    found = trapped([KEYS.zsk.dnskey], dns.dnssec.key_id(KEYS.zsk.dnskey), 500)
    assert (found.status, found.reason) == (SecurityStatus.INDETERMINATE, "budget_signatures_per_rrset")
    assert verifications[0] <= Budget().signatures_per_rrset + 1


def test_a_few_broken_signatures_are_simply_bogus(verifications: list[int]) -> None:
    """The boundary from the other side: within the budget the verdict is clear."""
    found = trapped([KEYS.zsk.dnskey], dns.dnssec.key_id(KEYS.zsk.dnskey), 5)
    assert (found.status, found.reason) == (SecurityStatus.BOGUS, "signature_invalid")
    assert verifications[0] == 6


async def test_a_flood_of_nsec3_records_is_its_own_outcome() -> None:
    """CVE-2023-50868 and its kin: the records are counted before anything is hashed or verified."""
    network = MemoryNetwork(small_world(signing=Signing(denial="nsec3")), NOW)
    pool = await collected(network, ("missing.tinh.vn", "A"))
    missing = (dns.name.from_text("missing.tinh.vn"), A)

    def flooded(found: Exchange) -> Exchange:
        if found.question != missing or found.response is None:
            return found
        message = dns.message.from_wire(found.response)
        model = next(rrset for rrset in message.authority if rrset.rdtype == dns.rdatatype.NSEC3)
        for number in range(50):
            owner = dns.name.Name((f"{number:032d}".encode(), b"tinh", b"vn", b""))
            message.authority.insert(0, dns.rrset.from_rdata(owner, 300, model[0]))
        return msgspec.structs.replace(found, response=message.to_wire(max_size=65_535))

    found = validate([flooded(e) for e in pool], *missing, network.anchors, NOW)
    assert (found.status, found.reason) == (SecurityStatus.INDETERMINATE, "budget_nsec3_records")


def test_a_ds_of_the_wrong_length_is_a_finding_and_no_exception() -> None:
    """A DS with digest type 2 and 20 octets: dnspython refuses it, so the RRset looks smaller than it was signed."""
    query = make_query(APEX, dns.rdatatype.DS)
    message = dns.message.make_response(dns.message.from_wire(query))
    message.flags |= dns.flags.AA
    wire = bytearray(message.to_wire())
    wire[7] = 1  # one record in the answer section, behind the OPT that is taken off
    body = APEX.to_wire() or b""
    rdata = (12345).to_bytes(2, "big") + bytes((13, 2)) + b"\0" * 20
    record = body + b"\0\x2b\0\x01\0\0\1\x2c" + len(rdata).to_bytes(2, "big") + rdata
    wire = wire[: 12 + len(body) + 4] + record
    wire[11] = 0
    own = dns.rrset.from_rdata_list(APEX, 300, [KEYS.ksk.dnskey])
    pool = [
        exchange(APEX, DNSKEY, own, sign(own, KEYS, NOW - 100, NOW + 10_000)),
        Exchange.new(server="192.0.2.1", transport=Transport.UDP, query=query, at=NOW, response=bytes(wire)),
        exchange(dns.name.root, DNSKEY, *_root_keys()),
    ]
    found = validate(pool, APEX, dns.rdatatype.SOA, {dns.name.root: (ROOT.ds(),)}, NOW)
    assert (found.status, found.reason, found.rdtype) == (SecurityStatus.BOGUS, "nsec_missing", "DS")
    assert "offset" in found.detail, "the malformed record is named"


ROOT: ZoneKeys = make_keys(dns.name.root, "ED25519")


def _root_keys() -> tuple[dns.rrset.RRset, dns.rrset.RRset]:
    key_set = dns.rrset.from_rdata_list(dns.name.root, 300, [ROOT.ksk.dnskey, ROOT.zsk.dnskey])
    return key_set, sign(key_set, ROOT, NOW - 100, NOW + 10_000)
