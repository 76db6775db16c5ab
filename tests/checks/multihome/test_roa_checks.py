"""The checks of RPKI, case by case."""

import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.facts import RoutesFact, Vrp, VrpsFact
from netaudit.model.verdict import Status
from tests.checks.multihome.builders import OURS, PEERS, UP1, UP2, V4, V6, centre, route, table, through
from tests.checks.web.builders import DAY, NOW
from tests.checks.web.harness import Case, hold, hold_texts, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE

_FOREIGN = 64666
_MISSING = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="vrps.json: No such file")
_TABLE = table(*through(V4, UP1, UP2), *through(V6, UP1, UP2))


def vrp(prefix: str, longest: int | None = None, asn: int = OURS, days: float | None = 30.0) -> Vrp:
    length = int(prefix.partition("/")[2]) if longest is None else longest
    expires = None if days is None else NOW + (days - 0.5) * DAY
    return Vrp(prefix=prefix, max_length=length, asn=asn, trust_anchor="apnic", expires=expires)


def export(
    *vrps: Vrp, age_days: float | None = 0.5, failure: Failure | None = None, source: str = "vrps.json"
) -> VrpsFact:
    at = None if age_days is None else NOW - age_days * DAY
    return VrpsFact(id=f"vrps-dc-{source}", datacentre="dc", source=source, data_time=at, total=9, vrps=vrps,
        failure=failure)  # fmt: skip


def dc(
    *exports: VrpsFact,
    routes: tuple[RoutesFact, ...] = (_TABLE,),
    prefixes: tuple[str, ...] = (V4, V6),
    asns: tuple[int, ...] = (OURS,),
) -> DataCentreEvidence:
    return replace(centre(*routes, prefixes=prefixes, asns=asns), vrps=exports)


BOTH = (vrp(V4), vrp(V6))
_PART = "103.9.1.0/24"
_DEAGGREGATED = table(*(r for i in range(4) for r in through(f"103.9.{i}.0/24", UP1, UP2)), *through(V4, UP1))

_UNUSABLE = [
    Case("no ASN", dc(export(*BOTH), asns=()), NONE, "none_declared"),
    Case("no export", dc(), UNTESTED, "not_tested", {"sources": ("VRPS.json",)}),
    Case("unreadable export", dc(export(*BOTH, failure=_MISSING)), UNTESTED, "not_tested",
        {"failure": "no data: vrps.json: No such file", "sources": ("vrps.json",)}),
    Case("undated export", dc(export(*BOTH, age_days=None)), UNTESTED, "not_tested"),
    Case("old export", dc(export(*BOTH, age_days=3.5)), UNTESTED, "too_old", {"days": 3, "limit": 2}),
]  # fmt: skip

