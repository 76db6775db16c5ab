"""The status of DNSSEC algorithms and DS digests: a dated file with the columns of the IANA registries (RFC 9904)."""

from collections.abc import Iterable, Mapping
from datetime import date as day
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import yaml

__all__ = ["Algorithm", "Digest", "Registry", "RegistryError", "Use"]

_Number = Annotated[int, msgspec.Meta(ge=0, le=255)]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class RegistryError(ValueError):
    """A file that is no registry of algorithms: which file, which entry and why."""


class Use(StrEnum):
    """The requirement words of RFC 9904's columns."""

    MUST = "MUST"
    RECOMMENDED = "RECOMMENDED"
    MAY = "MAY"
    NOT_RECOMMENDED = "NOT RECOMMENDED"
    MUST_NOT = "MUST NOT"


class Algorithm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A signing algorithm: what zones may use, what validators may rely on, and what software must be able to do."""

    number: _Number
    mnemonic: _Text
    signing: Use
    validation: Use
    implement_signing: Use
    implement_validation: Use
    operators: Use | None = None  # what an RFC says to those who run validators, beyond `validation`

    @property
    def relied_on(self) -> bool:
        """Whether operators of validators may rely on its signatures."""
        return Use.MUST_NOT not in (self.validation, self.operators)


class Digest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A DS digest type: the requirement for delegations, for validators and for their software."""

    number: _Number
    mnemonic: _Text
    delegation: Use
    validation: Use
    implement_delegation: Use
    implement_validation: Use
    operators: Use | None = None

    @property
    def relied_on(self) -> bool:
        """Whether operators of validators may rely on it."""
        return Use.MUST_NOT not in (self.validation, self.operators)


_Entry = TypeVar("_Entry", Algorithm, Digest)


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    """Both registries as of one day, by number."""

    date: day
    sources: tuple[str, ...]
    algorithms: Mapping[int, Algorithm]
    digests: Mapping[int, Digest]

    @classmethod
    def from_file(cls, path: Path) -> "Registry":
        """Read a registry. Raises RegistryError naming the entry that is wrong, OSError when it can't be opened."""
        try:
            file = msgspec.convert(yaml.safe_load(path.read_bytes()), _File)
            return cls(
                date=file.date,
                sources=file.sources,
                algorithms=_by_number(file.algorithms, "algorithms"),
                digests=_by_number(file.digests, "digests"),
            )
        except (yaml.YAMLError, ValueError) as error:  # msgspec's ValidationError is a ValueError
            raise RegistryError(f"{path}: {error}") from error


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    date: day
    sources: Annotated[tuple[_Text, ...], msgspec.Meta(min_length=1)]
    algorithms: Annotated[tuple[Algorithm, ...], msgspec.Meta(min_length=1)]
    digests: Annotated[tuple[Digest, ...], msgspec.Meta(min_length=1)]


def _by_number(items: Iterable[_Entry], where: str) -> dict[int, _Entry]:
    found: dict[int, _Entry] = {}
    for item in items:
        if item.number in found:
            raise ValueError(f"{where}: number {item.number} is there twice")
        found[item.number] = item
    return found
