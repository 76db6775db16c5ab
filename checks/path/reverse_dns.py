"""Whether each address has a name, and the name that address; over IPv6 as over IPv4 (RFC 1912 section 2.1)."""

from typing import NamedTuple

from dns.rdtypes.ANY.PTR import PTR

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import FoundRecords, HostEvidence
from netaudit.model.facts import PathFact
from netaudit.model.verdict import Observation, Outcome, could_not_test, passed, warned
from netaudit.rules.fetches import first_failure
from netaudit.rules.zones import name_text, trouble

from ._helpers import UNSEEN, ids, not_looked_at, row

_UNREAD = Failure(reason=Reason.MALFORMED, side=Side.TARGET, detail="the response can't be read")


class _Pointer(NamedTuple):
    """What the reverse name of one address leads to; `confirmed` None: not known."""

    path: PathFact
    names: tuple[str, ...]
    confirmed: bool | None
    failure: Failure | None = None


def judge(evidence: HostEvidence) -> Outcome:
    """Missing names and names that lead elsewhere are warnings: RFC 1912 says "should"."""
    skipped = not_looked_at(evidence)
    if skipped is not None:
        return skipped
    paths = evidence.paths or ()
    pointers = [_pointer(path, evidence.reverse.get(path.address, ())) for path in paths]
    rows = tuple(_row(pointer) for pointer in pointers)
    nameless = [p.path for p in pointers if p.failure is None and not p.names]
    named_ipv4 = any(p.names for p in pointers if p.path.family is Family.IPV4)
    if nameless and named_ipv4 and all(path.family is Family.IPV6 for path in nameless):
        return warned("ipv6_only", observed=rows, facts=ids(paths), addresses=tuple(p.address for p in nameless))
    if nameless:
        return warned("missing", observed=rows, facts=ids(paths), addresses=tuple(p.address for p in nameless))
    astray = tuple(p.path.address for p in pointers if p.confirmed is False)
    if astray:
        return warned("unconfirmed", observed=rows, facts=ids(paths), addresses=astray)
    if not pointers or any(p.confirmed is None for p in pointers):
        failure = first_failure(p.failure for p in pointers) or UNSEEN
        return could_not_test("not_tested", failure, observed=rows, facts=ids(paths))
    return passed("ok", observed=rows, facts=ids(paths), total=len(pointers))


def _pointer(path: PathFact, found: tuple[FoundRecords, ...]) -> _Pointer:
    if not found:
        return _Pointer(path, (), None, path.failure or UNSEEN)
    first, *forward = found
    if first.lookup.failure is not None:
        return _Pointer(path, (), None, first.lookup.failure)
    if first.exchange is None:
        return _Pointer(path, (), None, _UNREAD)
    records = [record for record in first.rdatas if isinstance(record, PTR)]
    names = tuple(name_text(record.target) for record in records)
    if any(path.address in item.lookup.addresses for item in forward):
        return _Pointer(path, names, True)
    failure = first_failure(item.lookup.failure for item in forward)
    return _Pointer(path, names, False if failure is None else None, failure)


def _row(pointer: _Pointer) -> Observation:
    if pointer.failure is not None:
        return row(pointer.path, trouble(pointer.failure), None)
    if not pointer.names:
        return row(pointer.path, "no PTR record", False)
    named = ", ".join(pointer.names)
    return row(pointer.path, named if pointer.confirmed else f"{named}, which has not this address", pointer.confirmed)