CASES: dict[str, list[Case]] = {
    "multihome.roa_valid": [
        Case("both", dc(export(*BOTH)), PASS, "ok", {"total": 2}),
        Case("two exports", dc(export(vrp(V4)), export(vrp(V6), source="b.json")), PASS, "ok"),
        Case("an old export beside a new one", dc(export(vrp(V4)), export(vrp(V6), age_days=9, source="b.json")),
            FAIL, "not_found", {"routes": (f"{V6} AS{OURS}",), "count": 1, "total": 2}),
        Case("a second ASN of our own", dc(export(vrp(V4, asn=64511), vrp(V6)), routes=(), asns=(OURS, 64511)),
            PASS, "declared_alone"),
        Case("no table", dc(export(*BOTH), routes=()), PASS, "declared_alone", {"total": 2}),
        Case("an old table", dc(export(*BOTH), routes=(table(*through(V4, UP1, origin=_FOREIGN), age_days=99),)),
            PASS, "declared_alone"),
        Case("no ROA", dc(export()), FAIL, "not_found", {"count": 2}),
        Case("no ROA for IPv6", dc(export(vrp(V4))), FAIL, "not_found", {"routes": (f"{V6} AS{OURS}",)}),
        Case("a part that the ROA leaves out", dc(export(*BOTH), routes=(table(*through(V4, UP1), *through(V6, UP1),
            *through(_PART, UP2)),)), FAIL, "invalid_length", {"routes": (f"{_PART} AS{OURS}",), "total": 3}),
        Case("another AS announces it", dc(export(*BOTH), routes=(table(*through(V4, UP1), *through(V6, UP1),
            route(V4, PEERS[0], UP2, _FOREIGN)),)), FAIL, "invalid_asn", {"routes": (f"{V4} AS{_FOREIGN}",)}),
        Case("a ROA for another AS", dc(export(vrp(V4, asn=_FOREIGN), vrp(V6))), FAIL, "invalid_asn",
            {"routes": (f"{V4} AS{OURS}",)}),
        Case("a ROA for AS 0", dc(export(vrp(V4, asn=0), vrp(V6))), FAIL, "invalid_asn"),
        Case("an AS_SET", dc(export(*BOTH), routes=(table(route(V4, PEERS[0], UP1, OURS, as_set=True)),)),
            FAIL, "invalid_asn", {"routes": (f"{V4} AS_SET",), "total": 3}),
        Case("the worst first", dc(export(vrp(V4, asn=_FOREIGN))), FAIL, "invalid_asn", {"count": 1}),
        *_UNUSABLE,
    ],
    "multihome.roa_max_length": [
        Case("none wider", dc(export(*BOTH)), PASS, "ok", {"total": 2}),
        Case("none wider, no table", dc(export(*BOTH), routes=()), PASS, "ok"),
        Case("wider", dc(export(vrp(V4, 24), vrp(V6))), WARN, "loose", {"roas": (f"{V4}-24 AS{OURS}",), "count": 1}),
        Case("every part announced", dc(export(vrp(V4, 24)), routes=(_DEAGGREGATED,)), PASS, "ok", {"total": 1}),
        Case("one part announced", dc(export(vrp(V4, 24)), routes=(table(*through(V4, UP1), *through(_PART, UP2)),)),
            WARN, "loose"),
        Case("a part announced by another AS", dc(export(vrp("103.9.0.0/22", 23)), routes=(table(
            *through(V4, UP1), *through("103.9.0.0/23", UP1), *through("103.9.2.0/23", UP1, origin=_FOREIGN)),)),
            WARN, "loose"),
        Case("a ROA above ours", dc(export(vrp("103.8.0.0/15", 22), vrp("2405::/16", 48))), WARN, "loose",
            {"roas": (f"2405::/16-48 AS{OURS}",)}),
        Case("a ROA of a part", dc(export(vrp(_PART, 24)), routes=()), PASS, "ok"),
        Case("wider, no table", dc(export(vrp(V4, 24)), routes=()), UNTESTED, "not_enough_data", {"peers": 0}),
        Case("wider, two peers", dc(export(vrp(V4, 24)), routes=(table(*through(V4, UP1, peers=PEERS[:2])),)),
            UNTESTED, "not_enough_data", {"peers": 2, "minimum": 3, "prefixes": (V4,)}),
        Case("two peers are enough", dc(export(vrp(V4, 24)), routes=(table(*through(V4, UP1, peers=PEERS[:2])),)),
            WARN, "loose", parameters={"min_peers": 2}),
        Case("another's ROA", dc(export(vrp(V4, 24, asn=_FOREIGN))), NONE, "no_roa", {"own": (f"AS{OURS}",)}),
        *_UNUSABLE,
    ],
    "multihome.roa_expiry": [
        Case("a month", dc(export(*BOTH)), PASS, "ok", {"total": 2, "days": 30.0}),
        Case("an hour", dc(export(vrp(V4, days=1 / 24), vrp(V6))), WARN, "soon",
            {"routes": (f"{V4} AS{OURS}",), "hours": 2}),
        Case("an hour is enough", dc(export(vrp(V4, days=1.1 / 24), vrp(V6))), PASS, "ok",
            parameters={"warn_hours": 1}),
        Case("another payload holds", dc(export(vrp(V4, days=-1), vrp("103.0.0.0/8", 22), vrp(V6))), PASS, "ok"),
        Case("ended", dc(export(vrp(V4, days=-1), vrp(V6, days=1 / 24))), FAIL, "expired",
            {"routes": (f"{V4} AS{OURS}",), "days": -1.0}),
        Case("ended since the export", dc(export(vrp(V4, days=0.3), vrp(V6), age_days=0.5)), PASS, "ok"),
        Case("one tells", dc(export(vrp(V4, days=None), vrp(V6))), UNTESTED, "not_told"),
        Case("one tells of its end", dc(export(vrp(V4, days=None), vrp(V6, days=-1))), FAIL, "expired"),
        Case("none tells", dc(export(vrp(V4, days=None), vrp(V6, days=None))), UNTESTED, "not_told"),
        Case("no valid route", dc(export(vrp(V4, asn=_FOREIGN))), NONE, "no_roa"),
        *_UNUSABLE,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])
