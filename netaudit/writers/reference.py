"""The reference of checks and profiles: one description, shown in a terminal or written as Markdown."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from netaudit.model.common import Language
from netaudit.model.profile import CheckInfo, Clause, Measure, Profile, Severity
from netaudit.model.verdict import Argument
from netaudit.writers import words
from netaudit.writers.wording import Wording

__all__ = [
    "GENERATED", "INDEX", "Part", "Use", "check_parts", "checks_table", "profile_parts", "profiles_table",
    "reference_pages", "uses_of",
]  # fmt: skip

GENERATED = "<!-- Written by `netaudit checks docs` from the files in checks/; edit those, not this page. -->"
INDEX = "README.md"

_SPECIAL = re.compile(r"([\\`*<\[\]|~])")  # what Markdown would read as its own


class Part(NamedTuple):
    """A heading with what stands under it: paragraphs, a list, or command lines."""

    heading: str
    body: tuple[str, ...]
    form: Literal["text", "list", "command"] = "text"


class Use(NamedTuple):
    """A clause that asks for a check, and the profile it belongs to."""

    profile: Profile
    clause: Clause


def uses_of(check: str, profiles: Iterable[Profile]) -> tuple[Use, ...]:
    """Return the clauses that name a check, the worst severity first."""
    uses = [
        Use(profile, clause) for profile in profiles for clause in profile.clauses if check in clause.measure.checks
    ]
    return tuple(sorted(uses, key=lambda use: use.clause.severity.rank))


def check_parts(info: CheckInfo, uses: Sequence[Use], wording: Wording) -> tuple[Part, ...]:
    """Describe a check in one language: why, fix, how it is tested, what it can say, who asks for it."""
    _say, language = wording.gettext, wording.language
    tested = _say("Once for each %(kind)s.") % {"kind": _say(words.TARGETS[info.target])}
    sentences = tuple(f"{name}: {text.in_language(language)}" for name, text in info.messages.items())
    asked = tuple(_use_line(use, wording) for use in uses) or (_say("No profile asks for it."),)
    parts = (
        Part(_say("Why it matters"), (info.why.in_language(language),)),
        Part(_say("How to fix it"), (info.fix.in_language(language),)),
        Part(_say("How it is tested"), (tested,)),
        Part(_say("What it can say"), sentences, "list"),
        Part(_say("Parameters"), tuple(f"{k} = {_value(v)}" for k, v in info.parameters.items()), "list"),
        Part(_say("By hand"), (info.recheck,) if info.recheck else (), "command"),
        Part(_say("May follow from"), info.explained_by, "list"),
        Part(_say("Asked for by"), asked, "list"),
        Part(_say("References"), info.references, "list"),
        Part(_say("Former names"), info.aliases, "list"),
    )
    return tuple(part for part in parts if part.body)


def profile_parts(profile: Profile, wording: Wording) -> tuple[Part, ...]:
    """Describe a profile in one language: what it rests on, then each clause with all that it claims."""
    _say = wording.gettext
    about = [_say("version of %(day)s") % {"day": wording.day(profile.version)}, _in_effect(profile, wording)]
    parts = [
        Part(profile.name.in_language(wording.language), tuple(about), "list"),
        Part(_say("Texts named"), profile.legal, "list"),
        Part(_say("Inherits from"), profile.inherits, "list"),
        *(
            Part(f"{clause.id}  {clause.text.in_language(wording.language)}", _clause_lines(clause, wording), "list")
            for clause in profile.clauses
        ),
    ]
    return tuple(part for part in parts if part.body)


def checks_table(checks: Iterable[CheckInfo], profiles: Sequence[Profile], wording: Wording) -> list[tuple[str, ...]]:
    """Return rows about checks, headings first. Severity is the worst that a clause of `profiles` gives."""
    _say = wording.gettext
    rows: list[tuple[str, ...]] = [(_say("Check"), _say("Target"), _say("Severity"), _say("Passes when"))]
    for info in checks:
        severity = _say(words.SEVERITIES[_worst(uses_of(info.id, profiles))])
        rows.append((info.id, _say(words.TARGETS[info.target]), severity, info.title.in_language(wording.language)))
    return rows


def profiles_table(profiles: Iterable[Profile], wording: Wording) -> list[tuple[str, ...]]:
    """Return rows about profiles, headings first."""
    _say = wording.gettext
    rows: list[tuple[str, ...]] = [(_say("Profile"), _say("Version"), _say("In effect"), _say("Clauses"), _say("Name"))]
    for profile in profiles:
        name = profile.name.in_language(wording.language)
        count = wording.number(len(profile.clauses))
        rows.append((profile.id, wording.day(profile.version), _in_effect(profile, wording), count, name))
    return rows


def reference_pages(checks: Mapping[str, CheckInfo], profiles: Sequence[Profile]) -> dict[str, str]:
    """Return the reference as Markdown: file name -> text, an index and one page a check, in both languages."""
    uses = {id: uses_of(id, profiles) for id in checks}
    pages = {f"{id}.md": _page(info, uses[id]) for id, info in sorted(checks.items())}
    return {INDEX: _index(checks, uses)} | pages


def _worst(uses: Sequence[Use]) -> Severity:
    return min((use.clause.severity for use in uses), key=lambda severity: severity.rank, default=Severity.INFO)


def _in_effect(profile: Profile, wording: Wording) -> str:
    start = wording.day(profile.effective)
    if profile.ended is None:
        return wording.gettext("in effect since %(day)s") % {"day": start}
    return wording.gettext("in effect from %(start)s to %(end)s") % {"start": start, "end": wording.day(profile.ended)}


def _use_line(use: Use, wording: Wording) -> str:
    clause, _say = use.clause, wording.gettext
    facts = [_say(words.SEVERITIES[clause.severity]), _basis(clause, wording)]
    if clause.deadline is not None:
        facts.append(f"{_say('Deadline')} {_deadline(clause, clause.deadline, wording)}")
    return f"{clause.id} ({use.profile.id}): {clause.text.in_language(wording.language)} [{'; '.join(facts)}]"


def _clause_lines(clause: Clause, wording: Wording) -> tuple[str, ...]:
    _say = wording.gettext
    rows = [
        (_say("Deadline"), "–" if clause.deadline is None else _deadline(clause, clause.deadline, wording)),
        (_say("Not before"), "" if clause.not_before is None else wording.day(clause.not_before)),
        (_say("Basis"), _basis(clause, wording)),
        (_say("Source"), clause.source),
        (_say("Severity"), _say(words.SEVERITIES[clause.severity])),
        (_say("Checks"), ", ".join(clause.measure.checks)),
        (_say("Passes when"), _measured(clause.measure, wording)),
        (_say("Parameters"), ", ".join(f"{k} = {_value(v)}" for k, v in clause.measure.parameters.items())),
        (_say("Note"), "" if clause.note is None else clause.note.in_language(wording.language)),
    ]
    return tuple(f"{label}: {text}" for label, text in rows if text)


def _basis(clause: Clause, wording: Wording) -> str:
    return f"{wording.gettext(words.BASIS[clause.basis])}, {wording.gettext(words.CONFIDENCE[clause.confidence])}"


def _deadline(clause: Clause, deadline: date, wording: Wording) -> str:
    doubt = clause.deadline_confidence
    return wording.day(deadline) + (f" ({wording.gettext(words.CONFIDENCE[doubt])})" if doubt is not None else "")


def _measured(measure: Measure, wording: Wording) -> str:
    """What the clause counts, and how much of it is enough."""
    if measure.kind == "attest":
        return wording.gettext("a person attests “%(field)s” in the inventory") % {"field": measure.field}
    kinds = ", ".join(_kind(kind, wording) for kind in measure.kinds)
    if measure.count is not None:
        return wording.gettext("at least %(count)s of: %(kinds)s") % {"count": measure.count, "kinds": kinds}
    share = wording.percent(1.0 if measure.ratio is None else measure.ratio, 1)
    return wording.gettext("%(share)s of what can be measured of: %(kinds)s") % {"share": share, "kinds": kinds}


def _kind(kind: str, wording: Wording) -> str:
    if kind == "*":
        return wording.gettext("every service")
    targets = {target.value: word for target, word in words.TARGETS.items()}
    return wording.gettext(words.KINDS.get(kind) or targets.get(kind, kind))


def _value(value: Argument) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _page(info: CheckInfo, uses: Sequence[Use]) -> str:
    lines = [GENERATED, "", f"# {info.id}", ""]
    for language in (Language.EN, Language.VI):
        wording = Wording(language)
        lines += [f"## {_markdown(info.title.in_language(language))}", ""]
        for part in check_parts(info, uses, wording):
            lines += [f"### {_markdown(part.heading)}", "", *_body(part), ""]
    return "\n".join(lines)


def _body(part: Part) -> Iterator[str]:
    if part.form == "command":
        yield from ("```sh", *part.body, "```")
    elif part.form == "list":
        yield from (f"- {_markdown(line)}" for line in part.body)
    else:
        yield from (_markdown(line) for line in part.body)


def _index(checks: Mapping[str, CheckInfo], uses: Mapping[str, Sequence[Use]]) -> str:
    english, vietnamese = Wording(Language.EN), Wording(Language.VI)
    lines = [GENERATED, "", "# Checks · Phép kiểm tra", ""]
    lines += [
        "The severity is the worst that any profile gives; `netaudit profiles show ID --lang en` prints the clauses.",
        "",
        "Mức độ là mức nặng nhất mà các bộ tiêu chí quy định; `netaudit profiles show ID` in từng mục.",
        "",
    ]
    for family in sorted({info.family for info in checks.values()}):
        names = [wording.gettext(words.word(words.PILLARS, family)) for wording in (english, vietnamese)]
        lines += [f"## {' · '.join(dict.fromkeys(names))}", "", "| Check | About | Severity | Passes when | Đạt khi |"]
        lines += ["|---|---|---|---|---|"]
        for id, info in sorted(checks.items()):
            if info.family == family:
                severity = english.gettext(words.SEVERITIES[_worst(uses[id])])
                cells = (english.gettext(words.TARGETS[info.target]), severity, info.title.en, info.title.vi)
                lines.append(f"| [{id}]({id}.md) | {' | '.join(map(_markdown, cells))} |")
        lines.append("")
    return "\n".join(lines)


def _markdown(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
