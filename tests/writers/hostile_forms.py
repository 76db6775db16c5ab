"""A run in which every text that a server, a file or a person gave attacks a spreadsheet or a page of Markdown."""

from datetime import date

import msgspec

from netaudit.model.change import Change, Comparison, Difference
from netaudit.model.common import Failure, Reason, Side, Text
from netaudit.model.expiry import Expiry
from netaudit.model.inventory import Attestation
from netaudit.model.profile import Severity
from netaudit.model.run import Coverage, Result, Run
from netaudit.model.verdict import Argument, Target, TargetKind, Verdict, could_not_test, failed
from tests.writers.synthetic import AT, CHECKS, HOSTILE, province_run

__all__ = ["ATTACKS", "changed", "under_attack"]

ATTACKS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", "\uff1d1+1", "\uff201",
    "=HYPERLINK(\"https://evil.example/\")", "=cmd|' /C calc'!A0", "a;=1+1", "a; @SUM(A1)", '";=1+1', "{=1+1}",
    "https://evil.example/", "www.evil.example", "mailto:a@evil.example", "internal:Sheet1!A1", "_x0041_", "1e5",
    "[x](https://evil.example/)", "![x](https://evil.example/x.png)", "<b>x</b>", "<!-- ", "&lt;", "`x`", "``` x",
    "2026-11-24", "a|b|c",
    "\n# x", "\n\n| a |\n| - |", "**x** ~~x~~ $x$", "@everyone", "<https://evil.example/>", "x\\", "", " ",
    *HOSTILE,
)  # fmt: skip


def under_attack() -> Run:
    """The sample province, with an attack in each text field of each row."""
    run = province_run()
    results = tuple(result for n, text in enumerate(ATTACKS) for result in _results(n, text))
    first = ATTACKS[0]
    return msgspec.structs.replace(
        run,
        id=first,
        tool=first,
        vantage=first,
        proposed=first,
        complete=False,
        incomplete_reason=ATTACKS[10],
        province=msgspec.structs.replace(run.province, name=Text(first, first)),
        tiers=tuple(msgspec.structs.replace(tier, name=_text(n)) for n, tier in enumerate(run.tiers)),
        units=tuple(msgspec.structs.replace(unit, name=_text(n)) for n, unit in enumerate(run.units)),
        profiles=tuple(
            msgspec.structs.replace(
                profile,
                name=_text(n),
                clauses=tuple(msgspec.structs.replace(c, text=_text(n), source=ATTACKS[n]) for c in profile.clauses),
            )
            for n, profile in enumerate(run.profiles)
        ),
        clauses=tuple(
            msgspec.structs.replace(
                clause,
                attestation=Attestation(field="f", document=first, date=date(2026, 1, 1), signer=first),
                failing=ATTACKS,
                untested=ATTACKS,
            )
            for clause in run.clauses
        ),
        coverage=tuple(
            Coverage(tier=text, kind=text, expected=3, listed=3, declared=2, present=1, working=1, untested=0)
            for text in ATTACKS
        ),
        pillar_coverage=tuple(
            Coverage(tier=text, kind=text, expected=3, listed=3, declared=2, present=1, working=1, untested=0)
            for text in ATTACKS
        ),
        registers=tuple(msgspec.structs.replace(run.registers[0], register=text) for text in ATTACKS),
        expiries=tuple(
            Expiry(kind="certificate", at=AT + n, subject=text, affected=ATTACKS) for n, text in enumerate(ATTACKS)
        ),
        results=results,
        comparison=changed([result.verdict for result in results]),
    )  # fmt: skip


def changed(verdicts: list[Verdict]) -> Comparison:
    """Every verdict is of each difference."""
    changes = tuple(
        Change(difference=difference, check=verdict.check, target=verdict.target, before=verdict, after=verdict)
        for difference in Difference
        for verdict in verdicts
    )
    return Comparison(before="earlier", since=AT - 86_400, changes=changes, unchanged={})


def _results(number: int, text: str) -> list[Result]:
    arguments: dict[str, Argument] = {"until": text, "servers": (text, text), "share": 0.5, "upstreams": (text,)}
    failure = Failure(reason=Reason.TLS, side=Side.PATH, detail=text)
    checks = sorted(CHECKS)
    wrong = failed("bad", **arguments)  # type: ignore[arg-type]
    verdicts = (
        Verdict(
            check=checks[number % len(checks)],
            target=Target(kind=TargetKind.ZONE, name=text),
            outcome=wrong,
        ),
        Verdict(
            check="dns.tcp", target=Target(kind=TargetKind.HOST, name=text), outcome=could_not_test("gap", failure)
        ),
        Verdict(check=text, target=Target(kind=TargetKind.HOST, name=text), outcome=failed(text, value=text)),
    )
    return [
        Result(id=f"{number}-{place}", verdict=verdict, severity=Severity.HIGH, clauses=(text,), units=(text, text))
        for place, verdict in enumerate(verdicts)
    ]


def _text(number: int) -> Text:
    text = ATTACKS[number % len(ATTACKS)]
    return Text(text, text)
