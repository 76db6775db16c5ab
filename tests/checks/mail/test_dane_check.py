"""DANE for SMTP, case by case, on signed messages and real certificates."""

import dataclasses

import pytest
from msgspec.structs import replace

from netaudit.model.evidence import FoundRecords, MailEvidence
from netaudit.model.facts import Lookup, MailFact
from netaudit.model.security import Security
from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import APEX, PARENT_WITH_DS, PARENT_WITHOUT_DS, dated, found, raw, unsigned, zone
from tests.checks.dnssec.zones import Zone
from tests.checks.mail.builders import mail, silent, talk
from tests.checks.web.builders import NO_ROUTE, SERVFAIL, V4, V6
from tests.checks.web.certificates import Shown, shown
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
CHECK = "mail.dane"
MX1, MX2 = f"mx1.{APEX}", f"mx2.{APEX}"
GOOD, OTHER, EXPIRED = shown(MX1), shown(MX1, label="other"), shown(MX1, days=-1)
EE, NEXT = GOOD.tlsa("3 1 1"), OTHER.tlsa("3 1 1")
SIGNED, STALE = zone(), dated(-40, -5)


def tlsa(*records: str, exchanger: str = MX1, base: Zone = SIGNED, above: Zone = PARENT_WITH_DS) -> FoundRecords:
    name = f"_25._tcp.{exchanger}"
    return found(_with(base, {name: {"TLSA": records}} if records else {}), name, "TLSA", above=above)


def _with(base: Zone, others: dict[str, dict[str, tuple[str, ...]]]) -> Zone:
    return dataclasses.replace(base, hosts={MX1: (V4, V6), MX2: (V4,)}, mx=(f"10 {MX1}.",), others=others)


def session(address: str, certificate: Shown = GOOD, exchanger: str = MX1) -> MailFact:
    return replace(talk(exchanger, address), tls=certificate.session(exchanger))


def domain(
    *looked_up: FoundRecords,
    talks: tuple[MailFact, ...] | None = None,
    exchangers: tuple[str, ...] = (MX1,),
    mx: Zone | None = SIGNED,
    hosts: Zone = SIGNED,
    known: bool = True,
) -> MailEvidence:
    """A mail domain with these look-ups; `mx` and `hosts` are the zones that say where its mail and its hosts are."""
    dialogues = (session(V4), session(V6)) if talks is None else talks
    made = mail({name: (V4, V6) if name == MX1 else (V4,) for name in exchangers}, *dialogues)
    securities = {t: _security(hosts, MX1, t) for t in ("A", "AAAA")}
    trusts = {f.id: _shown(f).trust(f.exchanger, known=known) for f in dialogues if f.tls and f.tls.certificates}
    return replace(
        made,
        hosts={name: replace(host, security=securities) for name, host in made.hosts.items()},
        found=looked_up,
        trust=trusts,
        security={} if mx is None else {"MX": _security(mx, APEX, "MX")},
    )


def _security(base: Zone, name: str, rdtype: str) -> Security:
    above = PARENT_WITH_DS if base.published else PARENT_WITHOUT_DS
    security = found(_with(base, {}), name, rdtype, above=above).security
    assert security is not None
    return security


def _shown(fact: MailFact) -> Shown:
    assert fact.tls is not None
    return next(s for s in (GOOD, OTHER, EXPIRED) if s.session(fact.exchanger).certificates == fact.tls.certificates)


_FIRST = f"{MX1} ({V4})"
_FAILED = FoundRecords(lookup=Lookup(name=f"_25._tcp.{MX1}", rdtype="TLSA", failure=SERVFAIL))
_PLAIN = (talk(MX1, V4, starttls=False), talk(MX1, V6, starttls=False))

