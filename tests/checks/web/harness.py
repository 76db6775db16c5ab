"""Runs a check as the engine does: judge and YAML together, parameters from the YAML, messages held to its texts."""

import importlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import msgspec

from netaudit.content import content_path
from netaudit.model.evidence import Evidence
from netaudit.model.profile import CheckInfo
from netaudit.model.verdict import Argument, Outcome, Status
from netaudit.rules.zones import trouble

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_OF_TARGET = {"target", "host", "scheme", "port"}


@dataclass(frozen=True)
class Case:
    """One piece of evidence and what must come of it; `args` are those that matter, `failure` among them."""

    name: str
    evidence: Evidence
    status: Status
    message: str
    args: dict[str, Argument] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)


def info(check: str) -> CheckInfo:
    """The check's YAML."""
    family, _, name = check.partition(".")
    path = Path(content_path("checks")) / family / f"{name}.yaml"
    return msgspec.yaml.decode(path.read_bytes(), type=CheckInfo)


def judge(check: str, evidence: Evidence, **parameters: Any) -> Outcome:
    """The check's outcome, with its own default parameters."""
    module = importlib.import_module(f"checks.{check}")
    judged = cast("Callable[..., Outcome]", module.judge)
    return judged(evidence, **{**info(check).parameters, **parameters})


def hold(check: str, case: Case) -> None:
    """Assert the outcome of a case, and that its sentence can be written in both languages."""
    outcome = judge(check, case.evidence, **case.parameters)
    assert (outcome.status, outcome.message) == (case.status, case.message), outcome
    told = {**outcome.args, "failure": trouble(outcome.failure) if outcome.failure is not None else ""}
    assert {name: told.get(name) for name in case.args} == case.args
    assert (outcome.failure is not None) == (outcome.status is Status.COULD_NOT_TEST)
    text = info(check).messages[outcome.message]
    known = {*outcome.args, *(["reason"] if outcome.failure is not None else [])}
    for sentence in (text.vi, text.en):
        assert set(_PLACEHOLDER.findall(sentence)) <= known
    assert set(_PLACEHOLDER.findall(info(check).recheck)) <= _OF_TARGET | set(outcome.args)


def pairs(cases: dict[str, list[Case]]) -> list[tuple[str, Case]]:
    """Every check with each of its cases, for parametrize."""
    return [(check, case) for check, found in cases.items() for case in found]


def labels(cases: dict[str, list[Case]]) -> list[str]:
    """The ids of `pairs`."""
    return [f"{check}-{case.name}" for check, case in pairs(cases)]


def hold_texts(check: str, cases: Iterable[Case]) -> None:
    """Assert that the YAML's messages are exactly those that the cases produce, and that nothing is left empty."""
    about = info(check)
    assert about.id == check
    assert set(about.messages) == {case.message for case in cases}
    texts = [about.title, about.why, about.fix, *about.messages.values()]
    assert all(text.vi.strip() and text.en.strip() and text.vi != text.en for text in texts)
    for text in about.messages.values():
        assert set(_PLACEHOLDER.findall(text.vi)) == set(_PLACEHOLDER.findall(text.en))
    assert about.recheck
    assert about.references
    named = {name for case in cases for name in judge(check, case.evidence, **case.parameters).args}
    assert set(about.stable) <= named


def hold_statuses(cases: Iterable[Case], *wanted: Status) -> None:
    """Assert that the cases show each of these statuses."""
    assert set(wanted) <= {case.status for case in cases}
