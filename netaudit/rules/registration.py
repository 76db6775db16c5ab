"""What a registry's words say of a block of addresses: whether it stays with its holder when the provider changes.

The words are data, `registration-status-DATE.yaml` beside this file, with their sources.
"""

from collections.abc import Mapping
from datetime import date as day
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
import yaml

from netaudit.model.routing import Registration

__all__ = ["Portability", "Registries", "RegistriesError", "is_national", "is_stub", "portability", "registries"]

_FILE = Path(__file__).with_name("registration-status-2026-11-26.yaml")
_Word = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class RegistriesError(ValueError):
    """A file that is no table of registries: which file and why."""


class Portability(StrEnum):
    """Whether a block's holder keeps it when the provider changes."""

    PORTABLE = "portable"
    NON_PORTABLE = "non_portable"
    UNKNOWN = "unknown"


class Stubs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By what a record is known that only says that another registry has the block."""

    netname: _Word  # how the name begins
    country: _Word


class RegistryWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words of one registry; see the file."""

    id: _Word
    hosts: tuple[_Word, ...]
    portable: tuple[_Word, ...] = ()
    non_portable: tuple[_Word, ...] = ()
    stubs: Stubs | None = None
    national: tuple[_Word, ...] = ()


class Registries(msgspec.Struct, frozen=True, kw_only=True):
    """The words of all registries as of one day, by registry; and registries by host."""

    date: day
    sources: tuple[str, ...]
    words: Mapping[str, RegistryWords]
    hosts: Mapping[str, str]

    @classmethod
    def from_file(cls, path: Path) -> "Registries":
        """Read a table. Raises RegistriesError naming what is wrong, OSError when it can't be opened."""
        try:
            file = msgspec.convert(yaml.safe_load(path.read_bytes()), _File)
            hosts = [(host, item.id) for item in file.registries for host in item.hosts]
            _refuse_twice("host", [host for host, _ in hosts])
            _refuse_twice("registry", [item.id for item in file.registries])
            for item in file.registries:
                _refuse_twice(f"word of {item.id}", [*item.portable, *item.non_portable])
        except (yaml.YAMLError, ValueError) as error:  # msgspec's ValidationError is a ValueError
            raise RegistriesError(f"{path}: {error}") from error
        return cls(
            date=file.date,
            sources=file.sources,
            words={item.id: item for item in file.registries},
            hosts=dict(hosts),
        )

    def registry_of(self, host: str) -> str:
        """The registry that a whois or RDAP server, or a `source:` attribute, belongs to; empty when none is known."""
        return self.hosts.get(host.lower(), "")


@cache
def registries() -> Registries:
    """The table that is shipped."""
    return Registries.from_file(_FILE)


def portability(registration: Registration, table: Registries | None = None) -> Portability:
    """What the registry's status word says of a block; what only points to another registry says nothing."""
    words = (table or registries()).words.get(registration.registry)
    if words is None or is_stub(registration, table):
        return Portability.UNKNOWN
    status = " ".join(registration.status.upper().split())
    if status in words.portable:
        return Portability.PORTABLE
    return Portability.NON_PORTABLE if status in words.non_portable else Portability.UNKNOWN


def is_stub(registration: Registration, table: Registries | None = None) -> bool:
    """Whether a record only says that another registry has the block, whatever its status says."""
    words = (table or registries()).words.get(registration.registry)
    if words is None or words.stubs is None:
        return False
    named = registration.name.upper().startswith(words.stubs.netname)
    return named or registration.country.upper() == words.stubs.country


def is_national(registration: Registration, table: Registries | None = None) -> bool:
    """Whether a national registry hands the block out: then who holds it, the regional registry may not know."""
    found = table or registries()
    words = found.words.get(registration.registry)
    if words is None:
        return False
    return registration.country.upper() in words.national or not (words.portable or words.non_portable)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    date: day
    sources: Annotated[tuple[_Word, ...], msgspec.Meta(min_length=1)]
    registries: Annotated[tuple[RegistryWords, ...], msgspec.Meta(min_length=1)]


def _refuse_twice(what: str, found: list[str]) -> None:
    twice = sorted({item for item in found if found.count(item) > 1})
    if twice:
        raise ValueError(f"{what} {twice[0]} is there twice")
