"""The DNSSEC checks of DS, algorithms, the chain of trust and what hangs on it, case by case, on signed messages."""

import dns.message
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import HostEvidence, MailEvidence
from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import (
    A1,
    A2,
    APEX,
    BUDGET,
    NS1,
    NS2,
    PARENT_2,
    PARENT_WITH_DS,
    PARENT_WITHOUT_DS,
    dated,
    evidence,
    failing,
    pair,
    parent,
    refusing,
    serving,
    states,
    unsigned,
    zone,
)
from tests.checks.dnssec.situations import (
    COMBINED,
    CSK,
    GOOD,
    LOST_KEYS,
    MULTI_SIGNER,
    NOT_SIGNED,
    REVOKED,
    ROLLOVERS,
    STALE,
    corrupt,
    without_signatures,
)
from tests.checks.dnssec.zones import DS, KSK, ZSK, Zone, key
from tests.checks.mail.builders import mail
from tests.checks.web.builders import SERVFAIL, host
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE

SECOND = f"{NS2} ({A2})"
WWW, MX = f"www.{APEX}", f"mail.{APEX}"
OTHER, RSA, RSA_ZSK = key("other"), key("rsa-ksk", "RSASHA256"), key("rsa-zsk", "RSASHA256", 256)
SHORT, SHA1 = key("short", "RSASHA256", 256, 1024), key("sha1", "RSASHA1")
OLD, OLD_512 = key("old", "RSASHA1"), key("sha512", "RSASHA512")
SHA1_DS, BOTH = KSK.ds(APEX, "SHA1"), (KSK.ds(APEX, "SHA1"), KSK.ds(APEX))
WITH_HOSTS = {"hosts": {WWW: (A1, "2001:db8::80"), MX: (A2,)}, "mx": (f"10 {MX}.",)}


def ds(text: str) -> DS:
    record = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DS, text)
    assert isinstance(record, DS)
    return record


def cut_digest(response: dns.message.Message) -> None:
    """Shorten every DS digest, as a registrar's form may do: no DS reader accepts it."""
    for section in (response.answer, response.authority):
        for index, rrset in enumerate(section):
            if rrset.rdtype == dns.rdatatype.DS:
                wires = [(record.to_wire() or b"")[:-12] for record in rrset]
                broken = [dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.DS, wire) for wire in wires]
                section[index] = dns.rrset.from_rdata(rrset.name, rrset.ttl, *broken)


def single(one: object) -> Zone:
    """The zone with one key for everything."""
    return zone(published=(one,), data_signers=(one,), key_signers=(one,))


def at_host(served: Zone, above: Zone = PARENT_WITH_DS, *, kinds: tuple[str, ...] = ("A", "AAAA")) -> HostEvidence:
    found = states(served, *((WWW, kind) for kind in kinds), above=above)
    known = host(A1, "2001:db8::80", name=WWW)
    return replace(known, security={kind: found[WWW, kind] for kind in kinds})


def at_mail(served: Zone, above: Zone = PARENT_WITH_DS) -> MailEvidence:
    asked = ((APEX, "MX"), (MX, "A"), (MX, "AAAA"))
    found = states(served, *asked, above=above)
    known = mail({MX: (A2,)})
    own = replace(known.hosts[MX], security={kind: found[MX, kind] for kind in ("A", "AAAA")})
    return replace(known, hosts={MX: own}, security={"MX": found[APEX, "MX"]})


NO_PARENT = [
    Case("root", evidence(*pair(GOOD), name="."), NONE, "root"),
    Case("parent silent", evidence(*pair(GOOD), parents=(failing(),)), UNTESTED, "no_parent_answer"),
    Case("parent refuses", evidence(*pair(GOOD), parents=(refusing(),)), UNTESTED, "no_parent_answer"),
    Case("parent not asked", evidence(*pair(GOOD), parents=()), UNTESTED, "no_parent_answer"),
    Case("answered out of the zone itself", evidence(*pair(GOOD), parents=(serving(zone()),)), UNTESTED,
        "no_parent_answer"),
]  # fmt: skip
MALFORMED = evidence(*pair(GOOD), parents=(serving(PARENT_WITH_DS, cut_digest),))

