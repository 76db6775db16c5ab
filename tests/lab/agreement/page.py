"""docs/agreement.md, made from the rows."""

import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.lab.agreement.healthy import ALGORITHMS, DENIALS, HEALTHY
from tests.lab.agreement.matrix import CASES, MODULES
from tests.lab.agreement.places import DELV, RESOLVERS
from tests.lab.agreement.resolvers import version
from tests.lab.agreement.rows import OURS, Reasons, Row

__all__ = ["PAGE", "page", "versions"]

PAGE = Path(__file__).parents[3] / "docs" / "agreement.md"
_SIGNERS = {"bind": "BIND", "knot": "Knot DNS", "ldns": "ldns-signzone, NSD"}
_EVERYBODY = (*RESOLVERS, DELV, OURS)


def page(rows: Sequence[Row], reasons: Reasons) -> str:
    """The whole page."""
    broken = [row for row in rows if row.zone in CASES]
    healthy = [row for row in rows if row.zone not in CASES]
    unanimous = sum(row.unanimous for row in rows)
    return "\n".join(
        [
            _head(len({row.zone for row in rows}), len(rows), unanimous),
            *_differences([row for row in rows if not row.unanimous], reasons),
            _healthy(healthy),
            *(_section(module.__name__, module.__doc__ or "", broken) for module in MODULES),
        ]
    )


def versions() -> str:
    """The resolvers and their versions, as the page names them."""
    return ", ".join(f"{resolver} {version(resolver)}" for resolver in RESOLVERS)


def _head(zones: int, rows: int, unanimous: int) -> str:
    return f"""# Agreement with validating resolvers

{versions()}, {DELV} (BIND's validator as a tool, which fetches
through BIND) and netaudit were asked the same questions about the same {zones} zones, from the same root and trust
anchor, in network namespaces. Of {rows} questions {unanimous} have one answer from all; where they differ, the
reason is below.

{_faults()} of the zones are faulty, each in its own way: some answer about them must be bogus, or not to be told.
Others are merely unusual, or insecure, or healthy. All 52 names of the test bed of extended DNS errors (Nosyk et al.,
IMC 2023, doi 10.1145/3618257.3624835) are among them.

`make agreement` measures again and writes this page; the test `tests/lab/test_agreement.py` holds it to what is
measured. How each zone is broken can be read in `tests/lab/agreement/`.

- secure: the resolver sets AD. insecure: it answers without. bogus: it answers SERVFAIL, but answers with CD=1.
  indeterminate: it answers with CD=1 neither. Of {DELV}: what it says of the records; what it refuses is bogus where
  BIND answers with CD=1. A number is the Extended DNS Error (RFC 8914) that came along; a word is netaudit's reason
  (see [dns.md](dns.md)), under the policy `software`.
"""


def _faults() -> int:
    """How many zones of the matrix have an answer that must be bogus or indeterminate."""
    return sum(any(q.meant in ("bogus", "indeterminate") for q in case.questions) for case in CASES.values())


def _differences(rows: Sequence[Row], reasons: Reasons) -> list[str]:
    wrong = [row for row in rows if row.id in reasons and reasons[row.id].wrong]
    rest = [row for row in rows if row not in wrong]
    parts = [_explained("Where netaudit is wrong", wrong, reasons)] if wrong else []
    return [*parts, _explained("Where resolvers differ", rest, reasons)]


def _explained(title: str, rows: Iterable[Row], reasons: Reasons) -> str:
    listed: dict[str, list[Row]] = {}
    for row in rows:
        listed.setdefault(reasons[row.id].text if row.id in reasons else "**Unexplained.**", []).append(row)
    parts = [f"## {title}\n"]
    for reason, group in listed.items():
        parts += [_table(group), textwrap.fill(reason, 120), ""]
    return "\n".join(parts)


def _healthy(rows: Sequence[Row]) -> str:
    asked = ", ".join(f"{question.owner} {question.rdtype}" for question in HEALTHY[0].questions)
    lines = [
        "## Healthy zones, signed by real signers\n",
        f"Asked of each: {asked}.\n",
        "All is secure but names below the unsigned child `kid`, and in zones with opt-out also what only an opt-out",
        "record proves (RFC 5155 section 9.2): names that do not exist, wildcards, the missing DS. (ldns lists",
        "unsigned delegations even with opt-out, so that the missing DS is proved.) The number is that of questions on",
        "which all agree.\n",
        f"| signer | algorithm | {' | '.join(DENIALS)} |",
        f"|---|---|{'---|' * len(DENIALS)}",
    ]
    for signer, shown in _SIGNERS.items():
        for algorithm in ALGORITHMS:
            cells = [_agreeing(rows, f"{signer}-{algorithm}-{denial}") for denial in DENIALS]
            lines.append(f"| {shown} | {algorithm} {ALGORITHMS[algorithm][2]} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _agreeing(rows: Iterable[Row], zone: str) -> str:
    found = [row for row in rows if row.zone == zone]
    return f"{sum(row.unanimous for row in found)} of {len(found)}" if found else "–"


def _section(module: str, title: str, rows: Iterable[Row]) -> str:
    name = module.rpartition(".")[2]
    lines = [f"## {title.strip().splitlines()[0].rstrip('.')}\n"]
    lines += [
        "| zone | what is wrong | question | " + " | ".join(_EVERYBODY) + " |",
        "|---|---|---|" + "---|" * len(_EVERYBODY),
    ]
    before = ""
    for row in rows:
        case = CASES[row.zone]
        if case.section == name:
            first = f"| {row.zone} | {case.what} " if row.zone != before else "| | "
            lines.append(f"{first}| {row.question.owner} {row.question.rdtype} | {_cells(row)} |")
            before = row.zone
    return "\n".join([*lines, ""])


def _table(rows: Iterable[Row]) -> str:
    lines = ["| zone | question | " + " | ".join(_EVERYBODY) + " |", "|---|---|" + "---|" * len(_EVERYBODY)]
    lines += [f"| {row.zone} | {row.question.owner} {row.question.rdtype} | {_cells(row)} |" for row in rows]
    return "\n".join([*lines, ""])


def _cells(row: Row) -> str:
    return " | ".join(_cell(row, name) for name in _EVERYBODY)


def _cell(row: Row, name: str) -> str:
    seen = row.seen[name]
    if not seen.status:
        return seen.why or "no answer"
    status = seen.status if row.unanimous or not _differs(row, name) else f"**{seen.status}**"
    why = seen.why.replace("EDE ", "")
    return f"{status} {why}" if why else status


def _differs(row: Row, name: str) -> bool:
    return row.seen[name].status != row.question.meant
