"""Lint of message ids: what a judge gives has a text, what has a text can be given, judging's own ids stay its own."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import netaudit.rules
from netaudit.judge.catalogue import Check
from netaudit.judge.verdicts import RESERVED_MESSAGES

__all__ = ["lint_messages"]

_OUTCOMES = {"passed", "failed", "warned", "not_applicable", "could_not_test", "manual"}


def lint_messages(check: Check) -> Iterator[tuple[str, str]]:
    """Every departure, as the key of the YAML file that it concerns and what is wrong."""
    own = check.path.with_suffix(".py")
    given = _given(own)
    known = set(check.info.messages)
    for id in sorted(RESERVED_MESSAGES & (known | given)):
        yield f"messages.{id}" if id in known else "messages", f"{id} is what judging itself says, and has its own text"
    for id in sorted(given - known - RESERVED_MESSAGES):
        yield "messages", f"the judge gives the message {id}, which has no text"
    words, beginnings = _said(own, *check.path.parent.glob("_*.py"))
    shared, _ = _said(*_rules())
    for id in sorted(known - words - shared - RESERVED_MESSAGES):
        if not id.startswith(tuple(beginnings)):
            yield f"messages.{id}", f"no outcome has the message {id}"


@cache
def _given(path: Path) -> frozenset[str]:
    """The ids that stand in the outcomes of a judge's module; those of helpers depend on what they are asked."""
    return frozenset(_ids(ast.parse(path.read_bytes())))


def _ids(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _OUTCOMES and node.args:
            first = node.args[0]
            for part in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


@cache
def _said(*paths: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Every word in quotes, for ids may come in a variable or an enumeration, and what a made-up one begins with."""
    words, beginnings = set(), set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginnings.add(str(node.values[0].value))
    return frozenset(words), frozenset(word for word in beginnings if word.isidentifier())


@cache
def _rules() -> tuple[Path, ...]:
    return tuple(sorted(_folder().glob("*.py")))


@cache
def _folder() -> Path:
    return Path(next(iter(netaudit.rules.__path__)))
