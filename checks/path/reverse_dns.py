"""Whether each address has a name, and the name that address; over IPv6 as over IPv4 (RFC 1912 section 2.1)."""

from netaudit.model.common import Family
from netaudit.model.evidence import HostEvidence
from netaudit.model.facts import PathFact
from netaudit.model.verdict import Outcome, could_not_test, passed, warned
from netaudit.rules.fetches import first_failure
from netaudit.rules.reverse_names import Pointer, pointer_of

from ._helpers import UNSEEN, ids, not_looked_at, row


def judge(evidence: HostEvidence) -> Outcome:
    """Missing names and names that lead elsewhere are warnings: RFC 1912 says "should"."""
    skipped = not_looked_at(evidence)
    if skipped is not None:
        return skipped
    paths = evidence.paths or ()
    pointers = {path: _pointer(evidence, path) for path in paths}
    rows = tuple(row(path, pointer.saw, pointer.ok) for path, pointer in pointers.items())
    nameless = [path for path, pointer in pointers.items() if pointer.failure is None and not pointer.names]
    named_ipv4 = any(pointer.names for path, pointer in pointers.items() if path.family is Family.IPV4)
    if nameless and named_ipv4 and all(path.family is Family.IPV6 for path in nameless):
        return warned("ipv6_only", observed=rows, facts=ids(paths), addresses=tuple(p.address for p in nameless))
    if nameless:
        return warned("missing", observed=rows, facts=ids(paths), addresses=tuple(p.address for p in nameless))
    astray = tuple(path.address for path, pointer in pointers.items() if pointer.confirmed is False)
    if astray:
        return warned("unconfirmed", observed=rows, facts=ids(paths), addresses=astray)
    if not pointers or any(pointer.confirmed is None for pointer in pointers.values()):
        failure = first_failure(pointer.failure for pointer in pointers.values()) or UNSEEN
        return could_not_test("not_tested", failure, observed=rows, facts=ids(paths))
    return passed("ok", observed=rows, facts=ids(paths), total=len(pointers))


def _pointer(evidence: HostEvidence, path: PathFact) -> Pointer:
    found = evidence.reverse.get(path.address, ())
    return pointer_of(path.address, found) if found else Pointer((), None, path.failure or UNSEEN)
