"""Sentences from message ids and arguments; text from outside made fit to be shown."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from netaudit.dns.reasons import REASONS
from netaudit.model.common import Failure, Reason, Side, Text
from netaudit.model.profile import CheckInfo
from netaudit.model.run import Run
from netaudit.model.verdict import Target, TargetKind, Verdict, could_not_test, failed
from netaudit.writers import words
from netaudit.writers.links import reference_link
from netaudit.writers.messages import argument_text, filled, recheck_command, sentence
from netaudit.writers.safe import bounded, one_line, page_name, safe_url, visible
from netaudit.writers.sorting import sort_key
from netaudit.writers.wording import Wording
from tests.writers.synthetic import CHECKS

VI, EN = Wording("vi"), Wording("en")
ZONE = Target(kind=TargetKind.ZONE, name="dalat.lamdong.gov.vn")


def verdict(check: str, message: str = "bad", *, target: Target = ZONE, **args: str | tuple[str, ...]) -> Verdict:
    return Verdict(check=check, target=target, outcome=failed(message, **args))  # type: ignore[arg-type]


def test_a_sentence_in_both_languages(province: Run) -> None:
    found = verdict("dns.tcp", servers=("ns1", "ns2"))
    assert sentence(province, found, VI) == "Không trả lời qua TCP: ns1, ns2."
    assert sentence(province, found, EN) == "No answer over TCP: ns1, ns2."


def test_a_missing_argument_is_seen(province: Run) -> None:
    assert sentence(province, verdict("dns.tcp"), EN) == "No answer over TCP: ⟨servers?⟩."


def test_an_unknown_message_or_check_shows_its_id_and_arguments(province: Run) -> None:
    assert sentence(province, verdict("dns.tcp", "odd", b="2", a="1"), EN) == "odd (a = 1, b = 2)"
    assert sentence(province, verdict("gone.check", "odd"), EN) == "odd"


@pytest.mark.parametrize(
    "template", ["{a.__class__}", "{a[0]}", "{a!r}", "{a:>100000000}", "{0}", "{}", "{{a}", "awk '{print $1}'", "%(a)s"]
)
def test_only_plain_placeholders_are_filled(template: str) -> None:
    assert filled(template, {"a": "x"}, str) in (template, "{x")


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (True, "có", "yes"),
        (1688, "1688", "1688"),
        (0.5, "0,5", "0.5"),
        ((), "–", "–"),
        (tuple("abcdefghij"), "a, b, c, d, e, f, g, h và 2 mục khác", "a, b, c, d, e, f, g, h and 2 more"),
        ("2026-11-24T14:00:00Z", "24/11/2026 21:00 (UTC+7)", "24 Nov 2026 21:00 (UTC+7)"),
        ("2026-11-24T20:30:00+00:00", "25/11/2026 03:30 (UTC+7)", "25 Nov 2026 03:30 (UTC+7)"),
        ("2026-11-24", "24/11/2026", "24 Nov 2026"),
        ("2026-13-41T99:99:99Z", "2026-13-41T99:99:99Z", "2026-13-41T99:99:99Z"),
    ],
)  # fmt: skip
def test_arguments_follow_the_language(value: str | int | float | tuple[str, ...], vi: str, en: str) -> None:
    assert (argument_text(value, VI), argument_text(value, EN)) == (vi, en)


def test_moments_show_utc_beside_the_time_of_the_country() -> None:
    assert VI.moment(1_795_528_800) == "24/11/2026 21:00 (UTC+7) · 14:00 UTC"
    assert EN.moment(1_795_552_200) == "25 Nov 2026 03:30 (UTC+7) · 24 Nov 2026 20:30 UTC"


def test_a_brief_sentence_counts_what_a_long_list_leaves_out(province: Run) -> None:
    long = verdict("dns.tcp", servers=tuple(f"ns{n}.hoster.example (2001:db8::{n})" for n in range(1, 5)))
    assert (
        sentence(province, long, EN, brief=True) == "No answer over TCP: ns1.hoster.example (2001:db8::1) and 3 more."
    )
    assert sentence(province, long, VI, brief=True).endswith("ns1.hoster.example (2001:db8::1) và 3 mục khác.")
    assert "ns4.hoster.example" in sentence(province, long, EN)
    short = verdict("dns.tcp", servers=("SOA", "NS", "DNSKEY"))
    assert sentence(province, short, EN, brief=True) == "No answer over TCP: SOA, NS, DNSKEY."


@pytest.mark.parametrize("reason", list(Reason))
def test_why_there_is_no_value_is_said_in_words(province: Run, reason: Reason) -> None:
    failure = Failure(reason=reason, side=Side.PATH, detail="technical detail")
    found = Verdict(check="dns.tcp", target=ZONE, outcome=could_not_test("gap", failure))
    vi, en = sentence(province, found, VI), sentence(province, found, EN)
    assert vi == f"Không kiểm tra được: {VI.gettext(words.REASONS[reason])}."
    assert en == f"Could not be tested: {words.REASONS[reason]}."
    assert vi.partition(": ")[2] != en.partition(": ")[2]
    assert "technical" not in vi


@pytest.mark.parametrize("reason", list(REASONS))
def test_why_a_name_is_not_secure_is_said_in_words(province: Run, reason: str) -> None:
    info = structs.replace(
        CHECKS["dnssec.chain_valid"], messages={"bogus": Text("Sai ({reason}).", "Bogus ({reason}).")}
    )
    run = structs.replace(province, checks={info.id: info})
    found = verdict(info.id, "bogus", reason=reason)
    assert sentence(run, found, EN) == f"Bogus ({REASONS[reason].text})."
    translated = sentence(run, found, VI).removeprefix("Sai (").removesuffix(").")
    assert translated not in ("", reason, REASONS[reason].text)


def test_ids_of_the_inventory_are_said_by_name(province: Run) -> None:
    text = Text("{kind} tại {tier}: {units} qua {over}", "{kind} in {tier}: {units} over {over}")
    info = structs.replace(CHECKS["dns.tcp"], messages={"bad": text})
    run = structs.replace(province, checks={info.id: info})
    found = verdict(info.id, kind="mail", tier="district", units=("di-linh", "nowhere"), over=("ipv4", "ipv6"))
    assert sentence(run, found, VI) == "Thư điện tử công vụ tại Huyện, thành phố: Huyện Di Linh, nowhere qua IPv4, IPv6"


def test_percentages_are_cut_not_rounded() -> None:
    assert VI.percent(835, 1000) == "83,5\u00a0%"
    assert EN.percent(835, 1000) == "83.5%"
    assert EN.percent(99_999, 100_000) == "99.9%"
    assert EN.percent(3, 3) == "100%"
    assert EN.percent(0, 0) == "–"
    assert VI.number(1688) == "1.688"


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("https://mail.vn:443", "curl -6 -sSI https://mail.vn:443/"),
        ("imaps://mail.vn:993", "openssl s_client -6 -connect mail.vn:993 -servername mail.vn -brief </dev/null"),
        (
            "imap://mail.vn:143",
            "openssl s_client -starttls imap -6 -connect mail.vn:143 -servername mail.vn -brief </dev/null",
        ),
        ("ntp://gio.vn:123", 'chronyd -Q -6 -t 5 "server gio.vn iburst maxsamples 1"'),
        ("udp://log.vn:514", "nc -6 -uvz log.vn 514"),
    ],
)
def test_the_command_suits_the_service(name: str, command: str) -> None:
    info = msgspec.structs.replace(CHECKS["ipv6.web_reachable"], recheck="curl -6 -sSI {target}/")
    assert recheck_command(info, verdict(info.id, target=Target(kind=TargetKind.ENDPOINT, name=name))) == command


def test_the_command_is_quoted_for_the_shell() -> None:
    info: CheckInfo = CHECKS["ipv6.web_reachable"]
    good = verdict(info.id, target=Target(kind=TargetKind.ENDPOINT, name="https://portal.lamdong.gov.vn:443"))
    assert recheck_command(info, good) == "curl -6 -sSI https://portal.lamdong.gov.vn:443/"
    bad = verdict("dns.tcp", target=Target(kind=TargetKind.ZONE, name="x;rm -rf ~"))
    assert recheck_command(CHECKS["dns.tcp"], bad) == "dig +dnssec 'x;rm -rf ~' SOA"
    option = verdict("dns.tcp", target=Target(kind=TargetKind.ZONE, name="-f/etc/passwd"))
    assert recheck_command(CHECKS["dns.tcp"], option) == "dig +dnssec '⟨-f/etc/passwd⟩' SOA"


@given(st.text(max_size=300))
def test_one_line_is_one_visible_line(text: str) -> None:
    shown = one_line(text)
    assert "\n" not in shown and "\x1b" not in shown and "\u202e" not in shown
    assert shown.encode("utf-8").decode("utf-8") == shown


@given(st.text(max_size=80))
def test_a_page_never_leaves_its_folder(identifier: str) -> None:
    name = page_name(identifier)
    assert "/" not in name and "\\" not in name and not name.startswith(".")
    assert len(name) < 120


def test_what_is_cut_is_counted() -> None:
    assert bounded("a" * 700) == "a" * 600 + "… (+100)"
    assert visible("a\x1b[2Jb\u202ec") == "a␛[2Jb⟨U+202E⟩c"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/",
        "https://user@evil.example/",
        "http://",
        "https://a b/",
        "https://[::1",
        "file:///etc/passwd",
        "HTTPS:x",
    ],
)
def test_addresses_that_are_no_links(address: str) -> None:
    assert safe_url(address) is None
    assert reference_link(address) is None


def test_references_become_links() -> None:
    assert reference_link("RFC 4035 section 5.3") == "https://www.rfc-editor.org/rfc/rfc4035.html#section-5.3"
    assert reference_link("RFC 9276") == "https://www.rfc-editor.org/rfc/rfc9276.html"
    assert reference_link("https://www.vnnic.vn/") == "https://www.vnnic.vn/"
    assert reference_link("Thông tư 32/2017/TT-BTTTT") is None


def test_vietnamese_order() -> None:
    names = [
        "Xã Đạ Long",
        "Đà Lạt",
        "Ấp Bắc",
        "Di Linh",
        "Phường 10",
        "Phường 2",
        "Bảo Lộc",
        "An",
        "Ăn",
        "Bá",
        "Bà",
        "Ba",
    ]
    assert sorted(names, key=sort_key) == [
        "An", "Ăn", "Ấp Bắc", "Ba", "Bà", "Bá", "Bảo Lộc", "Di Linh", "Đà Lạt", "Phường 2", "Phường 10", "Xã Đạ Long",
    ]  # fmt: skip
