"""What a message says, to whom it names what, and that nothing in it can act."""

import email
import email.policy
import re
from collections.abc import Sequence

import msgspec
import pytest

from netaudit.model.common import Text
from netaudit.model.expiry import Expiry
from netaudit.model.inventory import Province
from netaudit.model.profile import Severity
from netaudit.model.run import Run
from netaudit.notify.changes import take_in
from netaudit.notify.document import Document
from netaudit.notify.mail import letter
from netaudit.notify.outbox import prepare
from netaudit.notify.settings import NotifyFile
from netaudit.notify.state import Message, Series, State
from netaudit.writers.news import NewsMessage
from tests.notify.nights import DAY, DNS, MAIL, SIGNED, WEB, night, route, settings
from tests.writers.synthetic import AT, HOSTILE, hostile_run

CERTIFICATE = Expiry(kind="certificate", at=AT + 5 * DAY, subject="dalat.lamdong.gov.vn", affected=(WEB[1].name,))
FAULTS = {DNS: "fail", WEB: "fail", SIGNED: "fail", MAIL: "fail"}
HOST = re.compile(r"[a-z0-9-]+\.(gov\.)?vn|https?:|ns1")


def messages(runs: Sequence[Run], file: NotifyFile) -> list[Message]:
    """The messages after the last run."""
    state = State()
    for run in runs:
        state = prepare(msgspec.structs.replace(state, outbox=()), run, file, now=AT)
    return list(state.outbox)


def two_nights() -> list[Run]:
    return [night(0, {DNS: "fail"}), night(1, {WEB: "fail", SIGNED: "fail"}, expiries=(CERTIFICATE,))]


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("vi", "Tỉnh Lâm Đồng: +2 lỗi mới, −1 đã khắc phục, 1 sắp hết hạn"),
        ("en", "Lâm Đồng province: +2 new, −1 fixed, 1 ending"),
    ],
)
def test_the_subject_counts_in_the_readers_language(language: str, subject: str) -> None:
    (message,) = messages(two_nights(), settings(route(language=language)))
    assert message.subject == subject
    assert message.language == language


def test_subjects_of_the_other_kinds() -> None:
    def subject(*runs: Run) -> str:
        return messages(runs, settings(route(language="en")))[0].subject.partition(": ")[2]

    assert subject(night(0, FAULTS)) == "4 findings"
    assert subject(night(0, FAULTS), night(1, {}, complete=False)) == "scan cut short"
    assert subject(night(0, {DNS: "fail"}), night(1, {})) == "−1 fixed, all clear"
    assert subject(night(0, {DNS: "fail"}), night(1, {DNS: "moot"})) == "1 changed, all clear"


def test_a_message_says_what_and_where() -> None:
    (message,) = messages(two_nights(), settings(route(language="en"), report_url="https://audit.example/"))
    assert "[critical] The zone is signed with DNSSEC: 1 target" in message.text
    assert "    baoloc.lamdong.gov.vn: The zone baoloc.lamdong.gov.vn is not signed." in message.text
    assert (
        "Fixed: 1\n- [medium] Every name server answers over TCP: 1 target\n    dalat.lamdong.gov.vn\n" in message.text
    )
    assert "TLS certificate, within 7 days: 1\n    dalat.lamdong.gov.vn: " in message.text
    assert "Report: https://audit.example/" in message.text
    assert message.text.index("critical") < message.text.index("[high]"), "the worst first"


def test_no_target_is_named_unless_the_route_says_so() -> None:
    runs = [night(0, FAULTS), night(1, {DNS: "other"}, expiries=(CERTIFICATE,))]
    for language in ("vi", "en"):
        file = settings(route(include_names=False, webhook="hook", language=language))
        for each in (runs[:1], runs):
            for message in messages(each, file):
                shown = re.sub(r"\+?[0-9/: ()·UTC]+|ns1\.rr", "", message.subject + message.text + message.html)
                assert not HOST.search(shown), HOST.search(shown)
    named = messages(runs, settings(route(webhook="hook")))
    assert all("dalat.lamdong.gov.vn" in message.text for message in named)


def test_the_document_of_a_webhook() -> None:
    file = settings(route(to=(), webhook="hook", include_names=True))
    (message,) = messages(two_nights(), file)
    told = msgspec.json.decode(message.text, type=Document)
    assert (told.opened, told.closed, told.remaining, told.run, told.since) == (2, 1, 2, "night-1", "night-0")
    assert told.id == message.key
    changes = {(each.check, each.change, each.why, each.target) for each in told.changes}
    assert changes == {
        (SIGNED[0], "opened", None, SIGNED[1].name),
        (WEB[0], "opened", None, WEB[1].name),
        (DNS[0], "closed", "fixed", DNS[1].name),
    }
    assert [(each.kind, each.days, each.subject) for each in told.endings] == [("certificate", 7, CERTIFICATE.subject)]
    (silent,) = messages(two_nights(), settings(route(to=(), webhook="hook", include_names=False)))
    told = msgspec.json.decode(silent.text, type=Document)
    assert {each.target for each in told.changes} == {None} and told.endings[0].subject is None
    assert told.endings[0].affected == ()


@pytest.mark.parametrize("text", [*HOSTILE, "a\r\nBcc: everybody@example.net", "a\nSubject: b", "x\r\n\r\n<script>"])
def test_hostile_names_stay_text(text: str) -> None:
    run = msgspec.structs.replace(night(0, FAULTS), province=Province(id="lam-dong", name=Text(text, text)))
    (message,) = messages([run], settings())
    composed = letter(message, "netaudit@lamdong.gov.vn")
    parsed = email.message_from_bytes(composed.as_bytes(), policy=email.policy.default)
    assert set(parsed.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "Content-Type",
        "MIME-Version",
    }  # fmt: skip
    assert parsed["To"] == "all@example.net" and len(parsed["Subject"]) < 320
    assert parsed["Subject"].endswith("4 lỗi") or len(text) > 100
    body = parsed.get_body(("html",))
    assert body is not None and not re.search(r"<(script|img|svg|/style)", body.get_content())


def test_hostile_results_stay_text() -> None:
    _, news = take_in(hostile_run(), None, settings())
    made = NewsMessage(hostile_run(), news[0][1], "vi", names=True)
    assert not re.search(r"<(script|img|svg|/style)", made.html)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", made.text)
    assert len(made.text) < 100_000, "a message is no report"


def test_a_letter_is_text_and_html_and_always_the_same_one() -> None:
    (message,) = messages(two_nights(), settings())
    composed, again = (letter(message, "netaudit@lamdong.gov.vn") for _ in range(2))
    assert composed["Message-ID"] == again["Message-ID"] == f"<{message.key}@lamdong.gov.vn>"
    assert composed["Auto-Submitted"] == "auto-generated"
    assert composed.get_content_type() == "multipart/alternative"
    parts = [part.get_content_type() for part in composed.iter_parts()]
    assert parts == ["text/plain", "text/html"]
    assert all(len(line) <= 998 for line in composed.as_bytes().split(b"\r\n"))


def test_many_findings_are_counted_and_not_all_listed() -> None:
    run = hostile_run()
    known: Series | None = None
    known, news = take_in(run, known, settings(route(severity=Severity.INFO)))
    text = NewsMessage(run, news[0][1], "en", names=True).text
    assert f"Found: {len(news[0][1].opened)}" in text
