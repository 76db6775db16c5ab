"""What each route is told night after night, and what it is not told."""

from collections.abc import Sequence

import msgspec
import pytest

from netaudit.model.expiry import Expiry, ExpiryKind
from netaudit.model.news import News
from netaudit.model.profile import Severity
from netaudit.model.regression import Standing
from netaudit.model.run import Run
from netaudit.notify.changes import is_news, take_in
from netaudit.notify.settings import NotifyFile
from netaudit.notify.state import Series
from tests.notify.nights import DAY, DNS, MAIL, SIGNED, WEB, night, route, settings
from tests.writers.synthetic import AT


def told(runs: Sequence[Run], file: NotifyFile | None = None, name: str = "all") -> list[str]:
    """What a route is told, a line for each night: + opened, - closed with why, and the rest in words."""
    known: Series | None = None
    lines = []
    for run in runs:
        assert is_news(run, known, run.started)
        known, news = take_in(run, known, file or settings())
        lines.append(" ".join(brief(each) for where, each in news if where.name == name))
    return lines


def brief(news: News) -> str:
    parts = [f"+{each.finding.check}{'~' if each.flapping else ''}" for each in news.opened]
    parts += [f"-{each.finding.check}({each.why or 'waived'})" for each in news.closed]
    parts += [f"{each.expiry.subject}<{each.days}" for each in news.endings]
    parts += ["cut"] * news.cut_short + ["clear"] * news.all_clear + [f"?{news.untested}"] * bool(news.untested)
    return " ".join(parts)


def course(*words: str) -> list[Run]:
    """Nights of one finding: F fails, P passes, U could not be tested, L was not asked; I is cut short."""
    states = {"F": "fail", "W": "warn", "U": "untested", "O": "other", "M": "moot", "G": "gone", "L": "left out"}
    return [
        night(number, {DNS: states.get(word, "pass")}, complete=word != "I")
        for number, word in enumerate("".join(words))
    ]


@pytest.mark.parametrize(
    ("nights", "expected"),
    [
        ("P", [""]),
        ("PFF", ["", "+dns.tcp", ""]),
        ("FFPP", ["+dns.tcp", "", "-dns.tcp(fixed) clear", ""]),
        ("FUUP", ["+dns.tcp", "", "", "-dns.tcp(fixed) clear"]),
        ("FLLP", ["+dns.tcp", "", "", "-dns.tcp(fixed) clear"]),
        ("FUUF", ["+dns.tcp", "", "", ""]),
        ("FIIP", ["+dns.tcp", "cut ?1", "", "-dns.tcp(fixed) clear"]),
        ("FO", ["+dns.tcp", "-dns.tcp(replaced)"]),
        ("FOP", ["+dns.tcp", "-dns.tcp(replaced)", "-dns.tcp(fixed) clear"]),
        ("FM", ["+dns.tcp", "-dns.tcp(moot) clear"]),
        ("FG", ["+dns.tcp", "-dns.tcp(gone) clear"]),
        ("FWP", ["+dns.tcp", "", "-dns.tcp(fixed) clear"]),
        ("WF", ["", "+dns.tcp"]),
        ("PW", ["", ""]),
        ("FPF", ["+dns.tcp", "-dns.tcp(fixed) clear", "+dns.tcp"]),
        ("F" + "U" * 12 + "P", ["+dns.tcp", *[""] * 12, "-dns.tcp(fixed) clear"]),
        ("F" + "U" * 12 + "F", ["+dns.tcp", *[""] * 13]),
        ("F" + "U" * 12 + "O", ["+dns.tcp", *[""] * 12, "-dns.tcp(replaced)"]),
    ],
)  # fmt: skip
def test_a_finding_is_told_when_it_comes_and_when_it_goes(nights: str, expected: list[str]) -> None:
    assert told(course(nights)) == expected


def test_what_comes_and_goes_is_told_once_until_it_rests() -> None:
    lines = told(course("P" * 7 + "FPFPFPFP" + "P" * 8 + "F"))
    assert lines[7:10] == ["+dns.tcp", "-dns.tcp(fixed) clear", "+dns.tcp"]
    assert lines[10:15] == [""] * 5, "it flaps: nobody wants to hear of each turn"
    assert [line for line in lines[15:] if line] == ["-dns.tcp(fixed) clear", "+dns.tcp"]


def test_a_route_that_joins_meanwhile_is_told_that_it_comes_and_goes() -> None:
    known: Series | None = None
    for run in course("FPFPF"):
        known, _ = take_in(run, known, settings())
    _, news = take_in(night(5, {DNS: "fail"}), known, settings(route(), route("late")))
    assert [(where.name, brief(each)) for where, each in news] == [("late", "+dns.tcp~")]


def test_what_could_not_be_tested_is_counted_beside_other_news() -> None:
    runs = [night(0, {DNS: "fail"}), night(1, {DNS: "untested", WEB: "fail"})]
    assert told(runs) == ["+dns.tcp", "+web.certificate_expiry ?1"]


def test_a_waiver_closes_a_finding_and_its_end_opens_it() -> None:
    runs = [night(0, {DNS: "fail"}), night(1, {DNS: "fail"}, waived=[DNS]), night(2, {DNS: "fail"})]
    assert told(runs) == ["+dns.tcp", "-dns.tcp(waived) clear", "+dns.tcp"]
    assert told([night(0, {DNS: "fail"}, waived=[DNS])]) == [""]


def test_a_scan_that_is_cut_short_is_told_once_and_may_find_but_not_clear() -> None:
    runs = [
        night(0, {DNS: "fail"}),
        night(1, {WEB: "fail"}, complete=False),
        night(2, {}, complete=False),
        night(3, {}),
        night(4, {}, complete=False),
    ]
    gone = "-web.certificate_expiry(fixed) -dns.tcp(fixed) clear"
    assert told(runs) == ["+dns.tcp", "+web.certificate_expiry cut ?1", "", gone, "cut"]


