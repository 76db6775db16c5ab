"""From a verdict to a sentence: message id and typed arguments in, text of the reader's language out."""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from urllib.parse import urlsplit

from netaudit.dns.reasons import explain
from netaudit.model.profile import CheckInfo
from netaudit.model.run import Run
from netaudit.model.verdict import Argument, Outcome, Target, TargetKind, Verdict
from netaudit.writers import words
from netaudit.writers.names import both_ways
from netaudit.writers.rechecks import as_service
from netaudit.writers.safe import bounded
from netaudit.writers.wording import Wording

__all__ = ["argument_text", "filled", "recheck_command", "sentence"]

# Only {name}: no attribute, index, conversion or format, so a hostile message can't reach into an object.
_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ROOM = 48  # characters of a list that a brief sentence shows, its first item in any case


def sentence(run: Run, verdict: Verdict, wording: Wording, *, brief: bool = False) -> str:
    """Return what the verdict says; `brief` counts what is beyond the first items of long lists.

    A message or argument that the catalogue lacks stays visible by name. `{reason}` is why there is no value, or why
    a security status is not secure, in words.
    """
    outcome = verdict.outcome
    info = run.checks.get(verdict.check)
    text = info.messages.get(outcome.message) if info is not None else None
    if text is None:
        shown = ", ".join(f"{name} = {argument_text(value, wording)}" for name, value in sorted(outcome.args.items()))
        return f"{outcome.message} ({shown})" if shown else outcome.message
    given = {name: _worded(run, name, value, wording) for name, value in outcome.args.items()}
    values: dict[str, Argument] = {"target": verdict.target.name, **given, **_reason(outcome, wording)}
    return filled(text.in_language(wording.language), values, lambda value: argument_text(value, wording, brief=brief))


def filled(template: str, values: Mapping[str, Argument], show: Callable[[Argument], str]) -> str:
    """Return `template` with each {name} replaced; a name without a value becomes ⟨name?⟩."""

    def replace(match: re.Match[str]) -> str:
        value = values.get(match[1])
        return f"⟨{match[1]}?⟩" if value is None else show(value)

    return _PLACEHOLDER.sub(replace, template)


def argument_text(value: Argument, wording: Wording, *, brief: bool = False) -> str:
    """Return one argument in words. Whole numbers stay ungrouped: many are serials, key tags or AS numbers."""
    if isinstance(value, bool):
        return wording.gettext("yes") if value else wording.gettext("no")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return wording.number(round(value, 3))
    if isinstance(value, tuple):
        items = [_text(item, wording) for item in value]
        return (wording.joined(items, _fitting(items)) if brief else wording.joined(items)) or "–"
    return _text(value, wording)


def recheck_command(info: CheckInfo, verdict: Verdict) -> str:
    """Return the command line that asks again, ready to paste: every value is quoted for the shell."""
    values: dict[str, Argument] = {**_target_parts(verdict.target), **verdict.outcome.args}
    return filled(as_service(info.recheck, str(values.get("scheme", ""))), values, _shell_word)


def _worded(run: Run, name: str, value: Argument, wording: Wording) -> Argument:
    """Arguments of these names are ids of the inventory or words of the model: `kind`, `tier`, `units`, `over`."""
    if isinstance(value, str) and name == "kind":
        return wording.gettext(words.word(words.KINDS, value))
    if isinstance(value, str) and name == "tier":
        return next((tier.name.in_language(wording.language) for tier in run.tiers if tier.id == value), value)
    if isinstance(value, tuple) and name == "units":
        names = {unit.id: unit.name.in_language(wording.language) for unit in run.units}
        return tuple(names.get(unit, unit) for unit in value)
    if isinstance(value, tuple) and name == "over":
        return tuple(words.word(words.FAMILIES, family) for family in value)
    return value


def _reason(outcome: Outcome, wording: Wording) -> dict[str, Argument]:
    """The word of `netaudit.dns.reasons` that the judge gave says more than the failure that it led to."""
    given = outcome.args.get("reason")
    if isinstance(given, str):
        return {"reason": wording.gettext(explain(given))}
    if outcome.failure is not None:
        return {"reason": wording.gettext(words.REASONS[outcome.failure.reason])}
    return {}


def _fitting(items: Sequence[str]) -> int:
    """How many items fit into `_ROOM` characters; at least one."""
    ends = accumulate(len(item) + len(", ") for item in items)
    return max(1, sum(end <= _ROOM for end in ends))


def _text(value: str, wording: Wording) -> str:
    try:
        if _INSTANT.fullmatch(value):
            at = datetime.fromisoformat(value.replace("Z", "+00:00"))
            return wording.instant(at.astimezone(UTC).timestamp())
        if _DAY.fullmatch(value):
            return wording.day(datetime.fromisoformat(value).date())
    except (ValueError, OverflowError):
        return bounded(value)
    return both_ways(value) if "xn--" in value else bounded(value)


def _target_parts(target: Target) -> dict[str, Argument]:
    parts: dict[str, Argument] = {"target": target.name, "host": target.name, "zone": target.name}
    if target.kind is TargetKind.ENDPOINT:
        try:
            url = urlsplit(target.name)
            parts |= {"host": url.hostname or target.name, "scheme": url.scheme, "port": url.port or 0}
        except ValueError:
            return parts
    return parts


def _shell_word(value: Argument) -> str:
    if isinstance(value, tuple):
        return " ".join(_shell_word(item) for item in value[:16])
    text = bounded(str(value), 300)
    if isinstance(value, str) and text.startswith("-"):
        text = f"⟨{text}⟩"  # a name must not become an option
    return shlex.quote(text)
