"""The register of broken zones: each a function that signs a zone and then breaks it, and what must come of it.

    @planted("www A: bogus")
    def rrsig_exp_a(zone: Zone) -> None:
        \"\"\"The signature of one RRset has expired.\"\"\"
        zone.sign()
        zone.resign("www", "A", **EXPIRED)

The function's name is the zone's, its docstring says in the table what is wrong.
"""

from collections.abc import Callable
from typing import NamedTuple

import dns.name

from tests.lab.agreement.places import LIAR, MAIN
from tests.lab.agreement.zone import Zone

__all__ = ["CASES", "PARENT", "Case", "Question", "planted", "register"]

PARENT = dns.name.from_text("lab.")
STATUSES = ("secure", "insecure", "bogus", "indeterminate")

Break = Callable[[Zone], None]


class Question(NamedTuple):
    """A name relative to the zone, a type, and the status that the planted state must have."""

    owner: str
    rdtype: str
    meant: str


class Case(NamedTuple):
    """A zone of the matrix."""

    name: str
    what: str
    questions: tuple[Question, ...]
    build: Break
    address: str

    @property
    def section(self) -> str:
        """The module that it is written in."""
        return self.build.__module__.rpartition(".")[2]

    def zone(self) -> Zone:
        """Make the zone, signed and broken."""
        zone = Zone(dns.name.from_text(self.name, PARENT), (self.address,))
        self.build(zone)
        return zone


CASES: dict[str, Case] = {}


def planted(*questions: str, lies: bool = False) -> Callable[[Break], Break]:
    """Register a zone with its questions, each "OWNER TYPE: STATUS". `lies`: it has answers written down by hand."""

    def registered(build: Break) -> Break:
        register(build.__name__.replace("_", "-"), build.__doc__ or "", build, *questions, lies=lies)
        return build

    return registered


def register(name: str, what: str, build: Break, *questions: str, lies: bool = False) -> None:
    """Register a zone that has no function of its own."""
    assert name not in CASES, name
    CASES[name] = Case(name, what.strip(), tuple(map(_question, questions)), build, LIAR if lies else MAIN)


def _question(text: str) -> Question:
    question, _, meant = text.partition(": ")
    owner, rdtype = question.split()
    assert meant in STATUSES, text
    return Question(owner, rdtype, meant)
