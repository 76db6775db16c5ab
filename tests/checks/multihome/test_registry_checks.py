"""The checks of registrations, route objects and ASPA, case by case."""

import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.routing import (
    Aspa,
    Registration,
    RegistrationsFact,
    RouteObject,
    RouteObjectsFact,
    RoutesFact,
    VrpsFact,
)
from netaudit.model.verdict import Status
from tests.checks.multihome.builders import OURS, UP1, UP2, UP3, V4, V6, centre, table, through
from tests.checks.web.builders import DAY, NOW
from tests.checks.web.harness import Case, hold, hold_texts, judge, labels, pairs

PASS, FAIL, WARN, MANUAL = Status.PASS, Status.FAIL, Status.WARN, Status.MANUAL
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE

_BROKEN = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="registry: at byte 7: a line of 4 fields")
_TABLE = table(*through(V4, UP1, UP2), *through(V6, UP1, UP2))
_RANGES = {
    V4: "103.9.0.0 - 103.9.3.255",
    V6: "2405:4800:: - 2405:4800:ffff:ffff:ffff:ffff:ffff:ffff",
    f"AS{OURS}": f"AS{OURS}",
}
PORTABLE = "ASSIGNED PORTABLE"


def registered(
    resource: str, status: str = PORTABLE, holder: str = "ORG-P-AP", registry: str = "apnic", name: str = "P-VN",
    country: str = "VN", block: str = "",
) -> Registration:  # fmt: skip
    return Registration(
        resource=resource, registered=block or _RANGES[resource], registry=registry, status=status, name=name,
        holder_id=holder, country=country,
    )  # fmt: skip


def answer(
    *registrations: Registration, format: str = "rdap", age_days: float | None = 1.0, missing: tuple[str, ...] = (),
    failure: Failure | None = None, source: str = "rdap.json",
) -> RegistrationsFact:  # fmt: skip
    at = None if age_days is None else NOW - age_days * DAY
    return RegistrationsFact(
        id=f"registrations-dc-{source}", datacentre="dc", source=source, format=format, retrieved_at=at,
        registrations=registrations, not_found=missing, failure=failure,
    )  # fmt: skip


def held(*facts: RegistrationsFact, prefixes: tuple[str, ...] = (V4, V6)) -> DataCentreEvidence:
    return replace(centre(prefixes=prefixes), registrations=facts)


def delegated(*registrations: Registration, missing: tuple[str, ...] = ()) -> RegistrationsFact:
    return answer(*registrations, format="delegated", missing=missing, source="delegated")


def line(resource: str, holder: str = "A91F0001", country: str = "SG", block: str = "") -> Registration:
    return registered(resource, "assigned", holder, name="", country=country, block=block)


AS = f"AS{OURS}"
BOTH, NUMBER = (registered(V4), registered(V6)), registered(AS, "")
LINES = (line(V4), line(V6), line(AS))


def route_object(prefix: str, origin: int = OURS, registry: str = "APNIC") -> RouteObject:
    return RouteObject(prefix=prefix, origin=origin, registry=registry)


def irr(
    *objects: RouteObject, age_days: float | None = 1.0, failure: Failure | None = None, source: str = "irr.txt"
) -> RouteObjectsFact:
    at = None if age_days is None else NOW - age_days * DAY
    return RouteObjectsFact(id=f"route_objects-dc-{source}", datacentre="dc", source=source, format="whois",
        retrieved_at=at, objects=objects, failure=failure)  # fmt: skip


def filed(
    *facts: RouteObjectsFact, routes: tuple[RoutesFact, ...] = (_TABLE,), asns: tuple[int, ...] = (OURS,)
) -> DataCentreEvidence:
    return replace(centre(*routes, asns=asns), route_objects=facts)


def payloads(aspas: tuple[Aspa, ...] | None, age_days: float | None = 1.0, source: str = "vrps.json") -> VrpsFact:
    at = None if age_days is None else NOW - age_days * DAY
    return VrpsFact(id=f"vrps-dc-{source}", datacentre="dc", source=source, data_time=at, total=9, aspas=aspas)


def authorised(
    *facts: VrpsFact, routes: tuple[RoutesFact, ...] = (_TABLE,), asns: tuple[int, ...] = (OURS,)
) -> DataCentreEvidence:
    return replace(centre(*routes, asns=asns), vrps=facts)


def aspa(*providers: int, customer: int = OURS) -> Aspa:
    return Aspa(customer=customer, providers=providers)


