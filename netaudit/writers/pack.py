"""What is said of an evidence pack: what it holds, and what differs when it is judged again."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from netaudit.model.run import Result, Run
from netaudit.model.verdict import Target
from netaudit.writers import words
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["PackNotices"]

_NAMED = 8


class PackNotices:
    """One language's lines. `language` is `vi` or `en`."""

    def __init__(self, language: str) -> None:
        self._wording = Wording(language)

    def packed(self, files: int, output: Path) -> str:
        """What was written."""
        told = self._wording.gettext(
            "%(number)s files with their hashes in %(path)s; netaudit verify judges them again"
        )
        return told % {"number": self._wording.number(files), "path": one_line(str(output))}

    def verified(self, results: int, differing: int) -> str:
        """The last line of a verification."""
        number = self._wording.number
        if not differing:
            told = self._wording.gettext("exit 0: all hashes and all %(results)s results agree")
            return told % {"results": number(results)}
        told = self._wording.ngettext("exit 1: %(number)s thing differs", "exit 1: %(number)s things differ", differing)
        return told % {"number": number(differing)}

    def difference(self, subject: tuple[str, Target], old: Result | None, new: Result | None) -> str:
        """One result: what the pack says, and what its facts say here."""
        check, target = subject
        told = self._wording.gettext("%(check)s %(target)s: packed: %(old)s; judged again: %(new)s")
        return told % {"check": check, "target": str(target), "old": self._said(old), "new": self._said(new)}

    def more(self, number: int) -> str:
        """After a list that was cut."""
        return self._wording.ngettext("and %(number)s more", "and %(number)s more", number) % {
            "number": self._wording.number(number)
        }

    def circumstances(self, packed_by: str, run: Run, changed: Sequence[str]) -> Iterator[str]:
        """What may explain differences: other checks, and earlier scans that are not in the pack."""
        if changed:
            told = self._wording.gettext(
                "%(number)s checks are not those of the tool that packed (%(tool)s): %(checks)s"
            )
            shown = ", ".join(changed[:_NAMED]) + (" …" if len(changed) > _NAMED else "")
            yield told % {
                "number": self._wording.number(len(changed)), "tool": one_line(packed_by), "checks": shown,
            }  # fmt: skip
        if run.comparison is not None and run.comparison.since is not None:
            yield self._wording.gettext("the run was judged beside an earlier one, which is not in the pack")

    def _said(self, result: Result | None) -> str:
        if result is None:
            return "–"
        outcome = result.verdict.outcome
        status = self._wording.gettext(words.STATUSES[outcome.status])
        arguments = ", ".join(f"{name}={value}" for name, value in sorted(outcome.args.items()))
        return f"{status} ({outcome.message}{': ' if arguments else ''}{arguments})"
