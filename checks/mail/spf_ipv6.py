"""Whether a machine that may send over IPv4 may send over IPv6 as well: SPF of the exchangers (RFC 7208 section 5).

Mail servers prefer IPv6 where the receiver has it. One whose IPv6 address the record forgets has its mail refused
there, although the same machine's mail over IPv4 passes.
"""

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import MailEvidence
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.dialogues import mx_problem
from netaudit.rules.fetches import addresses, first_failure
from netaudit.rules.spf import parse_spf, spf_records
from netaudit.rules.spf_senders import may_send

from ._helpers import untested_record

_FAMILIES = (Family.IPV4, Family.IPV6)


def judge(evidence: MailEvidence) -> Outcome:
    """Only exchangers that the record lets send over IPv4 are senders; others may well take mail alone."""
    problem = mx_problem(evidence) or untested_record(evidence.spf)
    if problem is not None:
        return problem
    facts = evidence.spf.facts if evidence.spf is not None else ()
    records = spf_records(evidence.records.get("spf", ()))
    if len(records) != 1 or parse_spf(records[0]).problem:
        return not_applicable("no_record", facts=facts)
    allowed = {name: _allowed(evidence, name) for name in evidence.exchangers}
    rows = tuple(
        Observation(
            where=name, saw=_WORDS[ok], address=address, family=family, ok=ok if family is Family.IPV6 else None
        )
        for name, found in allowed.items()
        for family in _FAMILIES
        for address, ok in found[family].items()
    )
    unresolved = first_failure(_failures(evidence))
    if not any(found[Family.IPV6] for found in allowed.values()):
        if unresolved is not None:
            return could_not_test("not_tested", unresolved, facts=facts)
        return not_applicable("no_ipv6", observed=rows, facts=facts)
    senders = {name: found for name, found in allowed.items() if True in found[Family.IPV4].values()}
    forgotten = tuple(
        f"{name} ({address})"
        for name, found in senders.items()
        for address, ok in found[Family.IPV6].items()
        if ok is False
    )
    if forgotten:
        return failed("not_covered", observed=rows, facts=facts, servers=forgotten)
    if unresolved is not None or any(
        None in found[family].values() for found in allowed.values() for family in _FAMILIES
    ):
        return could_not_test("not_tested", unresolved or _UNKNOWN, observed=rows, facts=facts)
    covered = [ok for found in allowed.values() for ok in found[Family.IPV6].values() if ok]
    if not covered:
        return not_applicable("other_senders", observed=rows, facts=facts)
    return passed("ok", observed=rows, facts=facts, total=len(covered))


def _allowed(evidence: MailEvidence, exchanger: str) -> dict[Family, dict[str, bool | None]]:
    """What the record says of each address of an exchanger."""
    host = evidence.hosts[exchanger]
    return {
        family: {address: may_send(evidence.senders, evidence.domain, address) for address in addresses(host, family)}
        for family in _FAMILIES
    }


def _failures(evidence: MailEvidence) -> list[Failure | None]:
    """Why addresses of exchangers are not known."""
    lookups = (host.lookup(family) for host in evidence.hosts.values() for family in _FAMILIES)
    return [lookup.failure for lookup in lookups if lookup is not None]


_WORDS = {True: "SPF pass", False: "no SPF pass", None: "SPF result not known"}
_UNKNOWN = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the record leads to names that were not looked up")
