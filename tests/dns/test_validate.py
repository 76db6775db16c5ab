"""Security states of whole worlds: resolved as a scan resolves, validated from the root's anchor."""

import time
from collections.abc import Callable, Iterable

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.dns.validate import Validator, validate
from netaudit.lab.world import Fault, FaultKind, Signing, World
from netaudit.model.exchange import Exchange
from netaudit.model.security import Security, SecurityStatus
from netaudit.rules.algorithms import OPERATOR, SOFTWARE, Policy
from tests.dns.memory import MemoryNetwork, collected
from tests.lab_python.client import FIRST, FIRST6, SECOND, SECOND6, small_world

NOW = float(int(time.time()))
DAY = 86_400
SECURE, INSECURE, BOGUS = SecurityStatus.SECURE, SecurityStatus.INSECURE, SecurityStatus.BOGUS
INDETERMINATE = SecurityStatus.INDETERMINATE


def name(text: str) -> dns.name.Name:
    return dns.name.from_text(text)


def rdtype(text: str) -> dns.rdatatype.RdataType:
    return dns.rdatatype.from_text(text)


async def status(
    world: World, asked: str, kind: str = "A", *, later: float = 0.0, policy: Policy = SOFTWARE
) -> Security:
    """The status of one name of a world made at NOW, as it is `later` seconds after."""
    network = MemoryNetwork(world, NOW)
    exchanges = await collected(network, (asked, kind))
    return validate(exchanges, name(asked), rdtype(kind), network.anchors, NOW + later, policy)


def planted(kind: FaultKind, **where: str) -> Fault:
    return Fault(id="planted", kind=kind, **where)  # type: ignore[arg-type]


def world(kind: FaultKind | None = None, *, signing: Signing | None = Signing(), **where: str) -> World:  # noqa: B008
    faults = () if kind is None else (planted(kind, **where),)
    return small_world(*faults, signing=signing)


SIGNINGS = [
    Signing(algorithm=algorithm, denial=denial)
    for algorithm in ("RSASHA256", "ECDSAP256SHA256", "ECDSAP384SHA384", "ED25519")
    for denial in ("nsec", "nsec3")
]
SECURE_NAMES = [
    ("www.tinh.vn", "A"), ("tinh.vn", "SOA"), ("tinh.vn", "DNSKEY"), ("tinh.vn", "DS"), ("vn", "DS"), (".", "DNSKEY"),
    ("x.rong.tinh.vn", "A"),  # a wildcard
    ("x.rong.tinh.vn", "TXT"),  # NODATA at a wildcard
    ("x.bidanh.tinh.vn", "A"), ("www2.tinh.vn", "A"),  # aliases
    ("www.cu.tinh.vn", "A"),  # a DNAME
    ("www.tinh.vn", "TXT"), ("b.c.tinh.vn", "A"), ("missing.tinh.vn", "A"), ("a.missing.tinh.vn", "A"),
    ("xa.tinh.vn", "A"),  # an alias into a zone that does not exist, as the root proves
    ("www.tinh.vn", "DS"),
]  # fmt: skip


@pytest.mark.parametrize("signing", SIGNINGS, ids=lambda s: f"{s.algorithm}-{s.denial}")
async def test_healthy_names_are_secure(signing: Signing) -> None:
    network = MemoryNetwork(world(signing=signing), NOW)
    validator = Validator(await collected(network, *SECURE_NAMES), network.anchors, NOW)
    for asked, kind in SECURE_NAMES:
        found = validator.status(name(asked), rdtype(kind))
        assert (asked, kind, found.status, found.reason) == (asked, kind, SECURE, "validated"), found.detail
        assert found.ede is None


async def test_the_chain_names_each_zone_with_its_keys_and_who_signed() -> None:
    found = await status(world(), "www.tinh.vn")
    assert [link.zone for link in found.links] == [".", "vn", "tinh.vn"]
    for link in found.links:
        ds_tag = int(link.ds[0].split()[0])
        assert link.signed_by == (ds_tag,), "the key that the DS points to signs the key set"
        assert any(key.startswith(f"{ds_tag} ") and key.endswith(" 257") for key in link.keys)
    assert set(found.facts) >= {fact for link in found.links for fact in link.facts}


@pytest.mark.parametrize("asked", ["con.tinh.vn", "x.con.tinh.vn"])
async def test_below_an_unsigned_delegation_all_is_insecure(asked: str) -> None:
    for denial in ("nsec", "nsec3"):
        found = await status(world(signing=Signing(denial=denial)), asked)
        assert (found.status, found.reason, found.name, found.rdtype) == (INSECURE, "no_ds", "con.tinh.vn", "DS")


