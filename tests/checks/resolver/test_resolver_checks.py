"""The checks of recursive resolvers, case by case."""

from dataclasses import dataclass

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from netaudit.model.common import Failure, Family, Reason, Side, Transport, family_of
from netaudit.model.evidence import ResolverAddress, ResolverEvidence
from netaudit.model.exchange import Exchange, Purpose
from netaudit.model.facts import FamilyCheck, ResolverFact, SelfFact
from netaudit.model.inventory import Resolver, ResolverTests
from netaudit.model.security import Security, SecurityStatus
from netaudit.model.verdict import Status
from netaudit.probes.resolver import questions_per_address
from tests.checks.web.harness import Case, hold, hold_texts, labels, pairs

NOW = 1_795_600_000.0
OWN = {Family.IPV4: "192.0.2.250", Family.IPV6: "2001:db8:ffff::250"}
INSIDE, ELSEWHERE = ("192.0.2.0/24", "2001:db8:ffff::/48"), ("198.51.100.0/24",)
DOCUMENTATION = ("192.0.2.0/24", "2001:db8::/32")
ONE, SIX = "203.0.113.1", "2001:db8:113::1"
SIGNED, BOGUS, SHA1, V6, V4 = "signed.vn", "bogus.vn", "sha1.vn", "v6.vn", "v4.vn"
TESTS = ResolverTests(signed=(SIGNED,), bogus=(BOGUS,), sha1=(SHA1,), ipv6_only=(V6,), ipv4_only=(V4,))
SECURITY = {
    SIGNED: SecurityStatus.SECURE,
    BOGUS: SecurityStatus.BOGUS,
    SHA1: SecurityStatus.SECURE,
    V6: SecurityStatus.INSECURE,
    V4: SecurityStatus.INSECURE,
}
TIMEOUT = Failure(reason=Reason.TIMEOUT, side=Side.TARGET, detail="no answer in 2 s")
UNREACHABLE = Failure(reason=Reason.NO_ROUTE, side=Side.OURS)
UNREADABLE = b"\x00\x01"


@dataclass(frozen=True)
class Answer:
    """What a resolver answers to one question; `failure` or `garbage` in place of a message."""

    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    recursive: bool = True
    authentic: bool = False
    error: int | None = None
    failure: Failure | None = None
    garbage: bool = False


ASKED = tuple[str, Transport, bool]
Answers = dict[ASKED, Answer]
UDP, TCP = Transport.UDP, Transport.TCP
SERVFAIL, REFUSED = Answer(dns.rcode.SERVFAIL, error=7), Answer(dns.rcode.REFUSED, recursive=False)
SILENCE, GARBAGE = Answer(failure=TIMEOUT), Answer(garbage=True)
GOOD: Answers = {
    (".", UDP, False): Answer(authentic=True),
    (".", TCP, False): Answer(authentic=True),
    (SIGNED, UDP, False): Answer(authentic=True),
    (BOGUS, UDP, False): SERVFAIL,
    (BOGUS, UDP, True): Answer(),
    (SHA1, UDP, False): Answer(),
    (V6, UDP, False): Answer(),
    (V4, UDP, False): Answer(),
}
CARELESS: Answers = dict.fromkeys(GOOD, Answer())


def but(name: str, answer: Answer, *, transport: Transport = UDP, unchecked: bool = False) -> Answers:
    """The good answers with one of them replaced."""
    return GOOD | {(name, transport, unchecked): answer}


def all_of(answer: Answer) -> Answers:
    """The same answer to everything."""
    return dict.fromkeys(GOOD, answer)


def evidence(
    answers: Answers = GOOD,
    over_ipv6: Answers | None = None,
    *,
    serves: tuple[str, ...] = INSIDE,
    tests: ResolverTests = TESTS,
    security: dict[str, SecurityStatus] | None = None,
    own: dict[Family, str] | None = OWN,
    special: tuple[str, ...] = DOCUMENTATION,
) -> ResolverEvidence:
    """A resolver at ONE, and at SIX where there is something to be had over IPv6."""
    by_address = {ONE: answers} if over_ipv6 is None else {ONE: answers, SIX: over_ipv6}
    addresses = tuple(_at(address, found, own) for address, found in by_address.items())
    known = SECURITY if security is None else security
    checks = tuple(
        FamilyCheck(family=family, available=True, udp=True, tcp=True, local_address=address)
        for family, address in (own or {}).items()
    )
    return ResolverEvidence(
        now=NOW,
        vantage=SelfFact(id="self", at=NOW, families=checks),
        allowed_special=special,
        resolver=Resolver(id="r", addresses=tuple(by_address), serves=serves),
        fact=ResolverFact(id="resolver-r", resolver="r", tests=tests),
        addresses=addresses,
        security={name: Security(status=status, reason="validated") for name, status in known.items()},
    )