CASES = [
    Case("two keys", domain(tlsa(EE, NEXT)), PASS, "ok", {"total": 2}),
    Case("no next key", domain(tlsa(EE)), PASS, "ok_single", {"exchangers": (MX1,)}),
    Case("private authority", domain(tlsa(GOOD.tlsa("2 1 1", 1)), known=False), PASS, "ok"),
    Case("usage 3 minds no date", domain(tlsa(EXPIRED.tlsa("3 1 1"), EE), talks=(session(V4, EXPIRED),)), PASS, "ok"),
    Case("other key over IPv4", domain(tlsa(EE), talks=(session(V4, OTHER), session(V6))),
        FAIL, "mismatch", {"servers": (_FIRST,)}),
    Case("no STARTTLS", domain(tlsa(EE), talks=_PLAIN), FAIL, "no_starttls", {
        "servers": (_FIRST, f"{MX1} ({V6})")}),
    Case("no STARTTLS, and no protection either", domain(tlsa(EE), talks=_PLAIN, mx=unsigned()), WARN, "insecure_mx"),
    Case("expired signatures", domain(tlsa(EE, base=STALE)), FAIL, "bogus", {"exchangers": (MX1,)}),
    Case("bogus denial", domain(tlsa(base=STALE)), FAIL, "bogus"),
    Case("bogus denial below bogus addresses", domain(tlsa(base=STALE), hosts=STALE), NONE, "none"),
    Case("MX insecure", domain(tlsa(EE), mx=unsigned()), WARN, "insecure_mx"),
    Case("MX insecure and wrong record", domain(tlsa(NEXT), mx=unsigned()), WARN, "insecure_mx"),
    Case("TLSA insecure", domain(tlsa(EE, base=unsigned(), above=PARENT_WITHOUT_DS)), WARN, "insecure", {
        "exchangers": (MX1,)}),
    Case("addresses insecure", domain(tlsa(EE), hosts=unsigned()), WARN, "insecure"),
    Case("public authority", domain(tlsa(GOOD.tlsa("1 1 1"), GOOD.tlsa("0 0 1", 1))), WARN, "unusable", {
        "exchangers": (MX1,)}),
    Case("one usable", domain(tlsa(GOOD.tlsa("1 1 1"), EE)), PASS, "ok_single"),
    Case("malformed", domain(raw(tlsa(EE), b"\3\1\1\xab")), FAIL, "malformed", {"exchangers": (MX1,)}),
    Case("one exchanger without", domain(tlsa(EE, NEXT), tlsa(exchanger=MX2), exchangers=(MX1, MX2)), WARN, "partial", {
        "exchangers": (MX2,)}),
    Case("one exchanger not looked up", domain(tlsa(EE, NEXT), exchangers=(MX1, MX2)), UNTESTED, "not_tested"),
    Case("one exchanger without address", mail({MX1: ()}), UNTESTED, "not_tested", {
        "failure": f"no address: {MX1} without address"}),
    Case("addresses not resolved", mail({MX1: ()}, host_failure=SERVFAIL), UNTESTED, "not_tested", {
        "failure": "name resolution: no name server answered"}),
    Case("a wrong record outweighs an unknown one", domain(tlsa(NEXT), exchangers=(MX1, MX2)), FAIL, "mismatch"),
    Case("MX not judged", domain(tlsa(EE, NEXT), mx=None), UNTESTED, "not_tested"),
    Case("look-up failed", domain(_FAILED), UNTESTED, "not_tested"),
    Case("silent", domain(tlsa(EE), talks=(silent(MX1, V4), silent(MX1, V6))), UNTESTED, "not_tested"),
    Case("blind", domain(tlsa(EE), talks=(silent(MX1, V4, NO_ROUTE, 0),)), UNTESTED, "not_tested", {
        "failure": "no route: no IPv6 here"}),
    Case("none", domain(tlsa()), NONE, "none"),
    Case("null MX", mail({}, null=True), NONE, "null_mx"),
    Case("no MX", mail({}), NONE, "no_mx"),
    Case("MX unknown", mail({}, failure=SERVFAIL), UNTESTED, "not_tested"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_is_judged_as_it_must_be(case: Case) -> None:
    hold(CHECK, case)


def test_every_message_and_status_is_shown_by_a_case() -> None:
    hold_texts(CHECK, CASES)
    hold_statuses(CASES, PASS, FAIL, WARN, UNTESTED, NONE)
