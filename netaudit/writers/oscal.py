"""The run as OSCAL assessment results (NIST, version 1.2): observations of checks, findings about clauses.

A finding says that a clause is satisfied or is not. Of a clause that could not be measured there is none: what could
not be tested is an observation with a remark. No assessment plan is invented: `import-ap` leads to a note that says
so. UUIDs are of version 5, made from the run's own ids, so that one run always gives the same octets.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec

from netaudit.model.inventory import Waiver
from netaudit.model.run import ClauseResult, ClauseStatus, Result, Run
from netaudit.model.verdict import Status, Target
from netaudit.writers import words
from netaudit.writers.files import make_folder, write_whole
from netaudit.writers.findings import waivers_of
from netaudit.writers.report import Report
from netaudit.writers.safe import one_line
from netaudit.writers.summary import when
from netaudit.writers.wording import Wording

__all__ = ["OSCAL_FILE", "OSCAL_VERSION", "run_oscal", "write_oscal"]

OSCAL_FILE = "oscal-ar.json"
OSCAL_VERSION = "1.2.3"

_NAMES = UUID("6b1f6c1e-6d3c-5a37-9b0c-2f1f0a9d7c11")  # ours alone: any constant would do
_NAMESPACE = "urn:netaudit:ns:oscal"
_SATISFIED = {
    ClauseStatus.MET: "satisfied", ClauseStatus.ATTESTED: "satisfied", ClauseStatus.PARTLY: "not-satisfied",
    ClauseStatus.UNMET: "not-satisfied",
}  # fmt: skip
_TOKEN = re.compile(r"[^A-Za-z0-9._-]")
_LONG, _SHORT = 2_000, 300
_MOST_SUBJECTS = 5_000


def write_oscal(run: Run, out: Path, language: str) -> list[Path]:
    """Write `out/oscal-ar.json` and return its path; `language` is `vi` or `en`. Raises OSError."""
    make_folder(out)
    path = out / OSCAL_FILE
    write_whole(path, run_oscal(run, language))
    return [path]


def run_oscal(run: Run, language: str) -> bytes:
    """Return the run as OSCAL assessment results in JSON: equal runs give equal octets."""
    document = {"assessment-results": _Results(Report(run, Wording(language))).document()}
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


class _Results:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._run = report.run
        self._language = report.wording.language
        self._say = report.wording.gettext
        self._waivers = waivers_of(report.run)
        rules = "+".join(profile.edition for profile in self._run.profiles)
        self._key = f"{self._run.id} {self._run.judged_at} {self._run.catalogue_sha256} {rules} {self._language}"
        self._observed = self._observations()

    def document(self) -> dict[str, Any]:
        note = self._uuid("note")
        title = f"{self._text(self._run.province.name.in_language(self._language))}: {self._say('compliance report')}"
        return {
            "uuid": self._uuid("document"),
            "metadata": {
                "title": title,
                "last-modified": when(self._run.judged_at),
                "version": self._text(self._run.id),
                "oscal-version": OSCAL_VERSION,
                "props": [
                    _prop("tool", self._text(self._run.tool)),
                    *(_prop("profile", profile.edition) for profile in self._run.profiles),
                ],
            },
            "import-ap": {"href": f"#{note}"},
            "results": [self._result()],
            "back-matter": {
                "resources": [
                    {
                        "uuid": note,
                        "title": self._say("There is no assessment plan in OSCAL"),
                        "description": self._say(
                            "What is assessed is said by the profiles that are named here and by the inventory."
                        ),
                    }
                ]
            },
        }

    def _result(self) -> dict[str, Any]:
        controls = list(dict.fromkeys(_token(result.clause) for result in self._run.clauses))
        selected: dict[str, Any] = {"include-controls": [{"control-id": control} for control in controls]}
        result: dict[str, Any] = {
            "uuid": self._uuid("result"),
            "title": self._text(self._run.id),
            "description": self._say("Observations from the network, judged by the profiles' clauses."),
            "start": when(self._run.started),
            "end": when(self._run.ended),
            "props": [_prop("complete", "yes" if self._run.complete else "no")],
            "reviewed-controls": {"control-selections": [selected if controls else {"include-all": {}}]},
        }
        items = [self._item(target) for target in self._targets()]
        findings = list(self._findings())
        parts = {
            "local-definitions": {"inventory-items": items} if items else {},
            "observations": [observation for observation, _ in self._observed],
            "findings": findings,
        }
        result |= {name: part for name, part in parts.items() if part}
        if not self._run.complete:
            reason = self._text(self._run.incomplete_reason)
            result["remarks"] = f"{self._say('The scan did not come to its end.')} {reason}".strip()
        return result

    # -- what was looked at

    def _targets(self) -> Iterable[Target]:
        return dict.fromkeys(result.verdict.target for result in self._run.results)

    def _item(self, target: Target) -> dict[str, Any]:
        return {
            "uuid": self._subject_uuid(target),
            "description": self._text(self._report.target(target)),
            "props": [_prop("target-kind", target.kind)],
        }

    def _subject(self, target: Target) -> dict[str, Any]:
        title = self._text(self._report.target(target))
        return {"subject-uuid": self._subject_uuid(target), "type": "inventory-item", "title": title}

    # -- observations

    def _observations(self) -> list[tuple[dict[str, Any], tuple[Result, ...]]]:
        """One for each result that is no pass, and one for each check's passes, with the results that it stands for."""
        passed: dict[str, list[Result]] = defaultdict(list)
        found: list[tuple[dict[str, Any], tuple[Result, ...]]] = []
        for result in self._run.results:
            status = result.verdict.outcome.status
            if status is Status.PASS:
                passed[result.verdict.check].append(result)
            elif status is not Status.NOT_APPLICABLE:
                found.append((self._observation(result), (result,)))
        for check, results in passed.items():
            for start in range(0, len(results), _MOST_SUBJECTS):
                part = tuple(results[start : start + _MOST_SUBJECTS])
                found.append((self._passes(check, part), part))
        return found

    def _observation(self, result: Result) -> dict[str, Any]:
        verdict = result.verdict
        status = verdict.outcome.status
        observation: dict[str, Any] = {
            "uuid": self._uuid("observation", result.id),
            "title": self._text(self._report.check_title(verdict.check)),
            "description": self._text(self._report.sentence(result), _LONG),
            "props": [
                _prop("check", self._text(verdict.check)), _prop("status", status), _prop("severity", result.severity)
            ],
            "methods": ["EXAMINE" if status is Status.MANUAL else "TEST"],
            "subjects": [self._subject(verdict.target)],
            "collected": when(self._run.started),
        }  # fmt: skip
        remark = self._remark(result)
        return {**observation, "remarks": remark} if remark else observation

    def _remark(self, result: Result) -> str:
        failure = result.verdict.outcome.failure
        if failure is not None:
            side = f"{self._say('Whose side')}: {self._say(words.SIDES[failure.side])}"
            return f"{self._say('Could not be tested')}: {self._say(words.REASONS[failure.reason])} ({side})"
        waiver = self._waivers.get(result.id)
        return self._excuse(waiver) if result.waived and waiver is not None else ""

    def _excuse(self, waiver: Waiver) -> str:
        word = self._say("waived")
        return f"{word}: {self._text(f'{waiver.reason} ({waiver.approver}; {waiver.expires})', _LONG)}"

    def _passes(self, check: str, results: tuple[Result, ...]) -> dict[str, Any]:
        title = self._text(self._report.check_title(check))
        return {
            "uuid": self._uuid("passes", check, results[0].id),
            "title": title,
            "description": f"{title}: {self._say(words.STATUSES[Status.PASS])} ({len(results)})",
            "props": [_prop("check", self._text(check)), _prop("status", Status.PASS)],
            "methods": ["TEST"],
            "subjects": [self._subject(target) for target in dict.fromkeys(r.verdict.target for r in results)],
            "collected": when(self._run.started),
        }

    # -- findings

    def _findings(self) -> Iterator[dict[str, Any]]:
        by_clause: dict[str, list[str]] = defaultdict(list)
        for observation, results in self._observed:
            for clause in dict.fromkeys(clause for result in results for clause in result.clauses):
                by_clause[clause.rpartition("/")[2]].append(observation["uuid"])
        for counted in self._run.clauses:
            state = _SATISFIED.get(counted.status)
            if state is not None:
                yield self._finding(counted, state, by_clause.get(counted.clause, ()))

    def _finding(self, counted: ClauseResult, state: str, observations: Iterable[str]) -> dict[str, Any]:
        known = self._report.clause(counted.profile, counted.clause)
        text = self._text(known.text.in_language(self._language) if known is not None else counted.clause, _LONG)
        finding: dict[str, Any] = {
            "uuid": self._uuid("finding", counted.profile, counted.clause),
            "title": self._text(f"{counted.profile} {counted.clause}"),
            "description": text,
            "props": [
                _prop("profile", _token(counted.profile)), _prop("severity", counted.severity),
                _prop("passed", str(counted.passed)), _prop("measurable", str(counted.measurable)),
                _prop("total", str(counted.total)),
            ],
            "target": {
                "type": "objective-id", "target-id": _token(counted.clause),
                "status": {"state": state, "reason": "pass" if state == "satisfied" else "fail"},
            },
        }  # fmt: skip
        related = [{"observation-uuid": uuid} for uuid in observations]
        if related:
            finding["related-observations"] = related
        if counted.attestation is not None:
            attested = self._report.attested(counted)
            finding["remarks"] = f"{self._say('attested')}: {self._text(attested, _LONG)}"
        return finding

    # -- helpers

    def _uuid(self, *parts: str) -> str:
        return str(uuid5(_NAMES, "\0".join((self._key, *parts))))

    def _subject_uuid(self, target: Target) -> str:
        """The same in every run of a province: what is looked at stays what it is."""
        return str(uuid5(_NAMES, f"{self._run.province.id}\0{target}"))

    def _text(self, text: str, limit: int = _SHORT) -> str:
        """Never empty, for OSCAL has no empty text, nor with blanks at its ends."""
        return one_line(text, limit).strip() or "–"


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": _NAMESPACE, "value": value}


def _token(text: str) -> str:
    """A token of XML: letters, digits, dots, hyphens, and no digit at the beginning."""
    plain = _TOKEN.sub("_", text)
    return plain if plain[:1].isalpha() or plain.startswith("_") else f"_{plain}"
