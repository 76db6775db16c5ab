"""The certificates checks, case by case."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from netaudit.content import content_path
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import RegisterEvidence
from netaudit.model.facts import CertificateRow, RegisterFact
from netaudit.model.inventory import Register
from netaudit.model.verdict import Status
from netaudit.probes.register import read_register
from tests.checks.web.builders import DAY, NOW
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, judge, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
MIDNIGHT = NOW - NOW % DAY

_MISSING = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="r.csv can't be read: No such file or directory")
_BROKEN = {"7": "the serial is no hexadecimal number"}
_STOPPED = {"9": "reading stopped here: too many rows, or too many broken ones"}


def certificate(
    line: int, until: float = NOW + 900 * DAY, holder: str = "organisation", serial: str = ""
) -> CertificateRow:
    return CertificateRow(
        line=line,
        pseudonym=f"pseudonym{line}",
        holder=holder,
        serial=serial or f"{line:04x}",
        not_before=NOW - 900 * DAY,
        not_after=until,
        issuer="issuer",
        unit="unit-of-a-person",
    )


def person(line: int) -> CertificateRow:
    return certificate(line, holder="person")


def register(
    *rows: CertificateRow,
    organisations: int = 1,
    persons: int = 1,
    broken: dict[str, str] | None = None,
    failure: Failure | None = None,
    read: bool = True,
    declared: bool = True,
    form: str = "csv",
    crl: tuple[str, ...] = ("r.crl",),
    roots: tuple[str, ...] = ("root.pem",),
    unused: dict[str, str] | None = None,
) -> RegisterEvidence:
    numbers = {"organisation": organisations, "person": persons} if declared else {}
    about = Register(id="r", file="data/r.csv", declared=numbers, crl=crl, roots=roots)
    fact = RegisterFact(
        id="register:r", register="r", source="r.csv", at=NOW, rows=rows, broken=broken or {}, failure=failure,
        format=form, unused=unused or {},
    )  # fmt: skip
    return RegisterEvidence(now=NOW, vantage=None, register=about, fact=fact if read else None)


def x509(
    line: int, key: str = "RSA", bits: int = 2048, digest: str = "sha256", revoked: bool | None = False,
    chained: bool | None = True, until: float = NOW + 900 * DAY,
) -> CertificateRow:  # fmt: skip
    return replace(
        certificate(line, until), key=key, key_bits=bits, signature=f"{digest}With{key}", digest=digest,
        revoked=revoked, chained=chained,
    )  # fmt: skip


def folder(*rows: CertificateRow, broken: dict[str, str] | None = None) -> RegisterEvidence:
    return register(*rows, broken=broken, form="x509")


TWO = (certificate(2), person(3))
_UNREAD = [
    Case("no file", register(failure=_MISSING), UNTESTED, "not_tested", {"file": "data/r.csv"}),
    Case("not read", register(read=False), UNTESTED, "not_tested"),
]
_EMPTY = Case("empty", register(), NONE, "empty")
_PARTLY = Case("a broken row", register(*TWO, broken=_BROKEN), UNTESTED, "partly_read", {"broken": 1, "total": 2})

CASES: dict[str, list[Case]] = {
    "certificates.not_expired": [
        Case("in force", register(*TWO), PASS, "ok", {"total": 2}),
        Case("until today", register(certificate(2, until=MIDNIGHT)), PASS, "ok"),
        Case("until yesterday", register(certificate(2, until=MIDNIGHT - DAY), person(3)), FAIL, "expired", {
            "count": 1, "total": 2, "lines": ("2",)}),
        Case("a second ago", register(certificate(2, until=NOW - 1)), FAIL, "expired"),
        Case("expired beside a broken row", register(certificate(2, until=NOW - DAY), broken=_BROKEN), FAIL, "expired"),
        _PARTLY, _EMPTY, *_UNREAD,
    ],
    "certificates.expiring": [
        Case("far", register(*TWO), PASS, "ok", {"total": 2, "days": 60}),
        Case("soon", register(certificate(2, until=MIDNIGHT + 10 * DAY), certificate(3, until=MIDNIGHT + 5 * DAY)),
            WARN, "soon", {"count": 2, "lines": ("3", "2"), "first": "2026-11-23"}),
        Case("by parameter", register(certificate(2, until=NOW + 10 * DAY)), PASS, "ok", parameters={"within_days": 9}),
        Case("expired already", register(certificate(2, until=NOW - DAY)), NONE, "none_in_force"),
        Case("empty", register(), NONE, "none_in_force"),
        _PARTLY, *_UNREAD,
    ],
    "certificates.serials_unique": [
        Case("all differ", register(*TWO), PASS, "ok", {"total": 2}),
        Case("another issuer's", register(TWO[0], replace(TWO[0], line=3, issuer="other")), PASS, "ok"),
        Case("twice", register(*TWO, replace(TWO[0], line=8)), FAIL, "repeated", {"count": 1, "lines": ("8",)}),
        _PARTLY, _EMPTY, *_UNREAD,
    ],
    "certificates.readable": [
        Case("all", register(*TWO), PASS, "ok", {"total": 2}),
        Case("a broken row", register(*TWO, broken=_BROKEN), FAIL, "broken", {
            "count": 1, "total": 3, "lines": ("7",)}),
        _EMPTY, *_UNREAD,
    ],
    "certificates.counts_match": [
        Case("as declared", register(*TWO), PASS, "ok", {
            "counted": 2, "counted_organisations": 1, "counted_persons": 1, "declared": 2}),
        Case("a repeated one counts once", register(*TWO, replace(TWO[0], line=8)), PASS, "ok"),
        Case("one too few", register(*TWO, persons=2), FAIL, "mismatch", {
            "declared": 3, "declared_persons": 2, "counted": 2}),
        Case("one too many", register(*TWO, person(4)), FAIL, "mismatch"),
        Case("the sum is right and the kinds are not", register(certificate(2), certificate(3)), FAIL, "mismatch"),
        Case("fewer broken rows than are missing", register(*TWO, persons=3, broken=_BROKEN), FAIL, "mismatch"),
        Case("a broken row may be the missing one", register(*TWO, persons=2, broken=_BROKEN), UNTESTED, "undecided"),
        Case("a broken row may be one too many", register(*TWO, broken=_BROKEN), UNTESTED, "undecided"),
        Case("reading stopped", register(*TWO, persons=99, broken=_STOPPED), UNTESTED, "undecided"),
        Case("nothing declared", register(*TWO, declared=False), NONE, "none_declared"),
        *_UNREAD,
    ],
    "certificates.not_revoked": [
        Case("on no list", folder(x509(1), x509(2)), PASS, "ok", {"total": 2, "crl": "r.crl"}),
        Case("revoked", folder(x509(1), x509(2, revoked=True)), FAIL, "revoked", {
            "count": 1, "total": 2, "lines": ("2",)}),
        Case("revoked beside what can't be read", folder(x509(1, revoked=True), broken=_BROKEN), FAIL, "revoked"),
        Case("revoked beside another's", folder(x509(1, revoked=None), x509(2, revoked=True)), FAIL, "revoked"),
        Case("of an issuer without list", folder(x509(1), x509(2, revoked=None)), UNTESTED, "not_covered", {
            "count": 1, "total": 2}),
        Case("list unreadable", register(*TWO, unused={"r.crl": "no list"}), UNTESTED, "not_covered", {"count": 2}),
        Case("rows of a table", register(*(replace(row, revoked=False) for row in TWO)), PASS, "ok"),
        Case("no list given", register(*TWO, crl=()), NONE, "no_list"),
        Case("a broken file", folder(x509(1), broken=_BROKEN), UNTESTED, "partly_read"),
        _EMPTY, *_UNREAD,
    ],
    "certificates.chain": [
        Case("to the root", folder(x509(1), x509(2)), PASS, "ok", {"total": 2, "roots": "root.pem"}),
        Case("not to the root", folder(x509(1), x509(2, chained=False)), FAIL, "apart", {"count": 1, "lines": ("2",)}),
        Case("not to the root beside a broken file", folder(x509(1, chained=False), broken=_BROKEN), FAIL, "apart"),
        Case("roots unreadable", folder(x509(1), x509(2, chained=None)), UNTESTED, "undecided", {"count": 1}),
        Case("a broken file", folder(x509(1), broken=_BROKEN), UNTESTED, "partly_read"),
        Case("a table", register(*TWO), NONE, "table"),
        Case("no roots given", register(*TWO, roots=()), NONE, "no_roots"),
        Case("no certificates", folder(), NONE, "empty"),
        *_UNREAD,
    ],
    "certificates.key_strength": [
        Case("strong", folder(x509(1), x509(2, "EC", 256), x509(3, "Ed25519", 256, "")), PASS, "ok", {"total": 3}),
        Case("short RSA", folder(x509(1), x509(2, bits=2047)), FAIL, "weak", {
            "count": 1, "total": 2, "lines": ("2",), "algorithms": ("RSA 2047, sha256WithRSA",)}),
        Case("short DSA", folder(x509(1, "DSA", 1024)), FAIL, "weak"),
        Case("short EC", folder(x509(1, "EC", 192)), FAIL, "weak"),
        Case("SHA-1", folder(x509(1, digest="sha1")), FAIL, "weak"),
        Case("weak beside a broken file", folder(x509(1, bits=1024), broken=_BROKEN), FAIL, "weak"),
        Case("by parameter", folder(x509(1)), FAIL, "weak", {"rsa_bits": 3072}, parameters={"rsa_bits": 3072}),
        Case("digest by parameter", folder(x509(1, digest="sha1")), PASS, "ok", parameters={"weak_digests": []}),
        Case("a key of an unknown kind", folder(x509(1, "", 0)), UNTESTED, "unknown", {"count": 1}),
        Case("a signature of an unknown kind", folder(x509(1, digest="unknown")), UNTESTED, "unknown"),
        Case("a broken file", folder(x509(1), broken=_BROKEN), UNTESTED, "partly_read"),
        Case("weak and expired", folder(x509(1, bits=512, until=NOW - DAY)), NONE, "none_in_force"),
        Case("a table", register(*TWO), NONE, "table"),
        *_UNREAD,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, NONE, UNTESTED, WARN if check == "certificates.expiring" else FAIL)


@pytest.mark.parametrize("check", CASES)
def test_holders_units_and_serials_stay_out_of_outcomes(check: str) -> None:
    bad = certificate(2, until=NOW - DAY, serial="deadbeef")
    outcome = judge(
        check, register(bad, replace(bad, line=3), replace(bad, line=4, not_after=NOW + DAY, serial="cafe"))
    )
    text = repr(outcome)
    assert not any(word in text for word in ("deadbeef", "cafe", "unit-of-a-person"))


def test_the_sample_register_is_as_declared_and_seven_have_expired() -> None:
    folder = content_path("sample")
    about = Register(id="ban-co-yeu", file="certificates.csv", declared={"organisation": 855, "person": 833})
    evidence = RegisterEvidence(now=NOW, vantage=None, register=about, fact=read_register(about, folder, NOW))
    statuses = {check: judge(check, evidence).status for check in CASES}
    tables = dict.fromkeys(("certificates.not_revoked", "certificates.chain", "certificates.key_strength"), NONE)
    assert statuses == dict.fromkeys(CASES, PASS) | {"certificates.not_expired": FAIL} | tables
    assert judge("certificates.counts_match", evidence).args["counted"] == 1688
    assert judge("certificates.not_expired", evidence).args["count"] == 7


_ROWS = st.builds(
    CertificateRow,
    line=st.integers(1, 10**9),
    pseudonym=st.text(max_size=5),
    holder=st.sampled_from(["organisation", "person", "robot", ""]),
    serial=st.sampled_from(["", "0", "ff"]),
    not_before=st.floats(allow_nan=False),
    not_after=st.floats(-1e20, 1e20),
    issuer=st.sampled_from(["", "x"]),
    key=st.sampled_from(["", "RSA", "EC", "GOST"]),
    key_bits=st.integers(),
    revoked=st.sampled_from([True, False, None]),
    chained=st.sampled_from([True, False, None]),
)


@given(st.lists(_ROWS, max_size=8), st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3))
def test_no_register_breaks_a_judge(rows: list[CertificateRow], broken: dict[str, str]) -> None:
    for check, form in product(CASES, ("csv", "x509")):
        outcome = judge(check, register(*rows, broken=broken, form=form))
        assert (outcome.failure is not None) == (outcome.status is UNTESTED)


def test_a_hundred_thousand_expired_rows_give_a_bounded_table() -> None:
    rows = tuple(certificate(line, until=NOW - DAY) for line in range(2, 100_002))
    outcome = judge("certificates.not_expired", register(*rows))
    assert outcome.args["count"] == 100_000
    assert len(outcome.observed) == 100
    assert len(str(outcome.args["lines"])) < 300
