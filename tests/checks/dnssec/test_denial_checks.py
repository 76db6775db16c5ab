"""dnssec.denial_valid: each server's proofs that something is not there, case by case, on signed messages."""

import dataclasses

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from netaudit.model.common import Transport
from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import (
    A1,
    A2,
    APEX,
    MISSING,
    PARENT_WITHOUT_DS,
    TIMEOUT,
    dated,
    evidence,
    failing,
    pair,
    parent,
    serving,
    zone,
)
from tests.checks.dnssec.situations import (
    FIRST,
    GOOD,
    KSK_B,
    NOT_SIGNED,
    PROVIDER_A,
    SECOND,
    STALE,
    ZSK_B,
)
from tests.checks.dnssec.zones import KSK, ZSK, Nsec3, Zone, key
from tests.checks.web.harness import Case, hold, hold_texts, labels, pairs

PASS, FAIL = Status.PASS, Status.FAIL
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
OTHER = key("other")
HOSTS: dict[str, tuple[str, ...]] = {f"a.{APEX}": (A1,), f"b.{APEX}": (A2,)}
_DENIALS = {dns.rdatatype.NSEC, dns.rdatatype.NSEC3}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReachingOver(Zone):
    """A zone whose first span of the chain reaches over the second, as two signers that mix their chains make it."""

    def _nsec(self) -> list[dns.rrset.RRset]:
        return self._reaching(super()._nsec())

    def _hashed(self, chain: Nsec3) -> list[dns.rrset.RRset]:
        return self._reaching(super()._hashed(chain))

    @staticmethod
    def _reaching(found: list[dns.rrset.RRset]) -> list[dns.rrset.RRset]:
        first, second = found[0], found[1]
        return [dns.rrset.from_rdata(first.name, first.ttl, first[0].replace(next=second[0].next)), *found[1:]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wildcard(Zone):
    """A zone with a wildcard right below its apex."""

    def respond(self, query: dns.message.Message) -> dns.message.Message:
        response = super().respond(query)
        if query.question[0].name == dns.name.from_text(MISSING):
            response.set_rcode(dns.rcode.NOERROR)
            del response.authority[:]
            self._put(response.answer, self._rrset(f"*.{self.name}", dns.rdatatype.A, [A1]))
            for rrset in response.answer:
                rrset.name = dns.name.from_text(MISSING)
            self._deny(response)
        return response


@dataclasses.dataclass(frozen=True, kw_only=True)
class Compact(Zone):
    """A zone that denies as RFC 9824 says: NODATA of the name itself, with the pseudo-type NXNAME."""

    def respond(self, query: dns.message.Message) -> dns.message.Message:
        response = super().respond(query)
        if query.question[0].name == dns.name.from_text(MISSING):
            response.set_rcode(dns.rcode.NOERROR)
            no_denial(response)
            record = f"\\000.{MISSING}. RRSIG NSEC TYPE128"
            self._put(response.authority, self._rrset(MISSING, dns.rdatatype.NSEC, [record]))
        return response


def reaching_over(**changes: object) -> Zone:
    return ReachingOver(name=APEX, hosts=HOSTS, **changes)  # type: ignore[arg-type]


def no_denial(response: dns.message.Message) -> None:
    """Leave out NSEC and NSEC3 with their signatures."""
    response.authority[:] = [r for r in response.authority if not {r.rdtype, r.covers} & _DENIALS]


def no_error(response: dns.message.Message) -> None:
    response.set_rcode(dns.rcode.NOERROR)


SALTED = zone(nsec3=Nsec3(salt="ab"))
HASHED = serving(zone(nsec3=Nsec3()))
WILDCARD = Wildcard(name=APEX, hosts={f"*.{APEX}": (A1,)})

CASES = {
    "dnssec.denial_valid": [
        Case("NSEC", evidence(*pair(GOOD)), PASS, "ok", {"name": f"netaudit-nonexistent.{APEX}"}),
        Case("NSEC3", evidence(*pair(serving(zone(nsec3=Nsec3())))), PASS, "ok"),
        Case("one stale secondary", evidence(*pair(GOOD, STALE)), FAIL, "servers",
            {"servers": (SECOND,), "reason": "signature_expired"}),
        Case("one server without proofs", evidence(*pair(GOOD, serving(zone(), no_denial))), FAIL, "servers",
            {"servers": (SECOND,), "reason": "nsec_missing"}),
        Case("one server without the proof of NODATA", evidence(*pair(GOOD, serving(zone(), no_denial,
            only=("NSEC3PARAM",)))), FAIL, "servers",
            {"denials": (f"{SECOND}: {APEX} NSEC3PARAM nsec missing",)}),
        Case("no server with the proof of NODATA", evidence(*pair(serving(zone(), no_denial, only=("NSEC3PARAM",)))),
            FAIL, "servers", {"servers": (FIRST, SECOND)}),
        Case("one server with an RCODE that is not proved", evidence(*pair(GOOD, serving(zone(), no_error,
            only=("A",)))), FAIL, "servers", {"servers": (SECOND,), "reason": "denial_invalid"}),
        Case("wildcard", evidence(*pair(serving(WILDCARD))), PASS, "ok"),
        Case("wildcard without proof on one server", evidence(*pair(serving(WILDCARD), serving(WILDCARD, no_denial))),
            FAIL, "servers", {"servers": (SECOND,), "reason": "nsec_missing"}),
        Case("NSEC spans that overlap", evidence(*pair(serving(reaching_over()))), FAIL, "overlap",
            {"servers": (FIRST, SECOND), "spans": (f"NSEC {APEX} – b.{APEX} > a.{APEX}",)}),
        Case("NSEC3 spans that overlap on one server", evidence(*pair(serving(zone(nsec3=Nsec3(), hosts=HOSTS)),
            serving(reaching_over(nsec3=Nsec3())))), FAIL, "overlap", {"servers": (SECOND,)}),
        Case("NSEC here, NSEC3 there", evidence(*pair(GOOD, HASHED)), FAIL, "mechanisms",
            {"servers": (f"{FIRST}: NSEC", f"{SECOND}: NSEC3 hash 1, 0 iterations, salt -")}),
        Case("another salt there", evidence(*pair(HASHED, serving(SALTED))), FAIL, "mechanisms", {"servers": (
            f"{FIRST}: NSEC3 hash 1, 0 iterations, salt -", f"{SECOND}: NSEC3 hash 1, 0 iterations, salt ab")}),
        Case("another salt in another version", evidence(*pair(HASHED, serving(dataclasses.replace(SALTED, serial=9)))),
            PASS, "ok"),
        Case("providers that deny differently", evidence(*pair(PROVIDER_A, serving(zone(published=(KSK_B, ZSK_B, ZSK),
            data_signers=(ZSK_B,), key_signers=(KSK_B,), serial=7, nsec3=Nsec3()))), above=parent(KSK, KSK_B)),
            PASS, "ok"),
        Case("one server silent", evidence(*pair(GOOD, failing())), PASS, "ok"),
        Case("compact denial", evidence(*pair(serving(Compact(name=APEX)))), PASS, "ok"),
        Case("expired", evidence(*pair(serving(dated(-10, -1)))), FAIL, "bogus", {"reason": "signature_expired"}),
        Case("no proof", evidence(*pair(serving(zone(), lambda r: r.authority.clear(), only=("A",)))), FAIL, "bogus",
            {"reason": "nsec_missing"}),
        Case("wrong DS", evidence(*pair(GOOD), above=parent(OTHER)), FAIL, "bogus", {"reason": "ds_mismatch"}),
        Case("opt-out", evidence(*pair(serving(zone(nsec3=Nsec3(opt_out=True))))), NONE, "opt_out"),
        Case("iterations", evidence(*pair(serving(zone(nsec3=Nsec3(2000))))), NONE, "nsec3_iterations"),
        Case("no DS", evidence(*pair(GOOD), above=PARENT_WITHOUT_DS), NONE, "insecure"),
        Case("parent opts out", evidence(*pair(GOOD), above=parent(nsec3=Nsec3(opt_out=True))), NONE, "insecure"),
        Case("answer lost", evidence(*pair(failing(TIMEOUT, only=("A",), otherwise=GOOD))), UNTESTED, "indeterminate"),
        Case("not asked", evidence(*pair(GOOD), asked=((APEX, "DNSKEY", Transport.UDP),)), UNTESTED, "no_answer"),

        *NOT_SIGNED,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


def test_every_message_is_written_and_produced() -> None:
    hold_texts("dnssec.denial_valid", CASES["dnssec.denial_valid"])
