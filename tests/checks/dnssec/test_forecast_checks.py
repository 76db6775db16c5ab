"""The DNSSEC checks that look ahead and at what a zone costs: expiry, limits of validators, weak keys."""

import dns.message
import dns.rdatatype
import dns.rrset
import pytest
from msgspec.structs import replace

from netaudit.model.evidence import EarlierZone, ZoneEvidence
from netaudit.model.verdict import Status
from netaudit.rules.validator_limits import LIMITS_DATE
from tests.checks.dnssec.builders import (
    APEX,
    MISSING,
    NS1,
    NS2,
    PARENT_WITHOUT_DS,
    TIMEOUT,
    Alter,
    Behaviour,
    Question,
    Reply,
    Server,
    dated,
    evidence,
    failing,
    pair,
    parent,
    serving,
    unsigned,
    zone,
)
from tests.checks.dnssec.situations import (
    FIRST,
    GOOD,
    NEXT,
    NOT_SIGNED,
    ROLLOVERS,
    RSA_ZSK,
    SECOND,
    STALE,
    without_signatures,
)
from tests.checks.dnssec.zones import DAY, KSK, NOW, ZSK, Key, Nsec3, Window, Zone, key
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
DATED = LIMITS_DATE.isoformat()

OLD_KEYS = Window(NOW - 29 * DAY, NOW + 2 * DAY)
LOST_DENIALS = failing(TIMEOUT, only=("NSEC3PARAM", "A"), otherwise=GOOD)
PARENT_ENDING = parent(KSK, window=Window(NOW - 6 * DAY, NOW + 600))

A_HUNDRED = tuple(key(f"key-{number}", flags=256) for number in range(101))
A_DOZEN_DS = tuple(KSK.ds(APEX).replace(digest=bytes([number]) * 32) for number in range(12))
RSA_KEYS = tuple(key(f"rsa-{number}", "RSASHA256", 256) for number in range(4))  # of about 270 octets each


def signed_by(count: int) -> Alter:
    """As many signatures over each RRset as that, all of one key and in date."""

    def alter(response: dns.message.Message) -> None:
        for section in (response.answer, response.authority):
            for index, rrset in enumerate(section):
                if rrset.rdtype == dns.rdatatype.RRSIG:
                    made = [rrset[0].replace(signature=bytes([n]) + rrset[0].signature[1:]) for n in range(count)]
                    section[index] = dns.rrset.from_rdata(rrset.name, rrset.ttl, *made)

    return alter


def name_servers(count: int) -> tuple[str, ...]:
    return tuple(f"ns{number}.{APEX}" for number in range(count))


def many_nsec3(count: int) -> Alter:
    """Negative answers with more NSEC3 than any proof needs."""

    def alter(response: dns.message.Message) -> None:
        for number in range(count):
            text = f"1 0 0 - {number:032d} A"
            owner = f"{number:032d}.{APEX}."
            response.authority.append(dns.rrset.from_text(owner, 300, "IN", "NSEC3", text))

    return alter


