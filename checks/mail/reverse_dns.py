"""Whether each IPv6 address of the exchangers has a name, and the name that address (RFC 1912 section 2.1).

Machines that take mail mostly send it too, and large receivers refuse mail over IPv6 from addresses without a name.
"""

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import HostEvidence, MailEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, not_applicable, passed, warned
from netaudit.rules.dialogues import mx_problem, untested_mail
from netaudit.rules.fetches import addresses, first_failure
from netaudit.rules.reverse_names import Pointer, pointer_of

_UNSEEN = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="its reverse name was not looked up")


def judge(evidence: MailEvidence) -> Outcome:
    """Missing names and names that lead elsewhere are warnings: RFC 1912 says "should"."""
    problem = mx_problem(evidence)
    if problem is not None:
        return problem
    if not any(host.reverse for host in evidence.hosts.values()) and _known(evidence, Family.IPV6):
        return not_applicable("not_asked")
    pointers = _pointers(evidence, Family.IPV6)
    if not pointers:
        lookups = [host.aaaa for host in evidence.hosts.values()]
        if lookups and all(lookup is not None and lookup.failure is None for lookup in lookups):
            return not_applicable("no_aaaa")
        return untested_mail(evidence, (Family.IPV6,))
    rows = tuple(_row(*place, pointer) for place, pointer in pointers.items())
    nameless = tuple(_label(place) for place, p in pointers.items() if p.failure is None and not p.names)
    if nameless:
        named_ipv4 = any(pointer.names for pointer in _pointers(evidence, Family.IPV4).values())
        return warned("ipv6_only" if named_ipv4 else "missing", observed=rows, servers=nameless)
    astray = tuple(_label(place) for place, pointer in pointers.items() if pointer.confirmed is False)
    if astray:
        return warned("unconfirmed", observed=rows, servers=astray)
    failure = first_failure(pointer.failure for pointer in pointers.values())
    if failure is not None:
        return could_not_test("not_tested", failure, observed=rows)
    return passed("ok", observed=rows, total=len(pointers))


def _known(evidence: MailEvidence, family: Family) -> list[tuple[HostEvidence, str]]:
    return [(host, address) for host in evidence.hosts.values() for address in addresses(host, family)]


def _pointers(evidence: MailEvidence, family: Family) -> dict[tuple[str, str], Pointer]:
    """What each address of each exchanger is called."""
    found = {}
    for host, address in _known(evidence, family):
        records = host.reverse.get(address, ())
        found[host.host, address] = pointer_of(address, records) if records else Pointer((), None, _UNSEEN)
    return found


def _label(place: tuple[str, str]) -> str:
    return f"{place[0]} ({place[1]})"


def _row(exchanger: str, address: str, pointer: Pointer) -> Observation:
    return Observation(where=exchanger, saw=pointer.saw, address=address, family=Family.IPV6, ok=pointer.ok)
