"""What the DNS says of HTTPS endpoints, case by case, on signed messages and real certificates: TLSA, HTTPS, CAA."""

import dataclasses
import struct

import pytest
from msgspec.structs import replace

from netaudit.model.evidence import EndpointEvidence, FoundRecords
from netaudit.model.facts import Lookup
from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import APEX, PARENT_WITH_DS, PARENT_WITHOUT_DS, dated, found, raw, unsigned, zone
from tests.checks.dnssec.zones import Zone
from tests.checks.web.builders import NO_ROUTE, PLAIN, SERVFAIL, V4, V6, V6B, connect, dead, endpoint, fetch, hop, host
from tests.checks.web.certificates import Shown, shown
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE, MANUAL = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE, Status.MANUAL
WWW = f"www.{APEX}"
TLSA_AT = f"_443._tcp.{WWW}"
CDN = f"cdn.{APEX}"
KEY = f"https://{WWW}:443"
CERTIFICATE, OTHER = shown(WWW), shown(WWW, label="other")
EXPIRED, FOREIGN = shown(WWW, days=-1), shown("elsewhere.example")
WILDCARD = shown(f"*.{APEX}")
EE, NEXT = CERTIFICATE.tlsa("3 1 1"), OTHER.tlsa("3 1 1")


def served(records: dict[str, dict[str, tuple[str, ...]]], base: Zone | None = None) -> Zone:
    """The zone with a web host at two addresses and these records besides."""
    return dataclasses.replace(base or zone(), hosts={WWW: (V4, V6)}, others=records)


def web(
    *looked_up: FoundRecords,
    shows: dict[str, Shown] | None = None,
    known: bool = True,
    alpn: str = "h2",
    alias: str = "",
    secure: Zone | None = None,
) -> EndpointEvidence:
    """The endpoint with these look-ups; `shows` maps addresses to certificates. `secure`: where its addresses are."""
    seen = {V4: CERTIFICATE, V6: CERTIFICATE} if shows is None else shows
    facts = [fetch(a, hop(a, session=s.session(WWW, alpn)), endpoint=KEY) for a, s in seen.items()]
    at = host(V4, V6, name=WWW)
    if alias:
        assert at.a is not None
        at = replace(at, a=replace(at.a, canonical=alias))
    states = {t: found(secure, WWW, t).security for t in ("A", "AAAA")} if secure is not None else {}
    at = replace(at, found=looked_up, security={t: s for t, s in states.items() if s is not None})
    return endpoint(*facts, at=at, key=KEY, trusts={a: s.trust(WWW, known=known) for a, s in seen.items()})


def tlsa(*records: str, base: Zone | None = None, above: Zone = PARENT_WITH_DS, at: str = TLSA_AT) -> FoundRecords:
    return found(served({at: {"TLSA": records}} if records else {}, base), at, "TLSA", above=above)


def https(*records: str, name: str = WWW) -> FoundRecords:
    return found(served({name: {"HTTPS": records}} if records else {}), name, "HTTPS")


def caa(*records: str, at: str = WWW) -> FoundRecords:
    return found(served({at: {"CAA": records}} if records else {}), at, "CAA")


def failing(rdtype: str, name: str) -> FoundRecords:
    return FoundRecords(lookup=Lookup(name=name, rdtype=rdtype, failure=SERVFAIL))


def addresses(name: str, *of: str) -> tuple[FoundRecords, ...]:
    """The look-ups of another name's addresses, and of its HTTPS records."""
    kinds = {"A": [a for a in of if ":" not in a], "AAAA": [a for a in of if ":" in a]}
    made = [Lookup(name=name, rdtype=t, addresses=tuple(found_them)) for t, found_them in kinds.items()]
    return (*(FoundRecords(lookup=lookup) for lookup in made), https(name=name))


def raw_https(data: bytes) -> FoundRecords:
    return raw(https("1 . alpn=h2"), data)