CASES: dict[str, list[Case]] = {
    "dnssec.ds_published": [
        Case("published", evidence(*pair(GOOD)), PASS, "ok", {"ds": (f"{KSK.tag} 13 2",), "parent": "example"}),
        Case("zone silent", evidence(*pair(failing())), PASS, "ok"),
        Case("one parent server has the zone too", evidence(*pair(GOOD), parents=(serving(PARENT_WITH_DS),
            serving(zone()))), PASS, "ok"),
        Case("one parent server silent", evidence(*pair(GOOD), parents=(failing(), serving(PARENT_WITH_DS))), PASS,
            "ok"),
        Case("what is in it is not the question", MALFORMED, PASS, "ok"),
        Case("signed", evidence(*pair(GOOD), above=PARENT_WITHOUT_DS), FAIL, "no_ds", {"parent": "example"}),
        Case("signed or not, nobody knows", evidence(*pair(failing()), above=PARENT_WITHOUT_DS), FAIL, "no_ds"),
        Case("unsigned", evidence(*pair(serving(unsigned())), above=PARENT_WITHOUT_DS), FAIL, "unsigned"),
        Case("on one parent server only", evidence(*pair(GOOD), parents=(serving(PARENT_WITH_DS),
            serving(PARENT_WITHOUT_DS))), FAIL, "parent_differs", {"servers": (PARENT_2,)}),
        *NO_PARENT,
    ],
    "dnssec.ds_matches": [
        *[case for case in ROLLOVERS if case.name != "algorithm rollover"],
        Case("matches", evidence(*pair(GOOD)), PASS, "ok", {"ds": (f"{KSK.tag} 13 2",)}),
        Case("expired is another fault", evidence(*pair(serving(dated(-10, -1)))), PASS, "ok"),
        Case("SHA-1 alone", evidence(*pair(GOOD), above=parent(SHA1_DS)), PASS, "ok"),
        Case("both digests", evidence(*pair(GOOD), above=parent(*BOTH)), PASS, "ok"),
        Case("DS of both keys of an algorithm rollover", evidence(*pair(serving(zone(published=(KSK, ZSK, RSA, RSA_ZSK),
            data_signers=(ZSK, RSA_ZSK), key_signers=(KSK, RSA)))), above=parent(KSK, RSA)), PASS, "ok"),
        Case("other key", evidence(*pair(GOOD), above=parent(OTHER)), FAIL, "no_match",
            {"servers": (f"{NS1} ({A1})", SECOND), "ds": (f"{OTHER.tag} 13 2",)}),
        Case("stale secondary", evidence(*pair(GOOD, serving(single(OTHER)))), FAIL, "no_match",
            {"servers": (SECOND,)}),
        Case("SHA-1 does not count beside SHA-256", evidence(*pair(GOOD), above=parent(SHA1_DS, OTHER)), FAIL,
            "no_match"),
        Case("revoked", evidence(*pair(serving(zone(published=(REVOKED, ZSK)))), above=parent(REVOKED)), FAIL,
            "no_match"),
        Case("key without zone flag", evidence(*pair(serving(zone(published=(KSK.flagged(1), ZSK)))),
            above=parent(KSK.flagged(1))), FAIL, "no_match"),
        Case("the key does not sign", evidence(*pair(serving(zone(key_signers=(ZSK,))))), FAIL, "not_signing"),
        Case("signature broken on one server", evidence(*pair(GOOD, serving(zone(), corrupt))), FAIL, "not_signing",
            {"servers": (SECOND,)}),
        Case("no signature", evidence(*pair(GOOD, serving(zone(), without_signatures()))), FAIL, "not_signing"),
        Case("no keys", evidence(*pair(serving(unsigned()))), FAIL, "no_dnskey"),
        Case("unreadable", MALFORMED, FAIL, "malformed"),
        Case("standby DS", evidence(*pair(GOOD), above=parent(KSK, OTHER)), WARN, "extra_ds",
            {"ds": (f"{OTHER.tag} 13 2",)}),
        Case("one unreadable beside a good one", evidence(*pair(GOOD), parents=(serving(PARENT_WITH_DS),
            serving(PARENT_WITH_DS, cut_digest))), PASS, "ok"),
        Case("digest we can't compute", evidence(*pair(GOOD), above=parent(ds(f"{KSK.tag} 13 6 " + "AB" * 32))), NONE,
            "unsupported"),
        Case("algorithm we can't verify", evidence(*pair(GOOD), above=parent(ds("1 17 2 " + "AB" * 32))), NONE,
            "unsupported"),
        Case("no DS", evidence(*pair(GOOD), above=PARENT_WITHOUT_DS), NONE, "no_ds"),
        *[case for case in NOT_SIGNED if case.name != "unsigned"],
        *NO_PARENT,
    ],
    "dnssec.ds_digest": [
        Case("SHA-256", evidence(*pair(GOOD)), PASS, "ok", {"digests": ("SHA-256 (2)",)}),
        Case("SHA-384", evidence(*pair(GOOD), above=parent(KSK.ds(APEX, "SHA384"))), PASS, "ok"),
        Case("zone silent", evidence(*pair(failing())), PASS, "ok"),
        Case("SHA-1", evidence(*pair(GOOD), above=parent(SHA1_DS)), FAIL, "forbidden", {"digests": ("SHA-1 (1)",)}),
        Case("SHA-1 beside SHA-256", evidence(*pair(GOOD), above=parent(*BOTH)), FAIL, "forbidden",
            {"ds": (f"{KSK.tag} 13 1",)}),
        Case("unassigned", evidence(*pair(GOOD), above=parent(ds("1 13 99 AB"))), FAIL, "unknown",
            {"digests": ("digest type 99 (99)",)}),
        Case("malformed", MALFORMED, FAIL, "malformed", {"parent": "example"}),
        Case("no DS", evidence(*pair(GOOD), above=PARENT_WITHOUT_DS), NONE, "no_ds"),
        *NO_PARENT,
    ],
    "dnssec.algorithms": [
        *ROLLOVERS,
        Case("ECDSA", evidence(*pair(GOOD)), PASS, "ok", {"algorithms": ("ECDSAP256SHA256 (13)",)}),
        Case("stale secondary", evidence(*pair(GOOD, STALE)), PASS, "ok"),
        Case("no signatures at all is another fault", evidence(*pair(GOOD, serving(zone(), without_signatures("SOA")))),
            PASS, "ok"),
        Case("SHA-1", evidence(*pair(serving(single(OLD))), above=parent(OLD)), FAIL, "forbidden",
            {"algorithms": ("RSASHA1 (5)",)}),
        Case("SHA-1 is gone but for a revoked key", evidence(*pair(serving(zone(published=(KSK, ZSK,
            OLD.flagged(257 | 128)))))), PASS, "ok"),
        Case("unassigned", evidence(*pair(serving(zone(published=(KSK, ZSK, OTHER.changed(algorithm=99)))))), FAIL,
            "unknown", {"algorithms": ("algorithm 99 (99)",)}),
        Case("RSASHA512", evidence(*pair(serving(single(OLD_512))), above=parent(OLD_512)), WARN, "not_recommended"),
        Case("announced before it signs", evidence(*pair(GOOD, serving(zone(published=(KSK, ZSK, RSA_ZSK))))), FAIL,
            "incomplete", {"servers": (f"{SECOND} DNSKEY: RSASHA256 (8)", f"{SECOND} SOA: RSASHA256 (8)")}),
        *NOT_SIGNED,
    ],
    "dnssec.key_size": [
        Case("elliptic curves", evidence(*pair(GOOD)), PASS, "fixed"),
        Case("2048 bits", evidence(*pair(serving(single(RSA))), above=parent(RSA)), PASS, "ok", {"bits": 2048}),
        Case("short", evidence(*pair(serving(zone(published=(KSK, ZSK, SHORT))))), FAIL, "short",
            {"keys": (f"{SHORT.tag} 8 256",), "bits": 1024, "minimum": 2048}),
        Case("allowed by parameter", evidence(*pair(serving(zone(published=(KSK, ZSK, SHORT))))), PASS, "ok",
            parameters={"min_rsa_bits": 1024}),
        Case("short but revoked", evidence(*pair(serving(zone(published=(KSK, ZSK, SHORT.flagged(256 | 128)))))), PASS,
            "fixed"),
        Case("no modulus", evidence(*pair(serving(zone(published=(KSK, ZSK, RSA.changed(key=b"\3\1\0\1")))))), FAIL,
            "unreadable"),
        *NOT_SIGNED,
    ],
    "dnssec.chain_valid": [
        *[case for case in ROLLOVERS if case.name != "multi-signer"],
        Case("secure", evidence(*pair(GOOD)), PASS, "ok", {"name": APEX}),
        Case("multi-signer", MULTI_SIGNER, PASS, "ok"),
        Case("combined key", evidence(*pair(serving(COMBINED)), above=parent(CSK)), PASS, "ok"),
        Case("one stale secondary", evidence(*pair(STALE, GOOD)), PASS, "ok"),
        Case("expired", evidence(*pair(serving(dated(-10, -1)))), FAIL, "bogus",
            {"reason": "signature_expired", "zone": APEX}),
        Case("wrong DS", evidence(*pair(GOOD), above=parent(OTHER)), FAIL, "bogus", {"reason": "ds_mismatch"}),
        Case("no DS", evidence(*pair(GOOD), above=PARENT_WITHOUT_DS), FAIL, "insecure",
            {"reason": "no_ds", "zone": "example", "name": APEX}),
        Case("unsigned", evidence(*pair(serving(unsigned())), above=PARENT_WITHOUT_DS), FAIL, "insecure"),
        Case("silent", evidence(*pair(failing())), UNTESTED, "indeterminate"),
        Case("parent silent", evidence(*pair(GOOD), parents=(failing(),)), UNTESTED, "indeterminate"),
        Case("all refuse", evidence(*pair(refusing())), UNTESTED, "indeterminate"),
        Case("keys lost on the way", evidence(*pair(LOST_KEYS)), UNTESTED, "indeterminate"),
    ],
    "dnssec.name_secure": [
        Case("secure", at_host(zone(**WITH_HOSTS)), PASS, "ok", {"name": WWW}),
        Case("IPv4 alone, IPv6 proved away", at_host(zone(hosts={WWW: (A1,)})), PASS, "ok"),
        Case("expired", at_host(dated(-10, -1, **WITH_HOSTS)), FAIL, "bogus", {"zone": APEX}),
        Case("no DS", at_host(zone(**WITH_HOSTS), PARENT_WITHOUT_DS), FAIL, "insecure", {"zone": "example"}),
        Case("unsigned", at_host(unsigned(**WITH_HOSTS), PARENT_WITHOUT_DS), FAIL, "insecure"),
        Case("look-up failed", replace(host(failure=SERVFAIL, name=WWW), security={}), UNTESTED, "indeterminate"),
        Case("not looked up", replace(host(asked=False, name=WWW), security={}), UNTESTED, "indeterminate"),
        Case("half looked up", replace(at_host(zone(**WITH_HOSTS), kinds=("A",)), aaaa=None), UNTESTED,
            "indeterminate"),
        Case("half failed", replace(at_host(zone(**WITH_HOSTS), kinds=("A",)), aaaa=host(failure=BUDGET).aaaa),
            UNTESTED,
            "indeterminate"),
    ],
    "dnssec.mx_secure": [
        Case("secure", at_mail(zone(**WITH_HOSTS)), PASS, "ok"),
        Case("expired", at_mail(dated(-10, -1, **WITH_HOSTS)), FAIL, "bogus"),
        Case("no DS", at_mail(zone(**WITH_HOSTS), PARENT_WITHOUT_DS), FAIL, "insecure"),
        Case("exchanger elsewhere, unsigned", replace(at_mail(zone(**WITH_HOSTS)), hosts=at_mail(unsigned(**WITH_HOSTS),
            PARENT_WITHOUT_DS).hosts), FAIL, "insecure"),
        Case("exchanger not looked up", replace(at_mail(zone(**WITH_HOSTS)), hosts={}), UNTESTED, "indeterminate"),
        Case("not resolved", mail({}, failure=SERVFAIL), UNTESTED, "indeterminate"),
        Case("null MX", mail({}, null=True), NONE, "null_mx"),
        Case("no MX", mail({}), NONE, "no_mx"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED)
    if check not in ("dnssec.chain_valid", "dnssec.name_secure"):
        hold_statuses(CASES[check], NONE)


def test_why_the_parent_said_nothing_is_in_the_failure() -> None:
    failure = judge("dnssec.ds_published", evidence(*pair(GOOD), parents=(refusing(),))).failure
    assert failure == Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail="REFUSED")
