"""What exchanges say of the names that records lead to: denials that count, and those that do not."""

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest

from netaudit.judge.derive_targets import TargetDeriver
from netaudit.model.book import FactBook
from netaudit.model.common import Failure, Reason, Side, Text, Transport
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Delegation, Lookup, NameFact, ScanFact, ServerAddress, ZoneFact
from netaudit.model.inventory import Inventory, NetworkKind, Province, Service
from netaudit.model.security import Security, SecurityStatus
from netaudit.model.targets import Standing, TargetName

REFUSED = Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="REFUSED")
TIMEOUT = Failure(reason=Reason.TIMEOUT, side=Side.PATH)
SILENCE = Failure(reason=Reason.TIMEOUT, side=Side.TARGET)
INVENTORY = Inventory(
    schema=1, network=NetworkKind.LAB, province=Province(id="p", name=Text("P", "P")), tiers=(), units=(),
    services=(Service(id="s", kind="site", host="www.agency.vn", units=()),), zones=("agency.vn", "vn"),
)  # fmt: skip

SCAN = ScanFact(
    id="scan", schema=1, tool="", at=0.0, inventory=INVENTORY, inventory_file="", inventory_sha256="", trust_anchors=()
)  # fmt: skip


def told(
    name: str, rdtype: str = "A", *, server: str = "192.0.2.1", rcode: str = "NOERROR", **sections: str
) -> Exchange:
    """An authoritative response; `sections` hold a record each, in presentation form."""
    query = dns.message.make_query(name, rdtype)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    response.set_rcode(dns.rcode.from_text(rcode))
    for section, text in sections.items():
        owner, kind, data = text.split(" ", 2)
        getattr(response, section).append(dns.rrset.from_text(owner, 300, "IN", kind, data))
    return Exchange.new(
        server=server, transport=Transport.UDP, query=query.to_wire(), at=0.0, response=response.to_wire()
    )


def looked_up(name: str, *exchanges: Exchange, zone: str = "vn", rdtype: str = "A", **changes: object) -> Lookup:
    facts = tuple(exchange.id for exchange in exchanges)
    lookup = Lookup(name=name, rdtype=rdtype, zones=(".", zone), facts=facts)
    return Lookup(**{field: getattr(lookup, field) for field in lookup.__struct_fields__} | changes)


def aliased(
    lookup: Lookup, *exchanges: Exchange, status: SecurityStatus = SecurityStatus.SECURE, host: str = "www.agency.vn"
) -> TargetName:
    """Where the aliases of a host lead, by one look-up of its addresses."""
    deriver = TargetDeriver(FactBook([SCAN, *exchanges]), lambda name, rdtype: Security(status=status, reason=""))
    (target,) = deriver.of_host(host, [lookup, None], ())
    return target


def gone(*exchanges: Exchange, status: SecurityStatus = SecurityStatus.SECURE, zone: str = "vn") -> TargetName:
    """The end of an alias that a zone's server denies, with what else the scan heard."""
    answer = told("www.shop.gone.vn", rcode="NXDOMAIN")
    lookup = looked_up("www.agency.vn", answer, canonical="www.shop.gone.vn", nonexistent=True, zone=zone)
    return aliased(lookup, answer, *exchanges, status=status)


def test_the_highest_name_that_was_denied_is_missing() -> None:
    above = (told("shop.gone.vn", "NS", rcode="NXDOMAIN"), told("gone.vn", "NS", rcode="NXDOMAIN"))
    found = gone(*above)
    assert (found.standing, found.name, found.missing, found.zone) == (
        Standing.NONEXISTENT, "www.shop.gone.vn", "gone.vn", "vn",
    )  # fmt: skip
    assert found.security is SecurityStatus.SECURE
    assert not found.own


def test_what_exists_above_is_not_missing() -> None:
    found = gone(told("shop.gone.vn", "NS", rcode="NXDOMAIN"), told("gone.vn", "NS"))
    assert found.missing == "shop.gone.vn"


