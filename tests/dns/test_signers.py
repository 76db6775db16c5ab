"""Who signed what along a chain: every signature with what became of it, in worlds whole and broken."""

from collections.abc import Iterable

import dns.name
import dns.rdatatype
import pytest

from netaudit.dns.signers import Signers
from netaudit.dns.validate import validate
from netaudit.lab.world import Fault, Signing
from netaudit.model.exchange import Exchange
from netaudit.model.security import ChainLink, Security, SecurityStatus
from tests.dns.memory import MemoryNetwork, collected
from tests.dns.test_validate import NOW
from tests.lab_python.client import small_world

DAY = 86_400
SIGNED = Signing()


async def completed(
    *faults: Fault,
    asked: str = "tinh.vn",
    rdtype: str = "SOA",
    signing: Signing | None = SIGNED,
    later: float = 0,
) -> Security:
    network = MemoryNetwork(small_world(*faults, signing=signing), NOW)
    exchanges = await collected(network, (asked, rdtype))
    by_id = {exchange.id: exchange for exchange in exchanges}

    def found(ids: Iterable[str]) -> list[Exchange]:
        return [by_id[id] for id in ids if id in by_id]

    name, kind = dns.name.from_text(asked), dns.rdatatype.from_text(rdtype)
    security = validate(exchanges, name, kind, network.anchors, NOW + later)
    return Signers(found, NOW + later).completed(security, name, kind)


def tags(link: ChainLink, flags: str) -> set[int]:
    return {int(key.split()[0]) for key in link.keys if key.split()[2] == flags}


async def test_each_zone_vouches_for_the_next_and_the_last_for_its_data() -> None:
    security = await completed()
    root, vn, zone = security.links
    assert root.vouched == ()
    assert {s.key_tag for s in vn.vouched} == tags(root, "256")
    assert {s.key_tag for s in zone.vouched} == tags(vn, "256")
    for link in security.links:
        assert {s.key_tag for s in link.signatures} >= tags(link, "257")
    assert {(s.covers, s.key_tag) for s in security.signatures} == {("SOA", tag) for tag in tags(zone, "256")}
    every = [s for link in security.links for s in (*link.vouched, *link.signatures)] + list(security.signatures)
    assert {s.state for s in every} == {"validated"}
    assert all(NOW < s.expires < NOW + 400 * DAY for s in every)


async def test_an_expired_signature_is_shown_with_its_end() -> None:
    security = await completed(Fault(id="f", kind="expired_signature", zone="tinh.vn"))
    zone = security.links[-1]
    assert security.status is SecurityStatus.BOGUS
    shown = (*zone.signatures, *security.signatures)
    assert "signature_expired" in {s.state for s in shown}
    assert all(s.expires < NOW for s in shown if s.state == "signature_expired")
    assert {s.state for s in zone.vouched} == {"validated"}


async def test_of_an_unsigned_delegation_the_proof_is_shown() -> None:
    security = await completed(Fault(id="f", kind="no_ds", zone="tinh.vn"))
    above, zone = security.links[-2:]
    assert security.status is SecurityStatus.INSECURE
    assert {(s.covers, s.key_tag, s.state) for s in zone.vouched} == {
        ("NSEC3", tag, "validated") for tag in tags(above, "256")
    }
    assert {s.covers for s in zone.signatures} == {"DNSKEY"}, (
        "an island of security: it is signed, and nothing anchors it"
    )
    assert len(zone.keys) == 2
    assert {s.state for s in security.signatures} == {"validated"}


@pytest.mark.parametrize(("denial", "covers"), [("nsec", "NSEC"), ("nsec3", "NSEC3")])
async def test_absent_data_is_signed_by_its_denial(denial: str, covers: str) -> None:
    security = await completed(rdtype="LOC", signing=Signing(denial=denial))  # type: ignore[arg-type]
    assert security.status is SecurityStatus.SECURE
    assert {(s.covers, s.key_tag, s.state) for s in security.signatures} == {
        (covers, tag, "validated") for tag in tags(security.links[-1], "256")
    }


async def test_an_unsigned_zone_has_no_signatures() -> None:
    security = await completed(signing=None)
    assert security.status is SecurityStatus.INSECURE
    assert security.links[-1].signatures == security.signatures == ()


async def test_an_alias_is_signed_by_the_zone_that_holds_it() -> None:
    security = await completed(asked="www2.tinh.vn", rdtype="A")
    assert security.status is SecurityStatus.SECURE
    assert {s.covers for s in security.signatures} <= {"CNAME", "A"}
    assert {(s.key_tag, s.state) for s in security.signatures} == {
        (tag, "validated") for tag in tags(security.links[-1], "256")
    }
