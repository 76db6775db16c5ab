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


def opaque(octets: bytes) -> dns.rdata.Rdata:
    """A DS record that dnspython refuses to read."""
    return dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.DS, octets)


def short(*, digest: str = "SHA256") -> dns.rdata.Rdata:
    """The DS of the zone's own key, an octet too short."""
    return opaque((KEYS.ds(digest).to_wire() or b"")[:-1])


def delegated_with(*ds: dns.rdata.Rdata, signed: bool = True) -> Security:
    records = dns.rrset.from_rdata_list(APEX, 300, list(ds))
    own = dns.rrset.from_rdata_list(APEX, 300, [KEYS.ksk.dnskey])
    vouched = [sign(records, ROOT, NOW - 100, NOW + 10_000)] if signed else []
    pool = [
        exchange(APEX, DNSKEY, own, sign(own, KEYS, NOW - 100, NOW + 10_000)),
        exchange(APEX, dns.rdatatype.DS, records, *vouched),
        exchange(dns.name.root, DNSKEY, *_root_keys()),
    ]
    return validate(pool, APEX, DNSKEY, {dns.name.root: (ROOT.ds(),)}, NOW)


def test_a_ds_of_the_wrong_length_beside_a_good_one_does_no_harm() -> None:
    """One DS must fit, not all (RFC 4035 section 5.2); what can't be read was signed all the same."""
    for other in (short(), opaque(b""), opaque(b"\x30\x39\x0d"), opaque(b"\x30\x39\x0d\x04" + bytes(20))):
        for ds in ((other, KEYS.ds()), (KEYS.ds(), other)):
            found = delegated_with(*ds)
            assert (found.status, found.reason) == (SecurityStatus.SECURE, "validated"), other
    forged = delegated_with(short(), KEYS.ds(), signed=False)
    assert (found.status, forged.status, forged.reason) == (
        SecurityStatus.SECURE,
        SecurityStatus.BOGUS,
        "rrsigs_missing",
    )
    assert "offset" in forged.detail, "the malformed record is named"


def test_a_ds_of_the_wrong_length_alone_is_a_finding_and_no_exception() -> None:
    """The zone is signed by an algorithm that is supported: bogus, and never insecure."""
    found = delegated_with(short())
    assert (found.status, found.reason) == (SecurityStatus.BOGUS, "ds_mismatch")
    assert found.links[-1].ds == (f"{KEYS.ds().key_tag} 13 2",)
    assert delegated_with(short(), KEYS.ds("SHA1")).reason == "ds_mismatch", "RFC 4509 section 3: SHA-256 is there"
    assert delegated_with(short(), unknown_digest()).status is SecurityStatus.BOGUS
    assert delegated_with(unknown_digest()).status is SecurityStatus.INSECURE
    assert delegated_with(opaque(b"")).status is SecurityStatus.INSECURE, "it names no algorithm"


def unknown_digest() -> dns.rdata.Rdata:
    return dns.rdata.from_text("IN", "DS", f"{KEYS.ds().key_tag} 13 100 {'00' * 32}")


ROOT: ZoneKeys = make_keys(dns.name.root, "ED25519")


def _root_keys() -> tuple[dns.rrset.RRset, dns.rrset.RRset]:
    key_set = dns.rrset.from_rdata_list(dns.name.root, 300, [ROOT.ksk.dnskey, ROOT.zsk.dnskey])
    return key_set, sign(key_set, ROOT, NOW - 100, NOW + 10_000)