FAULTS: list[tuple[FaultKind, dict[str, str], str, str, SecurityStatus, str]] = [
    ("expired_signature", {"zone": "tinh.vn"}, "tinh.vn", "SOA", BOGUS, "signature_expired"),
    ("expired_signature", {"zone": "tinh.vn"}, "missing.tinh.vn", "A", BOGUS, "signature_expired"),
    ("wrong_ds", {"zone": "tinh.vn"}, "www.tinh.vn", "A", BOGUS, "ds_mismatch"),
    ("no_ds", {"zone": "tinh.vn"}, "www.tinh.vn", "A", INSECURE, "no_ds"),
    ("unsigned", {"zone": "tinh.vn"}, "www.tinh.vn", "A", INSECURE, "no_ds"),
    ("sha1_digest", {"zone": "tinh.vn"}, "www.tinh.vn", "A", SECURE, "validated"),
    ("old_algorithm", {"zone": "tinh.vn"}, "www.tinh.vn", "A", SECURE, "validated"),
    ("stale_secondary", {"zone": "tinh.vn", "server": "ns2.tinh.vn"}, "tinh.vn", "SOA", SECURE, "validated"),
    ("lame_server", {"zone": "tinh.vn", "server": "ns2.tinh.vn"}, "www.tinh.vn", "A", SECURE, "validated"),
    ("silent_zone", {"zone": "tinh.vn"}, "www.tinh.vn", "A", INDETERMINATE, "no_reachable_authority"),
]


@pytest.mark.parametrize(("kind", "where", "asked", "type_", "expected", "reason"), FAULTS)
async def test_faults(
    kind: FaultKind, where: dict[str, str], asked: str, type_: str, expected: SecurityStatus, reason: str
) -> None:
    network = MemoryNetwork(small_world(planted(kind, **where)), NOW)
    exchanges = await collected(network, (asked, type_))
    for server in (FIRST, FIRST6, SECOND, SECOND6):  # as the probes do: every server is asked
        exchanges.append(await network.dns(dns.message.make_query(asked, type_, want_dnssec=True).to_wire(), server))
    found = validate(exchanges, name(asked), rdtype(type_), network.anchors, NOW)
    assert (found.status, found.reason) == (expected, reason), found
    assert (found.ede is None) == (found.status in (SECURE, INSECURE)) or found.reason == "unsupported_algorithm"


async def test_sha1_is_for_software_to_validate_and_for_operators_to_treat_as_insecure() -> None:
    """RFC 9905 section 2 gives both verdicts, of signing algorithms; the digest SHA-1 stays RECOMMENDED to validate."""
    digest = await status(world("sha1_digest", zone="tinh.vn"), "www.tinh.vn", policy=OPERATOR)
    assert digest.status is SECURE
    unknown = OPERATOR._replace(digests=OPERATOR.digests - {1})
    digest = await status(world("sha1_digest", zone="tinh.vn"), "www.tinh.vn", policy=unknown)
    assert (digest.status, digest.reason, digest.ede) == (INSECURE, "unsupported_ds_digest", 2)
    algorithm = await status(world("old_algorithm", zone="tinh.vn"), "www.tinh.vn", policy=OPERATOR)
    assert (algorithm.status, algorithm.reason, algorithm.ede) == (INSECURE, "unsupported_algorithm", 1)


async def test_too_many_nsec3_iterations_make_denials_insecure_and_nothing_else() -> None:
    """RFC 9276 section 3.2."""
    heavy = world("nsec3_iterations", zone="tinh.vn", signing=Signing(denial="nsec3"))
    denied = await status(heavy, "missing.tinh.vn")
    assert (denied.status, denied.reason, denied.ede) == (INSECURE, "nsec3_iterations", 27)
    assert (await status(heavy, "www.tinh.vn")).status is SECURE


async def test_time_is_an_argument() -> None:
    for later, reason, code in ((40 * DAY, "signature_expired", 7), (-2 * DAY, "signature_not_yet_valid", 8)):
        found = await status(world(), "www.tinh.vn", later=later)
        assert (found.status, found.reason, found.ede) == (BOGUS, reason, code)
        assert found.links[0].status is BOGUS, "the root's own key set is the first to fail"


async def test_without_an_anchor_nothing_is_known() -> None:
    network = MemoryNetwork(world(), NOW)
    exchanges = await collected(network, ("www.tinh.vn", "A"))
    found = validate(exchanges, name("www.tinh.vn"), rdtype("A"), {}, NOW)
    assert (found.status, found.reason) == (INDETERMINATE, "no_anchor")


