"""Whether plain data has the shape of a struct: every problem at once, each with its path.

msgspec stops at the first problem and knows no lines; this walk asks it about one leaf at a time.
"""

import types
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from itertools import islice
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from netaudit.inventory.problems import MOST_PROBLEMS, did_you_mean, shown

__all__ = ["ShapeProblem", "shape_problems"]

ShapeProblem = tuple[str, str, str]
"""Path, message, hint."""

_TYPE_WORDS = {
    "str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false", "array": "a list",
    "object": "keys with values", "null": "nothing", "date": "a date (2026-01-31)", "time": "a time (07:30)",
}  # fmt: skip


def shape_problems(data: Any, shape: Any, path: str = "$") -> list[ShapeProblem]:
    """Compare `data` (dicts, lists, scalars) with a type, msgspec structs included.

    Returns the first MOST_PROBLEMS problems; none when they agree.
    """
    return list(islice(_walk(data, shape, path), MOST_PROBLEMS))


def _walk(value: Any, hint: Any, path: str) -> Iterable[ShapeProblem]:
    hint = _without_none(hint)
    base = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if isinstance(base, type) and issubclass(base, msgspec.Struct):
        yield from _struct(value, base, path)
    elif get_origin(base) is tuple and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, get_args(base)[0], f"{path}[{index}]")
    elif get_origin(base) is dict and isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, get_args(base)[1], f"{path}.{key}")
    else:
        yield from _leaf(value, hint, base, path)


def _struct(value: Any, shape: type[msgspec.Struct], path: str) -> Iterable[ShapeProblem]:
    if not isinstance(value, dict):
        keys = ", ".join(field.name for field in msgspec.structs.fields(shape))
        yield path, f"expected keys ({keys}), found {_kind(value)}", ""
        return
    hints = get_type_hints(shape, include_extras=True)
    meant = set()
    for key in value:
        if key not in hints:
            hint = did_you_mean(key, hints)
            meant.add(hint)
            yield f"{path}.{key}", f"unknown key {shown(key)}", hint
    for field in msgspec.structs.fields(shape):
        optional = type(None) in get_args(hints[field.name])
        if field.name not in value:
            if field.required and not any(f'"{field.name}"' in hint for hint in meant):
                yield path, f'the key "{field.name}" is missing', ""
        elif value[field.name] is not None or not optional:
            yield from _walk(value[field.name], hints[field.name], f"{path}.{field.name}")


def _leaf(value: Any, hint: Any, base: Any, path: str) -> Iterable[ShapeProblem]:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        words = _allowed_words(base)
        name = path.rpartition(".")[2]
        if words:
            listed = ", ".join(words)
            yield path, f"{name} can't be {shown(value)}; it is one of: {listed}", did_you_mean(str(value), words)
        else:
            yield path, f"{name}: {_message(str(error), value)}", _hint(str(error), value)


def _message(text: str, value: Any) -> str:
    """Turn msgspec's sentence into one without its type names."""
    text = text.partition(" - at `")[0].partition(", got ")[0]
    if "matching regex" in text:
        return f"{shown(value)} is not an identifier"
    text = text.replace("Invalid RFC3339 encoded date", "expected a date")
    for word, plain in _TYPE_WORDS.items():
        text = text.replace(f"`{word} | null`", plain).replace(f"`{word}`", plain)
    return f"{text[:1].lower()}{text[1:]}" + ("" if isinstance(value, dict | list) else f", found {shown(value)}")


def _hint(text: str, value: Any) -> str:
    if "matching regex" in text:
        return "lower-case letters a to z, digits, - _ and ., at most 64 characters"
    if "`str`" in text and isinstance(value, int | float):
        return f'put it in quotes: "{value}"'
    if "`array`" in text:
        return "put it in brackets: [ … ]"
    if "`bool`" in text:
        return "write true or false"
    if "encoded date" in text or "`date`" in text:
        return _meant_date(value)
    return ""


def _meant_date(value: Any) -> str:
    """A day as Viet Nam writes it, dd/mm/yyyy, as files have it."""
    try:
        meant = datetime.strptime(str(value), "%d/%m/%Y").date()
    except ValueError:
        return "write year, month and day: 2026-01-31"
    return f"did you mean {meant.isoformat()}?"


def _allowed_words(base: Any) -> tuple[str, ...]:
    if get_origin(base) is Literal:
        return tuple(str(word) for word in get_args(base))
    if isinstance(base, type) and issubclass(base, Enum):
        return tuple(str(member.value) for member in base)
    return ()


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        kept = [part for part in get_args(hint) if part is not type(None)]
        return kept[0] if len(kept) == 1 else hint
    return hint


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    return "a list" if isinstance(value, list) else shown(value)