def test_routes_hear_of_their_own_units_and_severities() -> None:
    file = settings(
        route("high", severity=Severity.HIGH),
        route("dalat", units=("da-lat",)),
        route("below", units=("under:ubnd-tinh",)),
        route("nobody", units=("snv",)),
    )
    runs = [night(0, {DNS: "fail", WEB: "fail", SIGNED: "fail", MAIL: "fail"})]
    assert told(runs, file, "high") == ["+dnssec.signed +web.certificate_expiry"]
    assert told(runs, file, "dalat") == ["+web.certificate_expiry +dns.tcp"], "mail is run by another unit"
    assert told(runs, file, "nobody") == [""]
    assert "+dnssec.signed" in told(runs, file, "below")[0]


def test_the_unit_that_operates_a_service_is_told_and_not_those_that_use_it() -> None:
    run = night(0, {MAIL: "fail"})
    owner = next(s.owner for s in run.services if s.scheme == "mail" and s.host == "lamdong.gov.vn")
    assert owner is not None
    file = settings(route("owner", units=(owner,)), route("user", units=("bao-loc",)))
    assert told([run], file, "owner") == ["+mail.starttls"]
    assert told([run], file, "user") == [""]


def test_a_route_that_is_new_hears_all_that_is_open() -> None:
    known, _ = take_in(night(0, {DNS: "fail"}), None, settings())
    _, news = take_in(night(1, {DNS: "fail"}), known, settings(route(), route("late")))
    assert [(where.name, brief(each), each.first) for where, each in news] == [("late", "+dns.tcp", True)]


def test_a_run_is_looked_at_once_and_an_older_one_never() -> None:
    now = AT + 6 * DAY
    known, _ = take_in(night(5, {DNS: "fail"}), None, settings())
    assert not is_news(night(5, {}), known, now)
    assert not is_news(night(4, {}), known, now)
    assert not is_news(msgspec.structs.replace(night(6, {}), proposed="a zone file"), known, now)
    cut, _ = take_in(night(6, {DNS: "fail"}, complete=False), known, settings())
    assert not is_news(night(6, {}, complete=False), cut, now)
    gone_on = night(6, {WEB: "fail"})
    assert is_news(gone_on, cut, now)
    whole, news = take_in(gone_on, cut, settings())
    assert [brief(each) for _, each in news] == ["+web.certificate_expiry -dns.tcp(fixed)"]
    assert [snapshot.run for snapshot in whole.course] == ["night-5", "night-6"]


def test_a_night_whose_clock_was_years_ahead_does_not_silence_those_after_it() -> None:
    ahead, _ = take_in(night(900, {DNS: "fail"}), None, settings())
    assert not is_news(night(900, {}), ahead, AT + 6 * DAY)
    assert is_news(night(6, {WEB: "fail"}), ahead, AT + 6 * DAY)
    known, news = take_in(night(6, {WEB: "fail"}), ahead, settings())
    assert [brief(each) for _, each in news] == ["+web.certificate_expiry -dns.tcp(fixed)"]
    assert is_news(night(7, {}), known, AT + 7 * DAY)


def end(kind: ExpiryKind, days: float, subject: str = "x", *, renews: bool = False) -> Expiry:
    affected = "lam-dong" if kind == "authorisation" else WEB[1].name
    return Expiry(kind=kind, at=AT + days * DAY, subject=subject, affected=(affected,), renews=renews)


def test_an_end_is_told_once_for_each_threshold() -> None:
    runs = [night(number, {}, expiries=(end("certificate", 33),)) for number in range(36)]
    lines = told(runs)
    assert {number: line for number, line in enumerate(lines) if line} == {
        3: "x<30", 19: "x<14", 26: "x<7", 32: "x<1", 33: "x<0"
    }  # fmt: skip


def test_an_end_that_is_near_when_first_seen_is_told_with_the_nearest_threshold() -> None:
    assert told([night(0, {}, expiries=(end("waiver", 5),))]) == ["x<7"]
    assert told([night(0, {}, expiries=(end("waiver", -5),))]) == ["x<0"]


def test_what_a_machine_renews_is_told_when_it_should_have() -> None:
    runs = [night(n, {}, expiries=(end("signature", 14 if n < 10 else 24, renews=True),)) for n in range(20)]
    assert told(runs) == [""] * 20, "signed anew in time, every time"
    late = [night(n, {}, expiries=(end("signature", 14, renews=True),)) for n in range(15)]
    assert {n: line for n, line in enumerate(told(late)) if line} == {12: "x<2", 13: "x<1", 14: "x<0"}


def test_ends_go_to_whom_they_concern() -> None:
    file = settings(route("dalat", units=("da-lat",)), route("snv", units=("snv",)), route())
    runs = [night(0, {}, expiries=(end("certificate", 5), end("authorisation", 6, "permission")))]
    everything = ["x<7 permission<7"]
    assert [told(runs, file, name) for name in ("dalat", "snv", "all")] == [["x<7"], [""], everything]


def test_what_is_kept_of_a_course_stays_small() -> None:
    known: Series | None = None
    for number in range(40):
        known, _ = take_in(night(number, {DNS: "fail" if number % 9 == 0 else "pass"}), known, settings())
    assert known is not None
    assert len(known.course) == 7
    assert {(s.check, s.target) for snapshot in known.course for s in snapshot.states} == {DNS}


def test_standings_that_close_are_all_spoken_of() -> None:
    closing = {standing for standing in Standing if not standing.open}
    assert closing == {Standing.REPLACED, Standing.FIXED, Standing.MOOT, Standing.GONE}