async def test_an_anchor_below_the_root_is_an_island_of_trust() -> None:
    """RFC 4033 section 2: trust may begin at any zone; the deepest anchor above the name counts."""
    network = MemoryNetwork(world("no_ds", zone="tinh.vn"), NOW)
    exchanges = await collected(network, ("www.tinh.vn", "A"))
    apex = name("tinh.vn")
    keys = next(r for e in exchanges if (r := e.answer(apex, rdtype("DNSKEY"))) is not None)
    ds = tuple(dns.dnssec.make_ds(apex, key, "SHA256") for key in keys if key.flags & 1)
    assert validate(exchanges, name("www.tinh.vn"), rdtype("A"), network.anchors, NOW).status is INSECURE
    found = validate(exchanges, name("www.tinh.vn"), rdtype("A"), {**network.anchors, apex: ds}, NOW)
    assert (found.status, [link.zone for link in found.links]) == (SECURE, ["tinh.vn"])


async def test_a_loop_of_aliases_is_not_bogus() -> None:
    found = await status(world(), "vong.tinh.vn")
    assert (found.status, found.reason) == (INDETERMINATE, "cname_loop")


async def test_the_weakest_link_of_an_alias_chain_decides_and_is_named() -> None:
    alias = small_world()
    zones = tuple(
        msgspec.structs.replace(zone, records=zone.records + "yeu IN CNAME con\nhong IN CNAME ky\n")
        if zone.name == "tinh.vn"
        else msgspec.structs.replace(zone, hosts={"@": "web", "ns": "second"})
        if zone.name == "ky.tinh.vn"
        else zone
        for zone in alias.zones
    )
    insecure = await status(msgspec.structs.replace(alias, zones=zones), "yeu.tinh.vn")
    assert (insecure.status, insecure.name) == (INSECURE, "con.tinh.vn")
    broken = msgspec.structs.replace(
        alias, zones=zones, faults=(Fault(id="x", kind="expired_signature", zone="ky.tinh.vn"),)
    )
    bogus = await status(broken, "hong.tinh.vn")
    assert (bogus.status, bogus.reason, bogus.zone) == (BOGUS, "signature_expired", "ky.tinh.vn")


def _pool(fault: FaultKind | None, *asked: tuple[str, str]) -> tuple[list[Exchange], MemoryNetwork]:
    import asyncio

    network = MemoryNetwork(world(fault, zone="tinh.vn") if fault else world(), NOW)
    return asyncio.run(collected(network, *asked)), network


POOL, POOL_NETWORK = _pool(None, *SECURE_NAMES)
BROKEN, BROKEN_NETWORK = _pool("wrong_ds", ("www.tinh.vn", "A"), ("missing.tinh.vn", "A"))


@settings(max_examples=150, deadline=None)
@given(st.sets(st.integers(0, len(POOL) - 1)), st.sampled_from(SECURE_NAMES), st.randoms(use_true_random=False))
def test_lost_packets_never_make_a_secure_name_anything_but_indeterminate(
    lost: set[int], asked: tuple[str, str], random: object
) -> None:
    kept = [exchange for number, exchange in enumerate(POOL) if number not in lost]
    random.shuffle(kept)  # type: ignore[attr-defined]
    found = validate(kept, name(asked[0]), rdtype(asked[1]), POOL_NETWORK.anchors, NOW)
    assert found.status in (SECURE, INDETERMINATE), (found.reason, found.detail)
    if found.status is INDETERMINATE:
        assert found.reason == "evidence_missing"


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, len(BROKEN) - 1)))
def test_lost_packets_never_mend_a_bogus_name(lost: set[int]) -> None:
    kept = [exchange for number, exchange in enumerate(BROKEN) if number not in lost]
    found = validate(kept, name("www.tinh.vn"), rdtype("A"), BROKEN_NETWORK.anchors, NOW)
    assert found.status in (BOGUS, INDETERMINATE)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(POOL) - 1), st.data())
def test_garbage_in_one_response_is_never_an_exception_and_never_more_trust(number: int, data: st.DataObject) -> None:
    wire = bytearray(POOL[number].response or b"")
    for _ in range(data.draw(st.integers(1, 4))):
        wire[data.draw(st.integers(2, len(wire) - 1))] = data.draw(st.integers(0, 255))
    changed = [msgspec.structs.replace(e, response=bytes(wire)) if n == number else e for n, e in enumerate(POOL)]
    validator = Validator(changed, POOL_NETWORK.anchors, NOW)
    for asked, kind in SECURE_NAMES:
        assert validator.status(name(asked), rdtype(kind)).status in SecurityStatus
    unsigned = validator.status(name("con.tinh.vn"), rdtype("A"))
    assert unsigned.status is not SECURE