def rsa_key(exponent: int, modulus: int) -> Key:
    """A DNSKEY of these numbers, published and signing nothing."""
    size = (exponent.bit_length() + 7) // 8
    data = size.to_bytes(1, "big") + exponent.to_bytes(size, "big")
    return RSA_ZSK.changed(key=data + modulus.to_bytes((modulus.bit_length() + 7) // 8, "big"))


def same_tag(held: Key, count: int) -> tuple[Key, ...]:
    """Keys with the tag of another: it is a sum, in which words may change places (RFC 4034 appendix B)."""
    data = held.dnskey.key
    return tuple(
        held.changed(key=data[2 * n : 2 * n + 2] + data[: 2 * n] + data[2 * n + 2 :]) for n in range(1, count + 1)
    )


def modulus_of(held: Key) -> int:
    return int(held.private.public_key().public_numbers().n)


def publishing(*keys: Key) -> tuple[Server, Server]:
    return pair(serving(zone(published=(KSK, ZSK, *keys))))


def since(days: float, before: Zone, *now: Behaviour) -> ZoneEvidence:
    """The zone as these servers have it, and as it was at a scan so many days ago."""
    then = NOW - days * DAY
    seen = evidence(*pair(serving(before)), now=then)
    return replace(evidence(*pair(*now)), earlier=EarlierZone(at=then, servers=seen.servers))


SQUARE = rsa_key(65_537, ((1 << 600) + 187) ** 2)
UNIT_EXPONENT = rsa_key(1, modulus_of(RSA_ZSK))

CASES: dict[str, list[Case]] = {
    "dnssec.expiry_forecast": [
        *ROLLOVERS,
        Case("a month", evidence(*pair(GOOD)), PASS, "ok",
            {"days": 30.0, "when": "2026-12-18T11:06:40Z", "timers": 14.1, "margin": 15.9}),
        Case("renewed since", since(7, dated(-8, 22), GOOD), PASS, "renewed",
            {"since": "2026-11-11T11:06:40Z", "before": 29.0, "days": 30.0, "made": "2026-11-17T11:06:40Z"}),
        Case("nothing signed since", since(7, dated(-8, 22), serving(dated(-8, 22))), PASS, "idle",
            {"silent": 8.0, "before": 29.0, "days": 22.0, "margin": 7.9}),
        Case("nothing signed since, and soon too short", since(9, dated(-10, 20), serving(dated(-10, 20))), WARN,
            "shrinking", {"silent": 10.0, "before": 29.0, "days": 20.0, "margin": 5.9, "timers": 14.1}),
        Case("nothing seen signed since, one server silent", since(9, dated(-10, 20), serving(dated(-10, 20)),
            failing()), PASS, "idle"),
        Case("one server was renewed", since(9, dated(-10, 20), serving(dated(-10, 20)), GOOD), PASS, "renewed"),
        Case("overdue, whatever was before", since(7, dated(-28, 2), serving(dated(-28, 2))), WARN, "overdue"),
        Case("other keys since", since(7, dated(-8, 22, published=(KSK, NEXT), data_signers=(NEXT,)), GOOD), PASS,
            "renewed"),
        Case("unsigned before", since(7, unsigned(), GOOD), PASS, "ok"),
        Case("below SOA refresh and expire", evidence(*pair(serving(dated(-1, 14)))), WARN, "below_timers",
            {"days": 14.0, "timers": 14.1, "server": FIRST, "rdtype": "SOA"}),
        Case("at one server", evidence(*pair(GOOD, serving(dated(-20, 10)))), WARN, "below_timers",
            {"server": SECOND}),
        Case("just beyond the timers", evidence(*pair(serving(dated(-1, 14.09)))), PASS, "ok"),
        Case("keys end first", evidence(*pair(serving(zone(key_window=Window(NOW - DAY, NOW + 2 * DAY))))), WARN,
            "below_timers", {"rdtype": "DNSKEY", "days": 2.0}),
        Case("less than the TTL", evidence(*pair(serving(dated(-0.1, 0.03)))), WARN, "below_ttl", {"days": 0.0}),
        Case("not renewed in time", evidence(*pair(serving(dated(-28, 2)))), WARN, "overdue",
            {"made": "2026-10-21T11:06:40Z", "due": "2026-11-17T11:06:40Z", "ago": 1.0}),
        Case("renewed at the last moment", evidence(*pair(serving(dated(-26.9, 3.1)))), WARN, "below_timers"),
        Case("data old, keys signed yesterday", evidence(*pair(serving(dated(-28, 2, key_window=Window(NOW - DAY,
            NOW + 29 * DAY))))), WARN, "below_timers"),
        Case("one server renewed, the other late", evidence(*pair(GOOD, serving(dated(-28, 2)))), WARN,
            "below_timers", {"server": SECOND}),
        Case("late where heard, one silent", evidence(*pair(serving(dated(-28, 2)), failing())), WARN,
            "below_timers"),
        Case("late where heard, one not looked up", evidence(*pair(serving(dated(-28, 2))),
            unresolved={"ns3.hoster.example": TIMEOUT}), WARN, "below_timers"),
        Case("ended everywhere", evidence(*pair(serving(dated(-33, -3)))), FAIL, "stopped",
            {"made": "2026-10-16T11:06:40Z", "due": "2026-11-12T11:06:40Z", "ago": 6.0,
                "when": "2026-11-15T11:06:40Z"}),
        Case("ended where heard", evidence(*pair(serving(dated(-33, -3)), failing())), FAIL, "ended",
            {"server": FIRST}),
        Case("stale secondary", evidence(*pair(GOOD, STALE)), FAIL, "ended",
            {"server": SECOND, "when": "2026-11-15T11:06:40Z", "days": -3.0}),
        Case("the parent's ends first", evidence(*pair(GOOD), above=PARENT_ENDING), WARN, "parent", {"rdtype": "DS"}),
        Case("signed by nobody's key", evidence(*pair(serving(zone(), without_signatures()))), NONE,
            "no_signatures"),
        *NOT_SIGNED,
    ],
    "dnssec.too_heavy": [
        *[case for case in ROLLOVERS if case.name != "algorithm rollover"],
        Case("light", evidence(*pair(GOOD)), PASS, "ok", {"dated": DATED}),
        Case("the DNSKEY RRset of an algorithm rollover", evidence(*pair(serving(zone(published=(KSK, ZSK, RSA_ZSK),
            key_signers=(KSK, ZSK, RSA_ZSK))))), WARN, "part", {"limits": ("PowerDNS Recursor: RRSIG/RRset 3 > 2",)}),
        Case("many signatures", evidence(*pair(GOOD, serving(zone(), signed_by(9)))), WARN, "part",
            {"limits": ("PowerDNS Recursor: RRSIG/RRset 9 > 2", "Unbound: RRSIG/RRset 9 > 8")}),
        Case("signatures that ended cost nothing", evidence(*pair(serving(dated(-9, -1), signed_by(9)))), PASS, "ok"),
        Case("two keys of one tag", evidence(*publishing(*same_tag(ZSK, 1))), PASS, "ok"),
        Case("three keys of one tag", evidence(*publishing(*same_tag(ZSK, 2))), WARN, "part",
            {"limits": ("PowerDNS Recursor: DNSKEY/key tag 3 > 2",)}),
        Case("a hundred keys and one", evidence(*publishing(*A_HUNDRED)), FAIL, "fails",
            {"limits": ("BIND: DNSKEY 103 > 100",)}),
        Case("exponent", evidence(*publishing(rsa_key((1 << 35) + 1, modulus_of(RSA_ZSK)))), FAIL, "fails",
            {"limits": ("BIND: RSA exponent (bit) 36 > 35",)}),
        Case("a dozen DS", evidence(*pair(GOOD), above=parent(KSK, *A_DOZEN_DS)), FAIL, "fails",
            {"limits": ("PowerDNS Recursor: DS 13 > 9",)}),
        Case("NSEC3 without end", evidence(*pair(GOOD, serving(zone(nsec3=Nsec3()), many_nsec3(8), only=("A",)))),
            FAIL, "fails", {"limits": ("Knot Resolver: NSEC3 9 > 8",)}),
        Case("iterations for some", evidence(*pair(serving(zone(nsec3=Nsec3(51))))), FAIL, "insecure",
            {"limits": ("BIND: NSEC3 iterations 51 > 50", "Knot Resolver: NSEC3 iterations 51 > 50",
                "PowerDNS Recursor: NSEC3 iterations 51 > 50")}),
        Case("iterations in bounds", evidence(*pair(serving(zone(nsec3=Nsec3(50))))), PASS, "ok"),
        Case("more name servers than are looked at", evidence(*pair(serving(zone(servers=name_servers(14))))), WARN,
            "part", {"limits": ("BIND: NS 14 > 13",)}),
        Case("as many as the root", evidence(*pair(serving(zone(servers=name_servers(13))))), PASS, "ok"),
        Case("large keys", evidence(*publishing(*RSA_KEYS)), WARN, "large", {"advised": 1400}),
        Case("denials lost", evidence(*pair(LOST_DENIALS)), UNTESTED, "incomplete"),
        Case("denials lost at one server", evidence(*pair(GOOD, LOST_DENIALS)), PASS, "ok"),
        Case("parent silent", evidence(*pair(GOOD), parents=(failing(),)), UNTESTED, "incomplete"),
        Case("too heavy, parent silent", evidence(*pair(serving(zone(), signed_by(9))), parents=(failing(),)), WARN,
            "part"),
        *NOT_SIGNED,
    ],
    "dnssec.weak_keys": [
        Case("elliptic curves", evidence(*pair(GOOD)), PASS, "no_rsa"),
        Case("sound RSA", evidence(*publishing(RSA_ZSK)), PASS, "ok", {"count": 1}),
        Case("close primes", evidence(*publishing(SQUARE)), FAIL, "weak",
            {"keys": (f"{SQUARE.tag} 8 256: Fermat",)}),
        Case("exponent 1", evidence(*publishing(UNIT_EXPONENT)), FAIL, "weak",
            {"keys": (f"{UNIT_EXPONENT.tag} 8 256: RSA exponent",)}),
        Case("at one server", evidence(*pair(GOOD, serving(zone(published=(KSK, ZSK, SQUARE))))), FAIL, "weak"),
        Case("512 bits", evidence(*publishing(rsa_key(3, (1 << 511) + 111))), FAIL, "weak"),
        Case("too many to test", evidence(*publishing(*[rsa_key(3 + 2 * n, modulus_of(RSA_ZSK)) for n in range(17)])),
            UNTESTED, "too_many", {"tested": 16}),
        Case("one weak among too many", evidence(*publishing(*[rsa_key(1 + 2 * n, modulus_of(RSA_ZSK))
            for n in range(17)])), FAIL, "weak"),
        Case("not of the form", evidence(*publishing(RSA_ZSK.changed(key=b"\x01"))), PASS, "no_rsa"),
        *NOT_SIGNED,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED, NONE)


def test_each_server_has_a_row_with_its_first_end_and_its_last_signing() -> None:
    rows = judge("dnssec.expiry_forecast", evidence(*pair(GOOD, STALE))).observed
    assert [(row.where, row.ok) for row in rows] == [(NS1, True), (NS2, False), (f"DS of {APEX}", True)]
    assert rows[1].saw == (
        "first end 2026-11-15T11:06:40Z (SOA, -3.0 days left); last signed 2026-10-09T11:06:40Z (SOA)"
    )


def test_denials_count_for_the_forecast() -> None:
    fresh, old = serving(zone()), serving(dated(-9, 9))

    def mixed(query: dns.message.Message, question: Question) -> Reply:
        return (old if question[0] == MISSING else fresh)(query, question)

    outcome = judge("dnssec.expiry_forecast", evidence(*pair(mixed)))
    assert (outcome.message, outcome.args["rdtype"]) == ("below_timers", "SOA")


def test_an_unsigned_parent_is_no_part_of_the_forecast() -> None:
    outcome = judge("dnssec.expiry_forecast", evidence(*pair(GOOD), above=PARENT_WITHOUT_DS))
    assert [row.where for row in outcome.observed] == [NS1, NS2]


def test_a_size_between_what_is_asked_for_and_what_is_advised_is_neither_good_nor_bad() -> None:
    outcome = judge("dnssec.too_heavy", evidence(*publishing(*RSA_KEYS[:3], *A_HUNDRED[:2])))
    row = next(row for row in outcome.observed if row.saw.startswith("DNSKEY response"))
    assert outcome.status is PASS
    assert 1232 < int(str(outcome.args["size"])) <= 1400
    assert row.ok is None
