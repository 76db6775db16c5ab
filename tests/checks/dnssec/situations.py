"""Servers of a zone in the states that many DNSSEC checks must judge: healthy, rolling over, broken, silent."""

from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import (
    A1,
    A2,
    BUDGET,
    NS1,
    NS2,
    PARENT_WITHOUT_DS,
    TIMEOUT,
    Alter,
    Server,
    dated,
    evidence,
    failing,
    pair,
    parent,
    refusing,
    saying,
    serving,
    unsigned,
    zone,
)
from tests.checks.dnssec.zones import KSK, ZSK, Nsec3, key
from tests.checks.web.builders import BLIND_V6, NO_ROUTE
from tests.checks.web.harness import Case

PASS, UNTESTED, NONE = Status.PASS, Status.COULD_NOT_TEST, Status.NOT_APPLICABLE

FIRST, SECOND = f"{NS1} ({A1})", f"{NS2} ({A2})"
KSK_B, ZSK_B, NEXT = key("ksk-b"), key("zsk-b", flags=256), key("next", flags=256)
RSA_KSK, RSA_ZSK = key("rsa-ksk", "RSASHA256"), key("rsa-zsk", "RSASHA256", 256)
CSK, PLAIN_CSK = key("csk"), key("plain-csk", flags=256)
REVOKED = key("old-ksk").flagged(257 | 0x80)

GOOD = serving(zone())
STALE = serving(dated(-40, -3, serial=2026111401))
COMBINED = zone(published=(CSK,), data_signers=(CSK,), key_signers=(CSK,))
PROVIDER_A = serving(zone(published=(KSK, ZSK, ZSK_B), serial=7))
PROVIDER_B = serving(zone(published=(KSK_B, ZSK_B, ZSK), data_signers=(ZSK_B,), key_signers=(KSK_B,), serial=9))
MULTI_SIGNER = evidence(*pair(PROVIDER_A, PROVIDER_B), above=parent(KSK, KSK_B))


def without_signatures(*covered: str) -> Alter:
    """Leave out the signatures over these types, or all."""

    def alter(response: dns.message.Message) -> None:
        for section in (response.answer, response.authority):
            section[:] = [r for r in section if not (r.covers and (not covered or r.covers.name in covered))]

    return alter


def corrupt(response: dns.message.Message) -> None:
    """Change a bit of every signature."""
    _resign(response, lambda signature: [bytes([signature[0] ^ 1]) + signature[1:]])


def colliding(response: dns.message.Message) -> None:
    """Hide the good signature behind more wrong ones than anybody should verify (CVE-2023-50387)."""
    _resign(response, lambda signature: [bytes([number]) * len(signature) for number in range(40)])


def _resign(response: dns.message.Message, forge: Callable[[bytes], list[bytes]]) -> None:
    """Put other signatures in the place of each."""
    for section in (response.answer, response.authority):
        for index, rrset in enumerate(section):
            if rrset.rdtype == dns.rdatatype.RRSIG:
                forged = [
                    signature.replace(signature=made) for signature in rrset for made in forge(signature.signature)
                ]
                section[index] = dns.rrset.from_rdata(rrset.name, rrset.ttl, *forged)


def truncated(response: dns.message.Message) -> None:
    response.flags |= dns.flags.TC


def no_authority(response: dns.message.Message) -> None:
    response.flags &= ~dns.flags.AA


LOST_KEYS = failing(TIMEOUT, only=("DNSKEY",), otherwise=GOOD)
NOT_SIGNED = [
    Case("unsigned", evidence(*pair(serving(unsigned())), above=PARENT_WITHOUT_DS), NONE, "unsigned"),
    Case("silent", evidence(*pair(failing())), UNTESTED, "no_answer"),
    Case("keys lost on the way", evidence(*pair(LOST_KEYS)), UNTESTED, "no_answer"),
    Case("refused by all", evidence(*pair(refusing())), UNTESTED, "no_answer"),
    Case("truncated, and no TCP", evidence(*pair(serving(zone(), truncated))), UNTESTED, "no_answer"),
    Case("no authority", evidence(*pair(serving(zone(), no_authority))), UNTESTED, "no_answer"),
    Case("garbage", evidence(*pair(saying(b"\0\0\x84\0"))), UNTESTED, "no_answer"),
    Case("job cut short", evidence(*pair(failing(BUDGET))), UNTESTED, "no_answer"),
    Case("no server known", evidence(failure=NO_ROUTE), UNTESTED, "no_answer"),
]
ROLLOVERS = [
    Case("combined key", evidence(*pair(serving(COMBINED)), above=parent(CSK)), PASS, "ok"),
    Case("combined key without SEP", evidence(*pair(serving(zone(published=(PLAIN_CSK,), data_signers=(PLAIN_CSK,),
        key_signers=(PLAIN_CSK,)))), above=parent(PLAIN_CSK)), PASS, "ok"),
    Case("pre-published key", evidence(*pair(serving(zone(published=(KSK, ZSK, NEXT))))), PASS, "ok"),
    Case("revoked key", evidence(*pair(serving(zone(published=(KSK, ZSK, REVOKED), key_signers=(KSK, REVOKED))))),
        PASS, "ok"),
    Case("algorithm rollover", evidence(*pair(serving(zone(published=(KSK, ZSK, RSA_KSK, RSA_ZSK),
        data_signers=(ZSK, RSA_ZSK), key_signers=(KSK, RSA_KSK))))), PASS, "ok"),
    Case("multi-signer", MULTI_SIGNER, PASS, "ok"),
    Case("NSEC3 with opt-out", evidence(*pair(serving(zone(nsec3=Nsec3(opt_out=True))))), PASS, "ok"),
    Case("one server silent", evidence(*pair(GOOD, failing())), PASS, "ok"),
    Case("one server refuses", evidence(*pair(GOOD, refusing())), PASS, "ok"),
    Case("one answer lost", evidence(*pair(GOOD, LOST_KEYS)), PASS, "ok"),
    Case("scanner without IPv6", evidence(Server(GOOD), Server(failing(NO_ROUTE), NS2, "2001:db8::2"),
        vantage=BLIND_V6), PASS, "ok"),
]  # fmt: skip
