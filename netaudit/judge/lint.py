"""What the catalogue's own rules say of each check, beyond that it can be loaded: texts, names, references."""

import ast
import inspect
import re
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import netaudit.rules
from netaudit.inventory.problems import did_you_mean
from netaudit.judge.catalogue import Catalogue, Check, load_catalogue
from netaudit.judge.documents import Problem
from netaudit.judge.lint_messages import lint_messages
from netaudit.model import evidence
from netaudit.model.verdict import TargetKind

__all__ = ["lint_catalogue"]

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_OF_TARGET = {"target", "host", "zone", "scheme", "port"}  # writers know these from the target
_EVIDENCE = {
    TargetKind.ZONE: evidence.ZoneEvidence,
    TargetKind.HOST: evidence.HostEvidence,
    TargetKind.ENDPOINT: evidence.EndpointEvidence,
    TargetKind.MAIL: evidence.MailEvidence,
    TargetKind.DATACENTRE: evidence.DataCentreEvidence,
    TargetKind.REGISTER: evidence.RegisterEvidence,
    TargetKind.RESOLVER: evidence.ResolverEvidence,
    TargetKind.COVERAGE: evidence.CoverageEvidence,
}


def lint_catalogue(catalogue: Catalogue | None = None) -> list[Problem]:
    """Every departure of a check from the rules of the catalogue; of the program's own checks without one.

    Raises CatalogueError when the checks can't be loaded.
    """
    catalogue = catalogue or load_catalogue()
    found = [problem for check in catalogue.checks.values() for problem in _problems(check, catalogue)]
    return [*found, *_shared_aliases(catalogue)]


def _problems(check: Check, catalogue: Catalogue) -> Iterator[Problem]:
    arguments = _arguments(check)
    found = (*_texts(check, arguments), *_names(check, catalogue, arguments), *_judge(check), *lint_messages(check))
    for key, message in found:
        yield Problem(str(check.path), check.line(key), message)


def _texts(check: Check, arguments: frozenset[str]) -> Iterator[tuple[str, str]]:
    info = check.info
    texts = {"title": info.title, "why": info.why, "fix": info.fix}
    texts |= {f"messages.{id}": text for id, text in info.messages.items()}
    for key, text in texts.items():
        if not text.vi.strip() or not text.en.strip():
            yield key, f"{key} is empty in one language"
        elif text.vi == text.en:
            yield key, f"{key} is the same in both languages"
        vi, en = set(_PLACEHOLDER.findall(text.vi)), set(_PLACEHOLDER.findall(text.en))
        if vi != en:
            yield key, f"{key}: only one language has {', '.join(sorted(vi ^ en))}"
        for name in sorted((vi | en) - arguments - _OF_TARGET):
            yield key, f"{key}: no outcome has an argument {name}"
    if not info.messages:
        yield "messages", "there is no message"
    if not info.recheck.strip():
        yield "recheck", "recheck is empty"
    for name in sorted(set(_PLACEHOLDER.findall(info.recheck)) - arguments - _OF_TARGET):
        yield "recheck", f"recheck: no outcome has an argument {name}"
    if not info.references or not all(reference.strip() for reference in info.references):
        yield "references", "at least one reference is wanted, and none may be empty"


def _names(check: Check, catalogue: Catalogue, arguments: frozenset[str]) -> Iterator[tuple[str, str]]:
    info = check.info
    for index, cause in enumerate(info.explained_by):
        if catalogue.resolve(cause) is None:
            yield f"explained_by[{index}]", f"unknown check {cause} {did_you_mean(cause, catalogue.checks)}".strip()
        elif cause == info.id:
            yield f"explained_by[{index}]", "a check can't explain itself"
    for index, alias in enumerate(info.aliases):
        if alias in catalogue.checks:
            yield f"aliases[{index}]", f"{alias} is the id of a check"
    for index, name in enumerate(info.stable):
        if name not in arguments:
            yield f"stable[{index}]", f"no outcome has an argument {name}"


def _judge(check: Check) -> Iterator[tuple[str, str]]:
    wanted = _EVIDENCE[check.info.target]
    given = typing.get_type_hints(check.judge).get("evidence")
    if given is not wanted:
        yield "target", f"a judge of a {check.info.target} takes evidence: {wanted.__name__}"
    if not inspect.getdoc(inspect.getmodule(check.judge)):
        yield "id", "the judge's module says nothing of what it judges"


def _shared_aliases(catalogue: Catalogue) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for check in catalogue.checks.values():
        for index, alias in enumerate(check.info.aliases):
            first = owner.setdefault(alias, check.info.id)
            if first != check.info.id:
                yield Problem(str(check.path), check.line(f"aliases[{index}]"), f"{alias} is already {first}'s alias")


def _arguments(check: Check) -> frozenset[str]:
    """The names by which the judge, its family's helpers and the shared rules may give arguments."""
    own = (check.path.with_suffix(".py"), *check.path.parent.glob("_*.py"))
    return frozenset().union(_of_rules(), *(_keywords(path) for path in own))


@cache
def _of_rules() -> frozenset[str]:
    folder = Path(next(iter(netaudit.rules.__path__)))
    return frozenset().union(*(_keywords(path) for path in folder.glob("*.py")))


@cache
def _keywords(path: Path) -> frozenset[str]:
    """Every keyword of a call and every word in quotes: arguments may be collected in a dict first."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.keyword) and node.arg is not None:
            names.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            names.add(node.value)
    return frozenset(names)
