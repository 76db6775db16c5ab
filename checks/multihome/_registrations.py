"""What the registries say of one prefix: whether it is the holder's own, and whose account it is in."""

from collections.abc import Iterable
from typing import NamedTuple

from netaudit.model.routing import Registration, RegistrationsFact
from netaudit.rules.blocks import Block, cover
from netaudit.rules.registration import Portability, is_national, is_stub, portability

Account = tuple[tuple[str, str], str]
"""In which terms, those of a registry and of a kind of source, and who."""

_HANDED_OUT = ("allocated", "assigned")


class Held(NamedTuple):
    """A registration, and how its source is written: who holds what is told in each in its own terms."""

    registration: Registration
    format: str

    @property
    def block(self) -> Block:
        """What is registered."""
        return Block.parse(self.registration.registered)

    @property
    def account(self) -> Account | None:
        """Whose it is; None where no holder is told, or where it may be the national registry itself."""
        found = self.registration
        if not found.holder_id or is_stub(found) or (self.format == "delegated" and is_national(found)):
            return None
        return (found.registry, self.format), found.holder_id

    @property
    def holders(self) -> frozenset[Account]:
        """Whose it is by account and by name. Equal names are one holder's; others may be one holder's too."""
        found = self.registration
        name = " ".join(found.holder.casefold().split())
        told = {self.account} if self.account is not None else set()
        named = {((found.registry, self.format), f"name {name}")} if name and not is_stub(found) else set()
        return frozenset(told | named)


class Standing(NamedTuple):
    """A prefix, the records that decide about it, and what they say.

    `word` is ok, non_portable, not_registered, unclear or no_record.
    """

    prefix: str
    word: str
    records: tuple[Held, ...]


def records(facts: Iterable[RegistrationsFact]) -> dict[str, tuple[Held, ...]]:
    """All records by our resource."""
    found: dict[str, list[Held]] = {}
    for fact in facts:
        for item in fact.registrations:
            found.setdefault(item.resource, []).append(Held(item, fact.format))
    return {resource: tuple(items) for resource, items in found.items()}


def standing(prefix: str, found: Iterable[Held], own: frozenset[Account], missing: bool) -> Standing:
    """What the records of a prefix say. `own` are the holders of our ASNs; `missing`: a registry does not have it.

    A registry's own answer goes before its delegated file, which has no word for what is portable: there a block is
    its holder's own when our ASN is in the same account.
    """
    answers = _deciding(prefix, [record for record in found if record.format != "delegated"])
    files = _deciding(prefix, [record for record in found if record.format == "delegated"])
    said = {portability(record.registration) for record in answers}
    decided = (*answers, *files)
    if Portability.NON_PORTABLE in said:
        return Standing(prefix, "non_portable", decided)
    if said == {Portability.PORTABLE} and _ours(prefix, answers, own):
        return Standing(prefix, "ok", decided)
    if not answers and files and all(_in_own_account(record, own) for record in files):
        return Standing(prefix, "ok", decided)
    if decided:
        return Standing(prefix, "unclear", decided)
    return Standing(prefix, "not_registered" if missing else "no_record", ())


def _deciding(prefix: str, found: list[Held]) -> tuple[Held, ...]:
    """The narrowest records that hold the prefix; without one, its parts, if they are all of it."""
    whole = Block.of(prefix)
    holding = [record for record in found if record.block.holds(whole)]
    if holding:
        size = min(record.block.size for record in holding)
        return tuple(record for record in holding if record.block.size == size)
    return tuple(found) if cover((record.block for record in found), whole) else ()


def _ours(prefix: str, answers: tuple[Held, ...], own: frozenset[Account]) -> bool:
    """A block that is larger than the prefix may be somebody else's: then our ASN must be in its account."""
    size = Block.of(prefix).size
    return all(record.block.size <= size or record.holders & own for record in answers)


def _in_own_account(record: Held, own: frozenset[Account]) -> bool:
    return record.registration.status in _HANDED_OUT and bool(record.holders & own)