def _altered(
    exchanges: Iterable[Exchange], asked: str, kind: str, alter: Callable[[dns.message.Message], None]
) -> list[Exchange]:
    """The exchanges with every response to one question altered."""
    changed = []
    for exchange in exchanges:
        if exchange.question == (name(asked), rdtype(kind)) and exchange.response is not None:
            message = dns.message.from_wire(exchange.response)
            alter(message)
            exchange = msgspec.structs.replace(exchange, response=message.to_wire())
        changed.append(exchange)
    return changed


class Alter:
    """What an attacker or a broken server does to a message."""

    def __init__(self, section: str, rdtype_: str, covers: str = "") -> None:
        self._section, self._rdtype, self._covers = section, rdtype(rdtype_), covers

    def __call__(self, message: dns.message.Message) -> None:
        rrsets: list[dns.rrset.RRset] = getattr(message, self._section)
        kept = [
            rrset
            for rrset in rrsets
            if rrset.rdtype != self._rdtype or (self._covers and rrset.covers != rdtype(self._covers))
        ]
        assert len(kept) < len(rrsets), "there was nothing to take away"
        setattr(message, self._section, kept)
        message.index = {}


@pytest.mark.parametrize(
    ("asked", "kind", "alter", "reason"),
    [
        ("www.tinh.vn", "A", Alter("answer", "RRSIG"), "rrsigs_missing"),
        ("missing.tinh.vn", "A", Alter("authority", "NSEC"), "nsec_missing"),
        ("missing.tinh.vn", "A", Alter("authority", "RRSIG", "NSEC"), "nsec_missing"),
        ("missing.tinh.vn", "A", Alter("authority", "RRSIG", "SOA"), "rrsigs_missing"),
        ("x.rong.tinh.vn", "A", Alter("authority", "NSEC"), "nsec_missing"),
    ],
)
def test_what_is_taken_away_is_missed(asked: str, kind: str, alter: Alter, reason: str) -> None:
    found = validate(_altered(POOL, asked, kind, alter), name(asked), rdtype(kind), POOL_NETWORK.anchors, NOW)
    assert (found.status, found.reason) == (BOGUS, reason)


def test_a_denial_replayed_for_another_name_proves_nothing() -> None:
    stolen = next(e for e in POOL if e.question == (name("missing.tinh.vn"), rdtype("A")))

    def replay(message: dns.message.Message) -> None:
        other = dns.message.from_wire(stolen.response or b"")
        message.answer, message.authority = [], other.authority
        message.set_rcode(other.rcode())
        message.index = {}

    found = validate(
        _altered(POOL, "www.tinh.vn", "A", replay), name("www.tinh.vn"), rdtype("A"), POOL_NETWORK.anchors, NOW
    )
    assert (found.status, found.reason) == (BOGUS, "denial_invalid")


def test_a_wildcard_answer_replayed_for_an_existing_name_is_bogus() -> None:
    """CVE-2026-46582: the signature is right for the wildcard, but a closer name exists."""
    stolen = next(e for e in POOL if e.question == (name("x.rong.tinh.vn"), rdtype("A")))

    def replay(message: dns.message.Message) -> None:
        other = dns.message.from_wire(stolen.response or b"")
        message.answer = [dns.rrset.from_rdata_list(name("b.c.tinh.vn"), r.ttl, list(r)) for r in other.answer]
        message.authority = other.authority
        message.index = {}

    found = validate(
        _altered(POOL, "b.c.tinh.vn", "A", replay), name("b.c.tinh.vn"), rdtype("A"), POOL_NETWORK.anchors, NOW
    )
    assert found.status is BOGUS


def test_a_lame_servers_unsigned_emptiness_is_no_evidence() -> None:
    def lame(message: dns.message.Message) -> None:
        message.flags &= ~dns.flags.AA
        message.answer, message.authority, message.additional = [], [], []
        message.index = {}

    found = validate(
        _altered(POOL, "www.tinh.vn", "A", lame), name("www.tinh.vn"), rdtype("A"), POOL_NETWORK.anchors, NOW
    )
    assert (found.status, found.reason) == (INDETERMINATE, "not_authoritative")