def _at(address: str, answers: Answers, own: dict[Family, str] | None) -> ResolverAddress:
    family = family_of(address)
    local = None if own is None else own[family]
    exchanges = tuple(_exchange(address, local, asked, answer) for asked, answer in answers.items())
    return ResolverAddress(address=address, family=family, exchanges=exchanges)


def _exchange(address: str, local: str | None, asked: ASKED, answer: Answer) -> Exchange:
    name, transport, unchecked = asked
    rdtype = dns.rdatatype.SOA if name == "." else dns.rdatatype.A
    flags = dns.flags.RD | (dns.flags.CD if unchecked else 0)
    query = dns.message.make_query(name, rdtype, flags=dns.flags.Flag(flags), want_dnssec=True, payload=1232)
    return Exchange.new(
        server=address,
        transport=transport,
        query=query.to_wire(),
        at=NOW,
        response=None if answer.failure else UNREADABLE if answer.garbage else _response(query, answer),
        failure=answer.failure,
        local_address=None if answer.failure else local,
        tries=2,
        purpose=Purpose.RESOLVER,
    )


def _response(query: dns.message.QueryMessage, answer: Answer) -> bytes:
    response = dns.message.make_response(query, recursion_available=answer.recursive, our_payload=1232)
    response.set_rcode(answer.rcode)
    response.flags |= dns.flags.AD if answer.authentic else 0
    if answer.rcode == dns.rcode.NOERROR and query.question[0].rdtype == dns.rdatatype.A:
        response.answer.append(dns.rrset.from_text(query.question[0].name, 300, "IN", "A", "192.0.2.9"))
    if answer.error is not None:
        option = dns.edns.EDEOption(dns.edns.EDECode.make(answer.error))
        response.use_edns(0, dns.flags.DO, 1232, options=[option])
    return response.to_wire()