def test_a_bogus_denial_says_nothing() -> None:
    assert gone(status=SecurityStatus.BOGUS).standing is Standing.UNKNOWN


def test_one_server_that_knows_the_name_is_enough() -> None:
    known = told("www.shop.gone.vn", server="192.0.2.2", answer="www.shop.gone.vn. A 192.0.2.9")
    assert gone(known).standing is Standing.EXISTS


@pytest.mark.parametrize(("types", "standing"), [
    ("RRSIG NSEC TYPE128", Standing.NONEXISTENT),
    ("TXT RRSIG NSEC", Standing.EXISTS),
])  # fmt: skip
def test_compact_denial_is_a_denial(types: str, standing: Standing) -> None:
    answer = told("app.cloud.com", authority=f"app.cloud.com. NSEC \\000.app.cloud.com. {types}")
    lookup = looked_up("www.agency.vn", answer, canonical="app.cloud.com", zone="cloud.com")
    assert aliased(lookup, answer).standing is standing


@pytest.mark.parametrize(
    ("failure", "standing"),
    [(REFUSED, Standing.LAME), (TIMEOUT, Standing.UNKNOWN), (SILENCE, Standing.UNKNOWN)],
)
def test_only_what_the_target_said_is_lame(failure: Failure, standing: Standing) -> None:
    found = aliased(looked_up("www.agency.vn", canonical="x.cloud.com", failure=failure))
    assert (found.standing, found.failure) == (standing, failure)


def test_names_in_zones_of_the_inventory_are_ones_own() -> None:
    answer = told("old.agency.vn", rcode="NXDOMAIN")
    lookup = looked_up("www.agency.vn", answer, canonical="old.agency.vn", nonexistent=True, zone="agency.vn")
    assert aliased(lookup, answer).own


def test_a_registry_in_the_inventory_makes_nothing_ones_own() -> None:
    assert not gone().own  # the inventory lists vn


def test_name_servers_are_those_of_parent_and_zone() -> None:
    referral = told("agency.vn", "NS", server="192.0.2.3", authority="agency.vn. NS ns9.gone.vn.")
    own = told("agency.vn", "NS", answer="agency.vn. NS ns1.agency.vn.")
    denied = told("ns9.gone.vn", rcode="NXDOMAIN")
    fact = ZoneFact(
        id="zone-agency.vn", zone="agency.vn", chain=(), answers=(own.id,),
        servers=(ServerAddress(name="ns1.agency.vn", address="192.0.2.1", source="glue"),),
        delegation=Delegation(parent="vn", referrals=(referral.id,)),
        lookups=(looked_up("ns9.gone.vn", denied, nonexistent=True),),
    )  # fmt: skip
    book = FactBook([SCAN, referral, own, denied])
    secure = Security(status=SecurityStatus.SECURE, reason="")
    found = TargetDeriver(book, lambda name, rdtype: secure).of_zone(fact)
    assert [(item.name, item.standing) for item in found] == [
        ("ns1.agency.vn", Standing.EXISTS), ("ns9.gone.vn", Standing.NONEXISTENT),
    ]  # fmt: skip


def test_spf_is_followed_as_far_as_receivers_do() -> None:
    texts = {f"s{n}.vn": (f"v=spf1 include:s{n + 1}.vn -all",) for n in range(30)}
    lookups = tuple(looked_up(name, rdtype="TXT") for name in texts)
    deriver = TargetDeriver(FactBook([SCAN]), lambda name, rdtype: Security(status=SecurityStatus.SECURE, reason=""))
    fact = NameFact(id="name-s0.vn", name="s0.vn", lookups=lookups)
    found = deriver.of_mail(fact, (), lambda lookup: texts[lookup.name] if lookup is not None else ())
    assert [item.name for item in found] == [f"s{n}.vn" for n in range(1, 11)]
