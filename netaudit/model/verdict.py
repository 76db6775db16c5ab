"""Verdicts: what a judge concludes from evidence. Message ids and typed arguments, never sentences."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from netaudit.model.common import Failure, Family, Record

__all__ = [
    "Argument", "Observation", "Outcome", "Sighting", "Status", "Target", "TargetKind", "Verdict",
    "could_not_test", "failed", "fingerprint", "manual", "not_applicable", "passed", "warned",
]  # fmt: skip

Argument = str | int | float | bool | tuple[str, ...]


class Status(StrEnum):
    """What a check concluded. `could_not_test` is never evidence for or against the target."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"  # only where the standard itself says SHOULD
    NOT_APPLICABLE = "not_applicable"
    COULD_NOT_TEST = "could_not_test"
    MANUAL = "manual"


class TargetKind(StrEnum):
    """What a check looks at."""

    ZONE = "zone"  # lamdong.gov.vn
    HOST = "host"  # portal.lamdong.gov.vn: addresses and their security
    ENDPOINT = "endpoint"  # https://portal.lamdong.gov.vn:443
    MAIL = "mail"  # a mail domain
    DATACENTRE = "datacentre"
    REGISTER = "register"
    RESOLVER = "resolver"  # a recursive resolver, by its id
    COVERAGE = "coverage"  # TIER/KIND: one tier's coverage with one kind of service


class Target(Record, frozen=True, kw_only=True, order=True):
    """What a verdict is about."""

    kind: TargetKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


class Observation(Record, frozen=True, kw_only=True):
    """A row of the evidence table: where was looked, and what was seen, as data in the field's own terms."""

    where: str  # a server, host or file
    saw: str  # "serial 2026112401", "NOERROR, no AA", "connection refused"
    address: str = ""
    family: Family | None = None
    ok: bool | None = None  # None: neither good nor bad


class Sighting(Record, frozen=True, kw_only=True):
    """What one of several vantages concluded by itself."""

    vantage: str
    status: Status
    message: str
    args: dict[str, Argument] = {}
    failure: Failure | None = None


class Outcome(Record, frozen=True, kw_only=True):
    """What a judge returns; make it with the functions below, one for each status."""

    status: Status
    message: str
    args: dict[str, Argument] = {}
    observed: tuple[Observation, ...] = ()
    facts: tuple[str, ...] = ()
    failure: Failure | None = None  # exactly with could_not_test
    sightings: tuple[Sighting, ...] = ()  # of a run from several vantages: who concluded what

    @property
    def disputed(self) -> bool:
        """Whether vantages that could test it came to different conclusions."""
        return len({s.status for s in self.sightings if s.status is not Status.COULD_NOT_TEST}) > 1

    def with_args(self, args: Mapping[str, Argument]) -> "Outcome":
        """The same outcome with more arguments: what a family of checks always tells, for re-checking."""
        return msgspec.structs.replace(self, args={**self.args, **args})

    def with_row(self, row: Observation) -> "Outcome":
        """The same outcome with one more row of evidence."""
        return msgspec.structs.replace(self, observed=(*self.observed, row))


class Verdict(Record, frozen=True, kw_only=True):
    """An outcome with the check and the target it is about."""

    check: str
    target: Target
    outcome: Outcome


def passed(
    message: str, *, observed: tuple[Observation, ...] = (), facts: tuple[str, ...] = (), **args: Argument
) -> Outcome:
    """The target meets the check."""
    return Outcome(status=Status.PASS, message=message, args=args, observed=observed, facts=facts)


def failed(
    message: str, *, observed: tuple[Observation, ...] = (), facts: tuple[str, ...] = (), **args: Argument
) -> Outcome:
    """The target does not meet the check, and what was observed proves it."""
    return Outcome(status=Status.FAIL, message=message, args=args, observed=observed, facts=facts)


def warned(
    message: str, *, observed: tuple[Observation, ...] = (), facts: tuple[str, ...] = (), **args: Argument
) -> Outcome:
    """The target departs from a SHOULD of the standard."""
    return Outcome(status=Status.WARN, message=message, args=args, observed=observed, facts=facts)


def not_applicable(
    message: str, *, observed: tuple[Observation, ...] = (), facts: tuple[str, ...] = (), **args: Argument
) -> Outcome:
    """The question does not arise for this target."""
    return Outcome(status=Status.NOT_APPLICABLE, message=message, args=args, observed=observed, facts=facts)


def could_not_test(
    message: str,
    failure: Failure,
    *,
    observed: tuple[Observation, ...] = (),
    facts: tuple[str, ...] = (),
    **args: Argument,
) -> Outcome:
    """The evidence is missing, and `failure` says why and on whose side."""
    return Outcome(
        status=Status.COULD_NOT_TEST, message=message, args=args, observed=observed, facts=facts, failure=failure
    )


def manual(
    message: str, *, observed: tuple[Observation, ...] = (), facts: tuple[str, ...] = (), **args: Argument
) -> Outcome:
    """A person must look."""
    return Outcome(status=Status.MANUAL, message=message, args=args, observed=observed, facts=facts)


def fingerprint(verdict: Verdict, stable: tuple[str, ...] = ()) -> str:
    """The key of baselines and history: check, target, message and the arguments named in `stable`."""
    parts = [verdict.check, str(verdict.target), verdict.outcome.message]
    parts += [f"{name}={verdict.outcome.args.get(name)!r}" for name in sorted(stable)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