STALE_ZONE = dated(-40, -5)

CASES: dict[str, list[Case]] = {
    "web.dane": [
        Case("key of both", web(tlsa(EE, NEXT)), PASS, "ok", {"total": 2}),
        Case("no next key", web(tlsa(EE)), PASS, "ok_single", {"records": (EE[:22] + "…",)}),
        Case("whole certificate", web(tlsa(CERTIFICATE.tlsa("3 0 0"), NEXT)), PASS, "ok"),
        Case("SHA-512", web(tlsa(CERTIFICATE.tlsa("3 0 2"), NEXT)), PASS, "ok"),
        Case("usage 3 minds neither name nor date", web(
            tlsa(EXPIRED.tlsa("3 1 1"), FOREIGN.tlsa("3 1 1")), shows={V4: EXPIRED, V6: FOREIGN}), PASS, "ok"),
        Case("anchor of one's own", web(tlsa(CERTIFICATE.tlsa("2 1 1", 1)), known=False), PASS, "ok"),
        Case("anchor of one's own, expired", web(
            tlsa(EXPIRED.tlsa("2 1 1", 1)), shows={V4: EXPIRED}), FAIL, "mismatch"),
        Case("anchor of one's own, other name", web(
            tlsa(FOREIGN.tlsa("2 1 1", 1)), shows={V4: FOREIGN}), FAIL, "mismatch"),
        Case("anchor that is not shown but given whole", web(
            tlsa(CERTIFICATE.tlsa("2 0 0", 1)), shows={V4: CERTIFICATE._replace(
                certificates=CERTIFICATE.certificates[:1])}), PASS, "ok"),
        Case("the server's own certificate is no anchor", web(tlsa(CERTIFICATE.tlsa("2 0 1"))), FAIL, "mismatch"),
        Case("an anchor that did not sign", web(
            tlsa(OTHER.tlsa("2 1 1", 1)), shows={V4: CERTIFICATE._replace(
                certificates=(CERTIFICATE.certificates[0], OTHER.certificates[1]))}), FAIL, "mismatch"),
        Case("public authority", web(tlsa(CERTIFICATE.tlsa("0 0 1", 1), CERTIFICATE.tlsa("1 1 1"))), PASS, "ok"),
        Case("usage 1 wants a public authority", web(tlsa(CERTIFICATE.tlsa("1 1 1")), known=False), FAIL, "mismatch"),
        Case("usage 0 wants a public authority", web(tlsa(CERTIFICATE.tlsa("0 0 1", 1)), known=False),
            FAIL, "mismatch"),
        Case("other certificate over IPv6", web(tlsa(EE), shows={V4: CERTIFICATE, V6: OTHER}), FAIL, "mismatch",
            {"addresses": (V6,), "name": TLSA_AT}),
        Case("unsigned zone", web(tlsa(EE, base=unsigned(), above=PARENT_WITHOUT_DS)), WARN, "insecure"),
        Case("insecure and wrong", web(tlsa(NEXT, base=unsigned(), above=PARENT_WITHOUT_DS)), WARN, "insecure"),
        Case("expired signature", web(tlsa(EE, base=STALE_ZONE)), FAIL, "bogus"),
        Case("bogus denial below a secure host", web(
            tlsa(base=STALE_ZONE), secure=served({})), FAIL, "bogus", {"name": TLSA_AT}),
        Case("bogus denial below a bogus host", web(
            tlsa(base=STALE_ZONE), secure=served({}, STALE_ZONE)), NONE, "none"),
        Case("no status", web(replace(tlsa(EE), security=None)), UNTESTED, "not_tested"),
        Case("unknown numbers", web(tlsa("9 1 1 " + "ab" * 32, "3 7 1 " + "ab" * 32, "3 1 9 " + "ab" * 32)),
            WARN, "unusable"),
        Case("wrong length", web(raw(tlsa(EE), b"\3\1\1\xab\xcd")), FAIL, "malformed", {"name": TLSA_AT}),
        Case("one usable", web(tlsa("9 1 1 " + "ab" * 32, EE)), PASS, "ok_single"),
        Case("at the alias's end", web(
            tlsa(NEXT), tlsa(EE, NEXT, at=f"_443._tcp.{CDN}"), alias=CDN), PASS, "ok"),
        Case("insecure at the alias's end, secure at the name", web(
            tlsa(EE, NEXT), tlsa(NEXT, at=f"_443._tcp.{CDN}", base=unsigned(), above=PARENT_WITHOUT_DS),
            alias=CDN), PASS, "ok"),
        Case("none", web(tlsa()), NONE, "none", {"name": TLSA_AT}),
        Case("look-up failed", web(failing("TLSA", TLSA_AT)), UNTESTED, "not_tested"),
        Case("silent", replace(web(tlsa(EE), shows={}), web=(dead(V4, endpoint=KEY),)), UNTESTED, "not_tested"),
    ],
    "web.https_record": [
        Case("own name", web(https(f"1 . alpn=h2,h3 ipv4hint={V4} ipv6hint={V6}")), PASS, "ok"),
        Case("some of the addresses", web(https(f"1 . ipv4hint={V4}")), PASS, "ok"),
        Case("other name", web(https(f"1 {CDN}. ipv6hint={V6B}"), *addresses(CDN, V6B)), PASS, "ok"),
        Case("stale hint", web(https(f"1 . ipv4hint={V4} ipv6hint={V6B}")), FAIL, "hints_differ", {"hints": (V6B,)}),
        Case("stale hint of another name", web(https(f"1 {CDN}. ipv6hint={V6}"), *addresses(CDN, V6B)),
            FAIL, "hints_differ", {"hints": (V6,)}),
        Case("hints of a name that was not looked up", web(https(f"1 {CDN}. ipv6hint={V6}")), PASS, "ok"),
        Case("nowhere", web(https(f"1 {CDN}."), *addresses(CDN)), FAIL, "no_address", {"targets": (CDN,)}),
        Case("alias", web(https(f"0 {CDN}."), *addresses(CDN, V4)), PASS, "ok", {"records": (f"0 {CDN}.",)}),
        Case("alias to nowhere", web(https(f"0 {CDN}."), *addresses(CDN)), FAIL, "no_address"),
        Case("alias to more records", web(https(f"0 {CDN}."), *addresses(CDN)[:2], https("1 .", name=CDN)), PASS, "ok"),
        Case("alias to the root", web(https("0 .")), FAIL, "unavailable"),
        Case("alias to itself", web(https(f"0 {WWW}.")), WARN, "loop"),
        Case("two aliases", web(https(f"0 {CDN}.", f"0 b.{CDN}."), *addresses(CDN, V4)), WARN, "mixed"),
        Case("alias beside services", web(https(f"0 {CDN}.", f"1 . ipv6hint={V6B}"), *addresses(CDN, V4)),
            WARN, "mixed"),
        Case("alias with parameters", web(raw_https(b"\0\0\3cdn\0" + struct.pack("!HH", 1, 3) + b"\2h2")),
            WARN, "alias_parameters"),
        Case("mandatory key is missing", web(raw_https(b"\0\1\0" + struct.pack("!HHH", 0, 2, 4))), FAIL, "malformed"),
        Case("keys out of order", web(raw_https(b"\0\1\0" + struct.pack("!HHHHHH", 3, 2, 443, 3, 2, 443))),
            FAIL, "malformed"),
        Case("promises HTTP/2", web(https("1 . alpn=h2"), alpn="http/1.1"), FAIL, "alpn"),
        Case("promises HTTP/2 elsewhere", web(https("1 . alpn=h2 port=8443"), alpn="http/1.1"), PASS, "ok"),
        Case("promises HTTP/3", web(https("1 . alpn=h3"), alpn="http/1.1"), PASS, "ok"),
        Case("none", web(https()), NONE, "none", {"name": WWW}),
        Case("look-up failed", web(failing("HTTPS", WWW)), UNTESTED, "not_tested"),
    ],
    "web.caa": [
        Case("allowed", web(caa('0 issue "letsencrypt.org; validationmethods=dns-01"')), PASS, "ok", {
            "allowed": "letsencrypt.org", "at": WWW}),
        Case("one of several", web(caa('0 issue "Digicert.com"', '0 issue "letsencrypt.org"')), PASS, "ok"),
        Case("above", web(caa(), caa('0 issue "letsencrypt.org"', at=APEX)), PASS, "ok", {"at": APEX}),
        Case("the nearest counts", web(caa('0 issue "letsencrypt.org"'), caa('0 issue ";"', at=APEX)), PASS, "ok"),
        Case("only whom to tell", web(caa('0 iodef "mailto:noc@tinh.example"')), PASS, "unlimited"),
        Case("another authority", web(caa('0 issue "digicert.com"')), FAIL, "forbidden", {
            "issuer": "Let's Encrypt", "allowed": "digicert.com", "addresses": (V4, V6)}),
        Case("nobody", web(caa('0 issue ";"')), FAIL, "forbidden", {"allowed": "nobody"}),
        Case("wildcard by issuewild", web(
            caa('0 issue "letsencrypt.org"', '0 issuewild ";"'), shows={V4: WILDCARD}), FAIL, "forbidden"),
        Case("wildcard by issue", web(caa('0 issue "letsencrypt.org"'), shows={V4: WILDCARD}), PASS, "ok"),
        Case("issuewild is not for plain names", web(
            caa('0 issue "letsencrypt.org"', '0 issuewild ";"')), PASS, "ok"),
        Case("unknown critical property", web(caa('128 tbs "x"', '0 issue "letsencrypt.org"')), FAIL, "critical", {
            "tags": ("tbs",)}),
        Case("unknown property", web(caa('0 tbs "x"', '0 issue "letsencrypt.org"')), PASS, "ok"),
        Case("an authority that the table lacks", web(caa('0 issue "ca.example"'), shows={
            V4: shown(WWW, organisation="Some CA")}), MANUAL, "unknown_issuer", {"issuer": "Some CA"}),
        Case("nobody, not even one that the table lacks", web(caa('0 issue ";"'), shows={
            V4: shown(WWW, organisation="Some CA")}), FAIL, "forbidden"),
        Case("no public certificate", web(caa('0 issue "digicert.com"'), known=False), NONE, "untrusted"),
        Case("none", web(caa(), caa(at=APEX)), NONE, "none"),
        Case("look-up failed", web(failing("CAA", WWW)), UNTESTED, "not_tested"),
        Case("look-up failed above", web(caa(), failing("CAA", APEX)), UNTESTED, "not_tested"),
        Case("silent", replace(web(caa('0 issue ";"'), shows={}), web=(dead(V4, endpoint=KEY),)),
            UNTESTED, "not_tested"),
    ],
}  # fmt: skip

for _cases in CASES.values():
    _cases += [
        Case("TCP service", endpoint(connect(V4), key=f"tcp://{WWW}:443"), NONE, "not_web"),
        Case("declared as http", endpoint(fetch(V4, endpoint=PLAIN), key=PLAIN), NONE, "plain_http"),
        Case("host not resolved", endpoint(at=host(failure=SERVFAIL)), UNTESTED, "not_tested"),
        Case("not looked up", web(), UNTESTED, "not_tested"),
        Case("blind", endpoint(dead(V6, NO_ROUTE, 0)), UNTESTED, "not_tested"),
    ]


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_each_case_is_judged_as_it_must_be(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_and_status_is_shown_by_a_case(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED, NONE)