OBJECTS = (route_object(V4), route_object(V6))
_PART = "103.9.1.0/24"

CASES: dict[str, list[Case]] = {
    "multihome.provider_independent": [
        Case("both families and the ASN", held(answer(*BOTH, NUMBER)), PASS, "ok", {"total": 2}),
        Case("nothing of the ASN", held(answer(*BOTH)), PASS, "holder_unknown", {"total": 2}),
        Case("no holder told", held(answer(registered(V4, holder=""), registered(V6, holder=""))), PASS,
            "holder_unknown"),
        Case("one file each", held(answer(BOTH[0]), answer(BOTH[1], NUMBER, source="b.json")), PASS, "ok"),
        Case("words in any case", held(answer(registered(V4, "Assigned  portable"), BOTH[1], NUMBER)), PASS, "ok"),
        Case("IPv6 of the provider", held(answer(BOTH[0], registered(V6, "ASSIGNED NON-PORTABLE"), NUMBER)), FAIL,
            "non_portable", {"prefixes": (V6,)}),
        Case("RIPE's words", held(answer(registered(V4, "ASSIGNED PI", registry="ripencc"),
            registered(V6, "ASSIGNED PA", registry="ripencc"))), FAIL, "non_portable", {"prefixes": (V6,)}),
        Case("a stub record says portable", held(answer(BOTH[0], registered(V6, name="STUB-2405-4800SLASH32"))),
            MANUAL, "unclear", {"prefixes": (V6,)}),
        Case("a stub record by its country", held(answer(BOTH[0], registered(V6, country="ZZ"))), MANUAL, "unclear"),
        Case("a national registry's own words", held(answer(BOTH[0], registered(V6, registry="vnnic"))), MANUAL,
            "unclear", {"prefixes": (V6,)}),
        Case("a registry nobody knows", held(answer(BOTH[0], registered(V6, registry=""))), MANUAL, "unclear"),
        Case("within a larger block of nobody", held(answer(BOTH[0], registered(V6, block="2405:4000:: - 2405:4fff::",
            holder=""))), MANUAL, "unclear", {"prefixes": (V6,)}),
        Case("within a larger block of our own", held(answer(BOTH[0], registered(V6, block="2405:4000:: - 2405:4fff::"),
            NUMBER)), PASS, "ok"),
        Case("the narrowest block decides", held(answer(*BOTH, NUMBER, registered(V6, "ALLOCATED NON-PORTABLE",
            block="2405:4000:: - 2405:4fff::"))), PASS, "ok"),
        Case("parts of our own that we handed on", held(answer(*BOTH, NUMBER, registered(V4, "ASSIGNED NON-PORTABLE",
            block="103.9.1.0 - 103.9.1.255"))), PASS, "ok"),
        Case("registered in parts", held(answer(BOTH[1], NUMBER, registered(V4, block="103.9.0.0 - 103.9.0.255"),
            registered(V4, block="103.9.1.0 - 103.9.3.255"))), PASS, "ok"),
        Case("a part is missing", held(answer(BOTH[1], NUMBER, registered(V4, block="103.9.0.0 - 103.9.0.255"),
            registered(V4, block="103.9.2.0 - 103.9.3.255"))), UNTESTED, "no_record", {"prefixes": (V4,)}),
        Case("the ASN is another's", held(answer(*BOTH, registered(AS, "", "ORG-Q-AP"))), MANUAL, "other_holder",
            {"holders": (f"{V4} ORG-P-AP", f"{AS} ORG-Q-AP")}),
        Case("the families are of different holders", held(answer(BOTH[0], registered(V6, holder="ORG-Q-AP"))), MANUAL,
            "other_holder"),
        Case("one holder by name alone", held(answer(*(replace(item, holder_id="", holder=name) for item, name in
            zip((*BOTH, NUMBER), ("Sở TTTT", "sở  TTTT", "Sở TTTT"), strict=True)))), PASS, "ok"),
        Case("other names prove nothing", held(answer(*(replace(item, holder_id="", holder=name) for item, name in
            zip((*BOTH, NUMBER), ("Sở TTTT", "UBND tỉnh", "Sở TTTT"), strict=True)))), PASS, "holder_unknown"),
        Case("within a larger block of the same name", held(answer(BOTH[0], replace(registered(V6, holder="",
            block="2405:4000:: - 2405:4fff::"), holder="Sở TTTT"), replace(NUMBER, holder="Sở TTTT"))), PASS, "ok"),
        Case("one account in a delegated file", held(delegated(*LINES)), PASS, "ok", {"total": 2}),
        Case("another account there", held(delegated(line(V4), line(V6, "A91F0002"), line(AS))), MANUAL, "unclear",
            {"prefixes": (V6,)}),
        Case("a national registry's account there", held(delegated(*(line(r, country="VN") for r in (V4, V6, AS)))),
            MANUAL, "unclear", {"prefixes": (V4, V6)}),
        Case("an answer goes before a national account", held(delegated(*(line(r, country="VN") for r in (V4, V6, AS))),
            answer(*BOTH, NUMBER)), PASS, "ok"),
        Case("available space", held(delegated(line(V4), line(AS), missing=(V6,))), FAIL, "not_registered",
            {"prefixes": (V6,)}),
        Case("IPv4 alone was asked about", held(answer(BOTH[0], NUMBER)), UNTESTED, "no_record",
            {"prefixes": (V6,), "failure": f"no data: no source has {V6}"}),
        Case("no prefix", held(answer(), prefixes=()), NONE, "none_declared"),
        Case("no source", held(), UNTESTED, "not_tested", {"failure": "no data: no registrations were read"}),
        Case("a broken source alone", held(answer(*BOTH, failure=_BROKEN)), UNTESTED, "not_tested"),
        Case("an old source", held(answer(*BOTH, age_days=91)), UNTESTED, "too_old", {"days": 91, "limit": 90}),
        Case("an undated source", held(answer(*BOTH, age_days=None)), UNTESTED, "not_tested"),
    ],
    "multihome.irr": [
        Case("both", filed(irr(*OBJECTS)), PASS, "ok", {"total": 2, "sources": ("irr.txt",), "own": (AS,)}),
        Case("no table", filed(irr(*OBJECTS), routes=()), PASS, "ok"),
        Case("no route6", filed(irr(OBJECTS[0])), WARN, "missing", {"routes": (f"{V6} {AS}",), "count": 1, "total": 2}),
        Case("a covering object is no help", filed(irr(OBJECTS[0], route_object("2405:4000::/24"))), WARN, "missing"),
        Case("a part is announced without an object", filed(irr(*OBJECTS), routes=(table(*through(V4, UP1, UP2),
            *through(V6, UP1), *through(_PART, UP2)),)), WARN, "missing", {"routes": (f"{_PART} {AS}",), "total": 3}),
        Case("in RADB alone", filed(irr(OBJECTS[0], route_object(V6, registry="RADB"))), WARN, "not_authoritative",
            {"routes": (f"{V6} {AS}",)}),
        Case("in both", filed(irr(*OBJECTS, route_object(V6, registry="RADB"))), PASS, "ok"),
        Case("RADB counts by parameter", filed(irr(OBJECTS[0], route_object(V6, registry="RADB"))), PASS, "ok",
            parameters={"authoritative": ("APNIC", "RADB")}),
        Case("bgpq4 tells no registry", filed(irr(OBJECTS[0], route_object(V6, registry=""))), UNTESTED,
            "registry_unknown", {"routes": (f"{V6} {AS}",)}),
        Case("another origin", filed(irr(*OBJECTS, route_object(V6, 64666, "RADB"))), FAIL, "conflicting",
            {"objects": (f"{V6} AS64666 (RADB)",), "count": 1}),
        Case("another origin for a part", filed(irr(*OBJECTS, route_object(_PART, 64666, ""))), FAIL, "conflicting",
            {"objects": (f"{_PART} AS64666",)}),
        Case("what covers ours is anybody's", filed(irr(*OBJECTS, route_object("103.0.0.0/8", 64666))), PASS, "ok"),
        Case("a second ASN of our own", filed(irr(*OBJECTS, route_object(V4, 64511)), asns=(OURS, 64511)), PASS, "ok"),
        Case("no object at all", filed(irr()), WARN, "missing", {"count": 2}),
        Case("no route6, and a broken source", filed(irr(OBJECTS[0]), irr(failure=_BROKEN, source="b.txt")), UNTESTED,
            "incomplete", {"routes": (f"{V6} {AS}",), "failure": f"no data: {_BROKEN.detail}"}),
        Case("no route6, and an old source", filed(irr(OBJECTS[0]), irr(OBJECTS[1], age_days=99, source="b.txt")),
            UNTESTED, "incomplete", {"failure": "no data: b.txt is too old"}),
        Case("no route6 in a live source, and no file", filed(irr(OBJECTS[0]), irr(failure=_BROKEN, source="")), WARN,
            "missing", {"routes": (f"{V6} {AS}",)}),
        Case("another origin, and a broken source", filed(irr(route_object(V4, 64666)), irr(failure=_BROKEN,
            source="b.txt")), FAIL, "conflicting"),
        Case("a broken source beside a whole one", filed(irr(*OBJECTS), irr(failure=_BROKEN, source="b.txt")), PASS,
            "ok"),
        Case("no ASN", filed(irr(*OBJECTS), asns=()), NONE, "none_declared"),
        Case("no source", filed(), UNTESTED, "not_tested", {"sources": ("IRR.txt",)}),
        Case("an old source", filed(irr(*OBJECTS, age_days=31)), UNTESTED, "too_old", {"days": 31, "limit": 30}),
    ],
    "multihome.aspa": [
        Case("every operator", authorised(payloads((aspa(UP1, UP2, UP3),))), PASS, "ok", {"count": 3}),
        Case("two objects are one", authorised(payloads((aspa(UP1),)), payloads((aspa(UP2),), source="b.json")), PASS,
            "ok", {"count": 2}),
        Case("a declared operator is missing", authorised(payloads((aspa(UP1),)), routes=()), WARN, "contradicts",
            {"uplinks": (f"AS{UP2} (B)",)}),
        Case("an observed operator is missing", authorised(payloads((aspa(UP1, UP2),)), routes=(table(
            *through(V4, UP1, UP3)),)), WARN, "contradicts", {"uplinks": (f"AS{UP3}",)}),
        Case("what few see may be peering", authorised(payloads((aspa(UP1, UP2),)), routes=(table(
            *through(V4, UP1, UP3)),)), PASS, "ok", parameters={"min_share": 0.6}),
        Case("AS 0 means none", authorised(payloads((aspa(0),))), WARN, "contradicts"),
        Case("of another AS", authorised(payloads((aspa(UP1, customer=64511),)), asns=(OURS, 64511), routes=()), WARN,
            "contradicts", {"uplinks": (f"AS{UP2} (B)",)}),
        Case("none", authorised(payloads(())), NONE, "none", {"own": (AS,)}),
        Case("not told", authorised(payloads(None)), NONE, "not_told"),
        Case("no ASN", authorised(payloads((aspa(UP1),)), asns=()), NONE, "none_declared"),
        Case("no export", authorised(), UNTESTED, "not_tested"),
        Case("an old export", authorised(payloads((aspa(UP1),), age_days=3)), UNTESTED, "too_old", {"days": 3}),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_case(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_is_written_and_produced(check: str) -> None:
    hold_texts(check, CASES[check])


def test_the_rows_are_in_the_registries_own_words() -> None:
    stub = registered(V6, name="STUB-2405-4800SLASH32")
    rows = judge("multihome.provider_independent", held(answer(BOTH[0], stub, NUMBER))).observed
    assert [(row.where, row.ok) for row in rows] == [(V4, True), (V6, None), (AS, None)]
    assert rows[0].saw == "apnic, ASSIGNED PORTABLE, 103.9.0.0 - 103.9.3.255, P-VN, ORG-P-AP, VN"
    assert rows[1].saw.endswith("only points to another registry")


def test_the_rows_name_the_registry_to_write_to() -> None:
    rows = judge("multihome.irr", filed(irr(*OBJECTS, route_object(V6, 64666, "RADB")))).observed
    assert [(row.where, row.saw, row.ok) for row in rows] == [
        (f"{V4} {AS}", "APNIC", True),
        (f"{V6} {AS}", "APNIC", True),
        (f"{V6} AS64666", "another origin, in RADB", False),
    ]


def test_the_rows_tell_how_an_operator_is_known() -> None:
    rows = judge("multihome.aspa", authorised(payloads((aspa(UP1, UP3),)))).observed
    assert [(row.where, row.saw, row.ok) for row in rows] == [
        (f"{AS}: AS{UP1} (A)", "declared and observed; in the ASPA", True),
        (f"{AS}: AS{UP2} (B)", "declared and observed; not in the ASPA", False),
    ]


def test_a_prefix_without_a_record_is_put_down_to_the_source_that_broke_off() -> None:
    broken = replace(answer(failure=_BROKEN), id="b", source="rdap-v6.json")
    outcome = judge("multihome.provider_independent", held(answer(BOTH[0], NUMBER), broken))
    assert (outcome.message, outcome.failure) == ("no_record", _BROKEN)
    assert ("rdap-v6.json", _BROKEN.detail) in {(row.where, row.saw) for row in outcome.observed}
