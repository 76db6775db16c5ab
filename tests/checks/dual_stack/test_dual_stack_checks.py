"""The dual-stack checks, case by case."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Status
from tests.checks.mail.builders import MX1, MX2, mail, silent, talk
from tests.checks.web.builders import (
    BLIND_V6,
    DAY,
    HOST,
    NOW,
    REFUSED,
    SERVFAIL,
    V4,
    V6,
    V6B,
    connect,
    dead,
    endpoint,
    fetch,
    hop,
    host,
    tls,
    trust,
)
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
TCP = f"tcp://{HOST}:8443"
PLAIN = f"http://{HOST}:80"
_STRANDED = Failure(reason=Reason.NO_ADDRESS, side=Side.TARGET, detail="www.example has no ipv6")


def certificate(key: EllipticCurvePrivateKey, serial: int) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial, start, start + datetime.timedelta(days=90))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


_KEY, _OTHER_KEY = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
_OLD_BYTES, _NEW_BYTES, _FOREIGN_BYTES = certificate(_KEY, 1), certificate(_KEY, 2), certificate(_OTHER_KEY, 3)
_OLD = trust(fingerprint="aa")
_NEW = trust(fingerprint="bb", until=NOW + 200 * DAY)
_NIGHTLY = trust(fingerprint="cc", until=NOW + 91 * DAY)
_FOREIGN = trust(fingerprint="dd", names=("old.example",))


def page(address: str, text: str, status: int = 200, *, control: bool = False) -> WebFact:
    return fetch(address, hop(address, status, body=f"<h1>x</h1><p>{text}</p>".encode()), control=control)


def built(address: str, markup: str) -> WebFact:
    return fetch(address, hop(address, body=markup.encode()))


def shown(address: str, der: bytes) -> WebFact:
    return fetch(address, hop(address, session=tls(certificate=der)))


def moved(address: str, url: str) -> WebFact:
    return fetch(address, hop(address, 302, headers=(("location", url),)), hop(address, url=url))


_TEXT = "Cổng thông tin điện tử của tỉnh phục vụ người dân và doanh nghiệp nộp hồ sơ tra cứu kết quả góp ý kiến"
_OLD_TEXT = "Trang mặc định của máy chủ đã bị thay thế, không ai còn theo dõi nội dung ở đây kể từ năm trước đến nay"
_FRESH = [" ".join(f"{word}{n}" for word in ("tin", "mới", "bài", "ảnh", "video", "lịch")) for n in "abc"]

_NOTHING_TO_COMPARE = [
    Case("IPv4 alone", endpoint(fetch(V4)), NONE, "one_family"),
    Case("IPv6 alone", endpoint(fetch(V6)), NONE, "one_family"),
    Case("no address", endpoint(at=host()), NONE, "one_family"),
    Case("IPv6 silent", endpoint(fetch(V4), dead(V6)), UNTESTED, "not_tested"),
    Case("IPv6 refused", endpoint(fetch(V4), dead(V6, REFUSED, 1)), UNTESTED, "not_tested", {
        "failure": "refused: connection refused"}),
    Case("blind", endpoint(fetch(V4), dead(V6), vantage=BLIND_V6), UNTESTED, "not_tested", {
        "failure": "no route: no IPv6 here"}),
    Case("not resolved", endpoint(at=host(failure=SERVFAIL)), UNTESTED, "not_tested"),
    Case("not fetched", endpoint(at=host(V4, V6)), UNTESTED, "not_tested"),
]  # fmt: skip
_REDIRECTS = [
    Case("redirect stranded", endpoint(fetch(V4), fetch(V6, hop(V6, 302), hop("", failure=_STRANDED))), UNTESTED,
        "not_tested"),
    Case("too many requests", endpoint(fetch(V4), fetch(V6, hop(V6, 429))), UNTESTED, "not_tested"),
    Case("TCP", endpoint(connect(V4), key=TCP), NONE, "not_web"),
]  # fmt: skip

CASES: dict[str, list[Case]] = {
    "dual_stack.web_status": [
        Case("alike", endpoint(fetch(V4), fetch(V6)), PASS, "ok", {"status": ("200",)}),
        Case("alike over http", endpoint(fetch(V4, endpoint=PLAIN), fetch(V6, endpoint=PLAIN), key=PLAIN), PASS, "ok"),
        Case("both refuse us", endpoint(fetch(V4, hop(V4, 403)), fetch(V6, hop(V6, 403))), PASS, "ok"),
        Case("not found over IPv6", endpoint(fetch(V4), fetch(V6, hop(V6, 404))), FAIL, "status_differs",
            {"ipv4": ("200",), "ipv6": ("404",)}),
        Case("one of two IPv6 addresses", endpoint(fetch(V4), fetch(V6), fetch(V6B, hop(V6B, 500))), FAIL,
            "status_differs", {"ipv6": ("200", "500")}),
        Case("elsewhere", endpoint(moved(V4, "https://a.example/x"), moved(V6, "https://b.example/x")), FAIL,
            "leads_elsewhere", {"ipv4": ("https://a.example",), "ipv6": ("https://b.example",)}),
        *_NOTHING_TO_COMPARE, *_REDIRECTS,
    ],
    "dual_stack.web_content": [
        Case("alike", endpoint(page(V4, _TEXT), page(V6, _TEXT)), PASS, "ok", {"percent": 100}),
        Case("another page", endpoint(page(V4, _TEXT), page(V6, _OLD_TEXT), page(V4, _TEXT, control=True)), FAIL,
            "differs", {"addresses": (V6,), "percent": 0}),
        Case("one of two addresses", endpoint(page(V4, _TEXT), page(V6, _TEXT), page(V6B, _OLD_TEXT)), FAIL, "differs",
            {"addresses": (V6B,)}),
        Case("changes as much over IPv4", endpoint(page(V4, f"{_TEXT} {_FRESH[0]}"), page(V6, f"{_TEXT} {_FRESH[1]}"),
            page(V4, f"{_TEXT} {_FRESH[2]}", control=True)), PASS, "ok"),
        Case("the same change without a control", endpoint(page(V4, f"{_TEXT} {_FRESH[0]}"),
            page(V6, f"{_TEXT} {_FRESH[1]}")), FAIL, "differs"),
        Case("never the same", endpoint(page(V4, _FRESH[0]), page(V6, _FRESH[1]), page(V4, _FRESH[2], control=True)),
            UNTESTED, "changes_by_itself"),
        Case("the same words in a bare page", endpoint(built(V4, f"<main><h1>x</h1><ul>{'<li><a>' * 9}</ul>{_TEXT}"),
            built(V6, f"<pre>x {_TEXT}")), FAIL, "built_differently", {"addresses": (V6,), "percent": 0}),
        Case("error pages", endpoint(page(V4, _TEXT, 404), page(V6, _OLD_TEXT, 404)), NONE, "other_status"),
        *_NOTHING_TO_COMPARE, *_REDIRECTS,
    ],
    "dual_stack.certificate": [
        Case("same", endpoint(fetch(V4), fetch(V6), trusts={V4: _OLD, V6: _OLD}), PASS, "ok"),
        Case("same key, renewed", endpoint(shown(V4, _OLD_BYTES), shown(V6, _NEW_BYTES), trusts={V4: _OLD, V6: _NEW}),
            PASS, "ok"),
        Case("renewed on each machine", endpoint(fetch(V4), fetch(V6), trusts={V4: _OLD, V6: _NIGHTLY}), PASS, "ok"),
        Case("forgotten over IPv6", endpoint(shown(V4, _NEW_BYTES), shown(V6, _FOREIGN_BYTES), trusts={
            V4: _NEW, V6: _OLD}), FAIL, "differs", {"addresses": (V6,)}),
        Case("another name", endpoint(fetch(V4), fetch(V6), trusts={V4: _OLD, V6: _FOREIGN}), FAIL, "differs",
            {"ipv4": f"CN={HOST}", "ipv6": "CN=old.example"}),
        Case("unreadable bytes", endpoint(shown(V4, b"\x30\x03"), shown(V6, b"\x30\x03"), trusts={
            V4: _OLD, V6: _FOREIGN}), FAIL, "differs"),
        Case("http", endpoint(fetch(V4, endpoint=PLAIN), key=PLAIN), NONE, "no_tls"),
        *_NOTHING_TO_COMPARE,
    ],
    "dual_stack.mail": [
        Case("alike", mail({MX1: (V4, V6)}, talk(MX1, V4), talk(MX1, V6), trusts={V4: _OLD, V6: _OLD}), PASS, "ok",
            {"exchangers": (MX1,)}),
        Case("STARTTLS over IPv4 alone", mail({MX1: (V4, V6)}, talk(MX1, V4), talk(MX1, V6, starttls=False)), FAIL,
            "starttls_differs", {"exchangers": (MX1,)}),
        Case("another certificate", mail({MX1: (V4, V6)}, talk(MX1, V4), talk(MX1, V6),
            trusts={V4: _OLD, V6: _FOREIGN}), FAIL, "certificate_differs"),
        Case("same key", mail({MX1: (V4, V6)}, talk(MX1, V4, certificate=_OLD_BYTES), talk(MX1, V6,
            certificate=_NEW_BYTES), trusts={V4: _OLD, V6: _NEW}), PASS, "ok"),
        Case("another greeting", mail({MX1: (V4, V6)}, talk(MX1, V4),
            talk(MX1, V6, greeting="old.example ESMTP")), WARN, "greeting_differs", {"exchangers": (MX1,)}),
        Case("one family each", mail({MX1: (V4,), MX2: (V6,)}, talk(MX1, V4), talk(MX2, V6)), NONE, "one_family"),
        Case("null MX", mail({}, null=True), NONE, "null_mx"),
        Case("no MX", mail({}), NONE, "no_mx"),
        Case("IPv6 silent", mail({MX1: (V4, V6)}, talk(MX1, V4), silent(MX1, V6)), UNTESTED, "not_tested"),
        Case("IPv6 turns us away", mail({MX1: (V4, V6)}, talk(MX1, V4), talk(MX1, V6, refusal="554 no")), UNTESTED,
            "not_tested"),
        Case("blind", mail({MX1: (V4, V6)}, talk(MX1, V4), silent(MX1, V6), vantage=BLIND_V6), UNTESTED, "not_tested",
            {"failure": "no route: no IPv6 here"}),
        Case("no dialogue", mail({MX1: (V4, V6)}), UNTESTED, "not_tested"),
        Case("exchanger not resolved", mail({MX1: (V4,)}, host_failure=SERVFAIL), UNTESTED, "not_tested"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, FAIL, UNTESTED, NONE)
