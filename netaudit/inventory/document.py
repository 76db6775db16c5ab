"""YAML as plain data with the line of every value, read under budgets.

The parser's events are taken one by one, so a bomb costs no more than its budget: aliases count with all that they
stand for, and nothing is built for tags. Plain scalars follow YAML 1.2's core schema, in which `12:30` is no number
and `no` no truth value; dates and times stay text until the model converts them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from netaudit.inventory.problems import InventoryError, Problem, shown

__all__ = ["LARGEST_FILE", "Document", "read_document"]

LARGEST_FILE = 5 * 1024 * 1024
_MOST_NODES = 200_000
_DEEPEST = 24
_LONGEST_NUMBER = 20
_LONGEST_KEY = 200
_MOST_DUPLICATES = 20
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(frozen=True)
class Document:
    """A parsed file: its data, and the line (from 1) of each path such as `$.services[3].port`."""

    file: str
    data: Any
    lines: dict[str, int]

    def line(self, path: str) -> int:
        """The line of a path, or of the nearest thing around it that has one."""
        while path not in self.lines and path:
            cut = max(path.rfind("."), path.rfind("["))
            path = path[:cut] if cut > 0 else ""
        return self.lines.get(path, 0)


def read_document(content: bytes, file: str) -> Document:
    """Parse one YAML document. Raises InventoryError: one problem, or one for each duplicate key."""
    if len(content) > LARGEST_FILE:
        raise _error(file, 0, f"the file has more than {LARGEST_FILE // 1024 // 1024} MB; that is no inventory")
    builder = _Builder(file)
    try:
        root = builder.document(yaml.parse(_text(content, file), Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        raise _error(file, _marked_line(error), _marked_message(error), _marked_hint(error)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = getattr(error, "reason", "") or "the parser gave up"
        raise _error(file, 0, f"not YAML: {reason}") from None
    if builder.duplicates:
        raise InventoryError(builder.duplicates)
    lines: dict[str, int] = {}
    return Document(file, _plain(root, "$", lines), lines)


@dataclass
class _Node:
    line: int
    value: Any = None  # a scalar, a list of nodes, or a dict of key -> node
    size: int = 1
    key_lines: dict[str, int] = field(default_factory=dict)


class _Builder:
    """Builds nodes from parser events and counts them, what aliases stand for included."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._anchors: dict[str, _Node] = {}
        self._count = 0
        self.duplicates: list[Problem] = []

    def document(self, events: Iterator[Any]) -> _Node:
        root: _Node | None = None
        for event in events:
            if isinstance(event, (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentEndEvent)):
                continue
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise _error(self._file, _line(event), "a second document starts; only one is read")
                root = self._node(next(events), events, 0)
        if root is None:
            raise _error(self._file, 0, "the file is empty", "netaudit inventory init makes a first inventory")
        return root

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> _Node:
        line = _line(event)
        if depth > _DEEPEST:
            raise _error(self._file, line, f"nested more than {_DEEPEST} levels deep; that is no inventory")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor or "", line)
        if event.tag is not None:
            raise _error(self._file, line, f"the tag {shown(event.tag)} is not allowed in an inventory")
        self._spend(1, line)
        if isinstance(event, yaml.ScalarEvent):
            node = _Node(line, _scalar(event.value) if event.implicit[0] else event.value)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(line, events, depth)
        else:
            node = self._mapping(line, events, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _sequence(self, line: int, events: Iterator[Any], depth: int) -> _Node:
        node = _Node(line, [])
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            item = self._node(event, events, depth + 1)
            node.value.append(item)
            node.size += item.size
        return node

    def _mapping(self, line: int, events: Iterator[Any], depth: int) -> _Node:
        node = _Node(line, {})
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key_line = _line(event)
            if not isinstance(event, yaml.ScalarEvent) or len(event.value) > _LONGEST_KEY:
                raise _error(self._file, key_line, "a key must be a short word")
            value = self._node(next(events), events, depth + 1)
            if event.value in node.value and len(self.duplicates) < _MOST_DUPLICATES:
                first = node.key_lines[event.value]
                message = f"duplicate key {shown(event.value)}; it is already on line {first}"
                self.duplicates.append(Problem(self._file, key_line, message))
            node.value[event.value] = value
            node.key_lines[event.value] = key_line
            node.size += value.size
        return node

    def _alias(self, anchor: str, line: int) -> _Node:
        target = self._anchors.get(anchor)
        if target is None:  # an alias inside its own anchor lands here too: anchors count once they are complete
            raise _error(self._file, line, f"the alias *{anchor[:40]} stands for nothing that was defined before it")
        self._spend(target.size, line)
        return _Node(line, target.value, target.size, target.key_lines)

    def _spend(self, nodes: int, line: int) -> None:
        self._count += nodes
        if self._count > _MOST_NODES:
            raise _error(self._file, line, f"more than {_MOST_NODES} values, aliases included; that is no inventory")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _plain(node: _Node, path: str, lines: dict[str, int]) -> Any:
    lines.setdefault(path, node.line)
    if isinstance(node.value, dict):
        for key, line in node.key_lines.items():
            lines[f"{path}.{key}"] = line
        return {key: _plain(item, f"{path}.{key}", lines) for key, item in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(item, f"{path}[{index}]", lines) for index, item in enumerate(node.value)]
    return node.value


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= _LONGEST_NUMBER:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def _text(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(file, line, "not text in UTF-8", "save the file as UTF-8") from None


def _marked_line(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 0


def _marked_message(error: yaml.MarkedYAMLError) -> str:
    return f"not YAML: {error.problem or error.context or 'the parser gave up'}"


def _marked_hint(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    if "\\t" in problem or "tab" in problem:
        return "indent with spaces, not tabs"
    if "mapping values are not allowed" in problem:
        return 'put a text that contains ": " in quotes'
    return ""


def _error(file: str, line: int, message: str, hint: str = "") -> InventoryError:
    return InventoryError([Problem(file, line, message, hint)])
