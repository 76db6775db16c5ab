"""A service's page: IPv4 beside IPv6 in a table, and how long connections took."""

from pathlib import Path

import html5lib
import msgspec
import pytest

from netaudit.model.common import Family
from netaudit.model.parity import Parity
from netaudit.model.profile import Severity
from netaudit.model.run import Result, Run
from netaudit.model.verdict import Observation, Target, TargetKind, Verdict, warned
from netaudit.writers.latency_picture import latency_picture
from netaudit.writers.parity import service_page, side_by_side
from netaudit.writers.week_strip import LABEL, week_strip
from netaudit.writers.wording import Wording
from tests.writers.synthetic import HOSTILE

WORDING = Wording("en")


def test_every_measured_service_has_a_page_of_its_own(province_report: Path, province: Run) -> None:
    assert {path.name for path in (province_report / "service").iterdir()} == set(map(service_page, province.parity))
    assert len({service_page(text) for text in HOSTILE}) == len(HOSTILE)
    long = "https://" + "a" * 200
    assert service_page(f"{long}b:443") != service_page(f"{long}c:443")


def test_the_table_shows_what_differs_first_and_says_so(province_report: Path, province: Run) -> None:
    for name, parity in province.parity.items():
        tree = html5lib.parse((province_report / "service" / service_page(name)).read_text("utf-8"),
                              namespaceHTMLElements=False)  # fmt: skip
        (table,) = tree.iterfind(".//table[@class='sides']")
        rows = table.findall("./tbody/tr")[1:]
        marked = [row.get("class") == "differs" for row in rows]
        assert marked == sorted(marked, reverse=True)
        assert sum(marked) == sum(row.alike is False for row in parity.rows)
        assert all(("≠" in "".join(row.itertext())) == differs for row, differs in zip(rows, marked, strict=True))


def test_a_value_stands_in_the_column_of_its_family(province: Run) -> None:
    apart = next(parity for parity in province.parity.values() if parity.lost)
    (row,) = (row for row in side_by_side(apart, WORDING) if row.label == "Certificate of")
    assert (row.ipv4, row.ipv6, row.alike) == (("CN=www.example",), ("CN=old.example",), False)
    assert side_by_side(apart, WORDING)[2].label == "strict-transport-security"


def test_the_picture_draws_each_sample_where_it_belongs() -> None:
    picture = latency_picture(Parity(samples={Family.IPV4: (10.0, 20.0), Family.IPV6: (40.0,)}), WORDING)
    assert picture is not None
    tree = html5lib.parseFragment(picture, namespaceHTMLElements=False)
    xs = [float(mark.get("cx")) for mark in tree.iter("{http://www.w3.org/2000/svg}circle")]
    (square,) = (mark for mark in tree.iter("{http://www.w3.org/2000/svg}rect") if mark.get("class") == "sample")
    assert xs[0] < xs[1] < float(square.get("x"))
    assert abs((xs[1] - 64) - 2 * (xs[0] - 64)) < 0.2
    assert "IPv4: 10, 20 ms; IPv6: 40 ms" in picture


@pytest.mark.parametrize(("slowest", "shown"), [(200.0, False), (400.0, True)])
def test_where_clients_leave_ipv6_is_drawn_when_it_was_reached(slowest: float, shown: bool) -> None:
    picture = latency_picture(Parity(samples={Family.IPV4: (20.0,) * 3, Family.IPV6: (slowest,) * 3}), WORDING)
    assert picture is not None
    assert ("clients leave IPv6" in picture) == shown


def test_round_trips_are_no_connections() -> None:
    parity = Parity(samples={Family.IPV4: (20.0,), Family.IPV6: (400.0,)}, round_trips=True)
    picture = latency_picture(parity, WORDING)
    assert picture is not None
    assert "Round trip, ms" in picture and "Time to connect" not in picture
    assert "clients leave IPv6" not in picture


def test_nothing_timed_has_no_picture(province: Run) -> None:
    assert latency_picture(Parity(), WORDING) is None
    assert msgspec.json.decode(msgspec.json.encode(province.parity), type=dict[str, Parity]) == province.parity


def test_the_strip_has_a_square_for_each_week_and_says_them_in_words() -> None:
    weeks = tuple(
        Observation(where=f"2026-W{40 + n}", saw="", ok=ok) for n, ok in enumerate((True, None, False, False))
    )
    target = Target(kind=TargetKind.ENDPOINT, name="https://a.example:443")
    verdict = Verdict(check=LABEL, target=target, outcome=warned("at_risk", observed=weeks))
    strip = week_strip([Result(verdict=verdict, severity=Severity.LOW, id="f")], WORDING)
    assert strip is not None
    tree = html5lib.parseFragment(strip, namespaceHTMLElements=False)
    squares = [g for g in tree.iter("{http://www.w3.org/2000/svg}g")]
    assert [square.get("class") for square in squares] == ["met", "unknown", "missed", "missed"]
    assert "weeks from 2026-W40 to 2026-W43: met 1, not met 2, not known 1" in strip
    assert week_strip([], WORDING) is None
