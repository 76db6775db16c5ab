"""Nights of scans: runs of one small province whose verdicts a test chooses."""

from collections.abc import Iterable, Mapping
from functools import cache

import msgspec

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.expiry import Expiry
from netaudit.model.profile import Severity
from netaudit.model.run import Result, Run
from netaudit.model.verdict import (
    Outcome,
    Target,
    TargetKind,
    Verdict,
    could_not_test,
    failed,
    fingerprint,
    not_applicable,
    passed,
    warned,
)
from netaudit.notify.settings import NotifyFile, Route, SecretPlace, Smtp, Webhook
from tests.writers.synthetic import AT, province_run

__all__ = ["DAY", "DNS", "MAIL", "SIGNED", "WEB", "ZONE", "night", "route", "settings"]

DAY = 86_400.0
ZONE = "dalat.lamdong.gov.vn"
WEB = ("web.certificate_expiry", Target(kind=TargetKind.ENDPOINT, name="https://dalat.lamdong.gov.vn:443"))
DNS = ("dns.tcp", Target(kind=TargetKind.ZONE, name=ZONE))
SIGNED = ("dnssec.signed", Target(kind=TargetKind.ZONE, name="baoloc.lamdong.gov.vn"))
MAIL = ("mail.starttls", Target(kind=TargetKind.MAIL, name="lamdong.gov.vn"))
_SEVERITY = {DNS: Severity.MEDIUM, WEB: Severity.HIGH, SIGNED: Severity.CRITICAL, MAIL: Severity.LOW}
_UNITS = {DNS: ("da-lat",), WEB: ("da-lat",), SIGNED: ("bao-loc",), MAIL: ("da-lat", "bao-loc")}
_TIMEOUT = Failure(reason=Reason.TIMEOUT, side=Side.PATH)
_OUTCOMES: dict[str, Outcome] = {
    "pass": passed("ok", total=4),
    "fail": failed("bad", servers=("ns1",), until="x"),
    "warn": warned("bad", servers=("ns1",), until="x"),
    "other": failed("worse"),
    "untested": could_not_test("gap", _TIMEOUT, reason="timeout"),
    "moot": not_applicable("none"),
}

Subject = tuple[str, Target]


@cache
def _base() -> Run:
    return province_run()


def night(
    number: int,
    states: Mapping[Subject, str],
    *,
    complete: bool = True,
    waived: Iterable[Subject] = (),
    expiries: tuple[Expiry, ...] = (),
    vantage: str = "Đà Lạt",
) -> Run:
    """The run of a night. `states`: what is not passed; "gone" and "left out" have no result at all."""
    results = []
    for subject in _SEVERITY:
        word = states.get(subject, "pass")
        if word in ("gone", "left out"):
            continue
        verdict = Verdict(check=subject[0], target=subject[1], outcome=_OUTCOMES[word])
        results.append(
            Result(
                id=fingerprint(verdict),
                verdict=verdict,
                severity=_SEVERITY[subject],
                units=_UNITS[subject],
                waived=subject in waived,
            )
        )
    started = AT + number * DAY
    return msgspec.structs.replace(
        _base(),
        id=f"night-{number}",
        started=started,
        ended=started + 60,
        complete=complete,
        results=tuple(results),
        left_out=tuple(subject[1] for subject, word in states.items() if word == "left out"),
        expiries=expiries,
        vantage=vantage,
    )


def route(name: str = "all", **values: object) -> Route:
    """A route that tells one person of everything."""
    return msgspec.structs.replace(
        Route(name=name, to=(f"{name}@example.net",), severity=Severity.LOW), **{"include_names": True, **values}
    )


def settings(*routes: Route, **values: object) -> NotifyFile:
    """A notify file with a mail server and a webhook that nobody asks."""
    return msgspec.structs.replace(
        NotifyFile(
            schema=1,
            routes=routes or (route(),),
            smtp=Smtp(host="localhost", sender="netaudit@lamdong.gov.vn", security="none"),
            webhooks={"hook": Webhook(url="https://hook.invalid/", secret=SecretPlace(environment="HOOK"))},
        ),
        **values,
    )
