"""A run in which every text that a file could hold is an attack: found by walking its types, not by hand."""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import inspect

from netaudit.model.run import Run

__all__ = ["ATTACKS", "poisoned", "text_fields"]

ATTACKS = {
    "markup": "\"'><img src=x onerror=document.title='owned'><script>alert(1)</script><style>*{display:none}</style>",
    "ends": "</title></style></script></svg>--><svg/onload=alert(1)>{{ 7*7 }}{% raw %}%(x)s &lt;b&gt;",
    "link": "javascript:alert(1)//https://evil.example/ www.evil.example [x](https://evil.example/) ![x](data:,x)",
    "unseen": "\u202egnp\u202c\u2066\u200b\ufeff\x1b[2J\x1b]0;owned\x07\x00\x08\u2028\r\n\t",
    "formula": "=cmd|' /C calc'!A0",
    "long": "a" * 100_000,
}

Poison = Callable[[str], str]


def poisoned(run: Run, attack: str) -> Run:
    """The run with `attack` before every text. Equal texts stay equal, so that what refers to each other still does.

    Texts whose type has a pattern, and words of a list, stay: no run.json with others is read.
    """
    value: Run = _walk(inspect.type_info(Run), run, lambda text: attack + text)
    return value


def text_fields(run: Run) -> tuple[set[str], set[str]]:
    """The fields of all structures of a run that may hold any text, and those of them that hold one in this run."""
    every: set[str] = set()
    _fields(inspect.type_info(Run), "", every, set())
    found: set[str] = set()
    _walk(inspect.type_info(Run), run, lambda text: text, found)
    return every, found


def _walk(kind: inspect.Type, value: Any, poison: Poison, found: set[str] | None = None, place: str = "") -> Any:
    """Rebuild a value with its free texts poisoned."""

    def deeper(inner: inspect.Type, each: Any) -> Any:
        return _walk(inner, each, poison, found, place)

    free = _free(kind) if value in (None, ()) else None
    if free is not None:
        text = _walk(free, "", poison, found, place)
        return text if value is None else (text,)
    match kind:
        case inspect.StructType():
            fields = {
                field.name: _walk(
                    field.type, getattr(value, field.name), poison, found, f"{kind.cls.__name__}.{field.name}"
                )
                for field in kind.fields
            }
            return kind.cls(**fields)
        case inspect.DictType():
            return {deeper(kind.key_type, key): deeper(kind.value_type, each) for key, each in value.items()}
        case inspect.VarTupleType():
            return tuple(deeper(kind.item_type, each) for each in value)
        case inspect.TupleType():
            return tuple(deeper(inner, each) for inner, each in zip(kind.item_types, value, strict=True))
        case inspect.UnionType():
            return deeper(_chosen(kind, value), value)
        case inspect.StrType(pattern=None):
            if found is not None and place:
                found.add(place)
            return poison(value)[: kind.max_length]
        case _:
            return value


def _free(kind: inspect.Type) -> inspect.StrType | None:
    """The free text that could stand where nothing does: in an empty tuple of texts, or instead of None."""
    texts = (each for each in _inner(kind) if isinstance(each, inspect.StrType) and each.pattern is None)
    return next(texts, None)


def _chosen(kind: inspect.UnionType, value: Any) -> inspect.Type:
    """The type of a union that a value is of."""
    for each in kind.types:
        if isinstance(each, inspect.StructType) and type(value) is each.cls:
            return each
        if isinstance(each, inspect.StrType) and type(value) is str:
            return each
        if isinstance(each, inspect.VarTupleType | inspect.TupleType) and isinstance(value, tuple):
            return each
        if isinstance(each, inspect.DictType) and isinstance(value, dict):
            return each
    return inspect.AnyType()


def _fields(kind: inspect.Type, place: str, every: set[str], seen: set[type]) -> None:
    if isinstance(kind, inspect.StrType) and kind.pattern is None:
        every.add(place)
    if isinstance(kind, inspect.StructType) and kind.cls not in seen:
        seen.add(kind.cls)
        for field in kind.fields:
            _fields(field.type, f"{kind.cls.__name__}.{field.name}", every, seen)
    for inner in _inner(kind):
        _fields(inner, place, every, seen)


def _inner(kind: inspect.Type) -> Iterator[inspect.Type]:
    match kind:
        case inspect.DictType():
            yield from (kind.key_type, kind.value_type)
        case inspect.VarTupleType():
            yield kind.item_type
        case inspect.TupleType() | inspect.UnionType():
            yield from kind.item_types if isinstance(kind, inspect.TupleType) else kind.types