NAMELESS = evidence(tests=ResolverTests())
UNFIT = evidence(security={})
SILENT = evidence(all_of(SILENCE))
STRANGER = evidence(all_of(REFUSED), serves=ELSEWHERE)
OURS_FAILED = evidence(all_of(Answer(failure=UNREACHABLE)))
WITHOUT_TEST = [
    Case("no name", NAMELESS, Status.NOT_APPLICABLE, "no_name"),
    Case("names that we see otherwise", UNFIT, Status.COULD_NOT_TEST, "unfit"),
    Case("silent", SILENT, Status.COULD_NOT_TEST, "no_answer", {"failure": "timeout: no answer in 2 s"}),
    Case("refused, and whom it serves is not known", evidence(all_of(REFUSED), serves=()), Status.COULD_NOT_TEST,
        "no_answer", {"failure": f"not served: {ONE} answers REFUSED"}),
    Case("refused to a stranger", STRANGER, Status.NOT_APPLICABLE, "outside"),
    Case("garbage", evidence(all_of(GARBAGE)), Status.COULD_NOT_TEST, "no_answer", {"failure": "malformed"}),
    Case("our own network failed", OURS_FAILED, Status.COULD_NOT_TEST, "no_answer", {"failure": "no route"}),
]  # fmt: skip
CASES = {
    "resolver.reachable": [
        Case("good", evidence(GOOD, GOOD), Status.PASS, "ok", {"answered": 2}),
        Case("one address is silent", evidence(all_of(SILENCE), GOOD), Status.FAIL, "silent",
            {"addresses": (ONE,), "total": 2, "address": ONE}),
        Case("a stranger meets silence", evidence(all_of(SILENCE), serves=ELSEWHERE), Status.NOT_APPLICABLE, "outside"),
        Case("a stranger is refused", STRANGER, Status.NOT_APPLICABLE, "outside"),
        Case("a client is refused", evidence(all_of(REFUSED)), Status.FAIL, "no_recursion", {"addresses": (ONE,)}),
        Case("no RA for a client", evidence(all_of(Answer(recursive=False))), Status.FAIL, "no_recursion"),
        Case("no TCP", evidence(but(".", SILENCE, transport=TCP)), Status.FAIL, "no_tcp", {"addresses": (ONE,)}),
        Case("TCP failed on our side", evidence(but(".", Answer(failure=UNREACHABLE), transport=TCP)),
            Status.COULD_NOT_TEST, "no_answer"),
        Case("silent, and whom it serves is not known", evidence(all_of(SILENCE), serves=()), Status.COULD_NOT_TEST,
            "no_answer"),
        Case("silent, and our address may be translated", evidence(all_of(SILENCE), serves=ELSEWHERE, special=()),
            Status.COULD_NOT_TEST, "no_answer"),
        Case("our own network failed", OURS_FAILED, Status.COULD_NOT_TEST, "no_answer"),
    ],
    "resolver.validates": [
        Case("good", evidence(GOOD, GOOD), Status.PASS, "ok", {"answered": 2, "total": 2}),
        Case("one address does not", evidence(GOOD, CARELESS), Status.FAIL, "not_validating",
            {"answers": (f"{SIGNED} @ {SIX}",), "address": SIX, "name": SIGNED}),
        Case("one address is silent", evidence(GOOD, all_of(SILENCE)), Status.PASS, "ok",
            {"answered": 1, "total": 2}),
        Case("SERVFAIL for all", evidence(all_of(SERVFAIL)), Status.COULD_NOT_TEST, "no_answer"),
        *WITHOUT_TEST,
    ],
    "resolver.rejects_bogus": [
        Case("good", evidence(), Status.PASS, "ok", {"rejected": 1, "total": 1}),
        Case("accepted", evidence(CARELESS), Status.FAIL, "accepted", {"answers": (f"{BOGUS} @ {ONE}",)}),
        Case("withheld with CD", evidence(but(BOGUS, SERVFAIL, unchecked=True)), Status.WARN, "checking_always"),
        Case("SERVFAIL for all, so not for being bogus", evidence(all_of(SERVFAIL)), Status.COULD_NOT_TEST, "no_answer",
            {"failure": "protocol: the resolver answers with errors"}),
        Case("the answer with CD was lost", evidence(but(BOGUS, SILENCE, unchecked=True)), Status.PASS, "ok"),
        *WITHOUT_TEST,
    ],
    "resolver.sha1": [
        Case("taken for insecure", evidence(), Status.PASS, "ok", {"answered": 1}),
        Case("validated", evidence(but(SHA1, Answer(authentic=True))), Status.MANUAL, "validated",
            {"answers": (f"{SHA1} @ {ONE}",)}),
        Case("refused", evidence(but(SHA1, SERVFAIL)), Status.FAIL, "refused"),
        Case("it does not validate at all", evidence(CARELESS), Status.NOT_APPLICABLE, "not_validating"),
        *WITHOUT_TEST,
    ],
    "resolver.one_family_names": [
        Case("good", evidence(), Status.PASS, "ok", {"answered": 2, "total": 2}),
        Case("no IPv6", evidence(but(V6, SERVFAIL)), Status.WARN, "no_ipv6", {"answers": (f"{V6} @ {ONE}",)}),
        Case("no IPv4", evidence(but(V4, SERVFAIL)), Status.WARN, "no_ipv4", {"answers": (f"{V4} @ {ONE}",)}),
        Case("we can't resolve one ourselves", evidence(but(V6, SERVFAIL), security={V4: SecurityStatus.SECURE}),
            Status.PASS, "ok", {"total": 1}),
        *WITHOUT_TEST,
    ],
    "resolver.extended_errors": [
        Case("good", evidence(), Status.PASS, "ok", {"errors": ("EDE 7",)}),
        Case("without a reason", evidence(but(BOGUS, Answer(dns.rcode.SERVFAIL))), Status.NOT_APPLICABLE, "none"),
        Case("accepted", evidence(CARELESS), Status.NOT_APPLICABLE, "accepted"),
        *WITHOUT_TEST,
    ],
    "resolver.not_open": [
        Case("refused to a stranger", STRANGER, Status.PASS, "ok", {"closed": 1, "total": 1}),
        Case("no RA for a stranger", evidence(all_of(Answer(recursive=False)), serves=ELSEWHERE), Status.PASS, "ok"),
        Case("open", evidence(serves=ELSEWHERE), Status.FAIL, "open", {"addresses": (ONE,), "address": ONE}),
        Case("open at one address", evidence(all_of(REFUSED), GOOD, serves=ELSEWHERE), Status.FAIL, "open",
            {"addresses": (SIX,), "address": SIX}),
        Case("we are a client", evidence(), Status.COULD_NOT_TEST, "inside", {"failure": "not from inside"}),
        Case("a silent one whose client we are", SILENT, Status.COULD_NOT_TEST, "inside"),
        Case("whom it serves is not known", evidence(serves=()), Status.COULD_NOT_TEST, "undecided",
            {"failure": "no data: whether the scanner is a client is not known"}),
        Case("our address is not known", evidence(serves=ELSEWHERE, own=None), Status.COULD_NOT_TEST, "undecided"),
        Case("our address may be translated", evidence(serves=ELSEWHERE, special=()), Status.COULD_NOT_TEST,
            "undecided"),
        Case("silence proves nothing", evidence(all_of(SILENCE), serves=ELSEWHERE), Status.COULD_NOT_TEST, "undecided",
            {"failure": "timeout: no answer in 2 s"}),
        Case("garbage", evidence(all_of(GARBAGE), serves=ELSEWHERE), Status.COULD_NOT_TEST, "undecided"),
        Case("it takes the question and fails", evidence(all_of(SERVFAIL), serves=ELSEWHERE), Status.COULD_NOT_TEST,
            "undecided", {"failure": "protocol: the resolver answers with errors"}),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])


def test_the_plan_counts_every_question() -> None:
    assert questions_per_address(TESTS) == len(GOOD)
