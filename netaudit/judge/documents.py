"""YAML files of checks and profiles: read into structs, every problem with file and line."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from netaudit.inventory.document import LARGEST_FILE, Document, read_document
from netaudit.inventory.problems import InventoryError, Problem
from netaudit.inventory.shape import shape_problems

__all__ = ["ContentError", "Problem", "read_struct"]

_Struct = TypeVar("_Struct", bound=msgspec.Struct)


class ContentError(Exception):
    """Checks or profiles that can't be used; `problems` says where and why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def read_struct(path: Path, shape: type[_Struct]) -> tuple[_Struct, Document]:
    """Read a YAML file as `shape`, with its lines. Raises ContentError."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ContentError([Problem(str(path), 0, f"can't be read: {error.strerror or error}")]) from None
    if not content.strip():
        raise ContentError([Problem(str(path), 0, "the file is empty")])
    try:
        document = read_document(content, str(path))
    except InventoryError as error:
        raise ContentError(error.problems) from None
    found = shape_problems(document.data, shape)
    if found:
        raise ContentError(Problem(str(path), document.line(where), text, hint) for where, text, hint in found)
    try:
        return msgspec.convert(document.data, shape), document
    except msgspec.ValidationError as error:  # the walk over the shape missed something: still a clear error
        text, _, where = str(error).partition(" - at `")
        raise ContentError([Problem(str(path), document.line(where.rstrip("`")), text)]) from None
