"""Whether every address of one family serves, of a web or TCP endpoint and of a mail domain's exchangers.

One bad address among good ones costs every client that happens upon it a wait, or the service: the rule is the same
for IPv4 and for IPv6.
"""

from netaudit.model.common import Family, Reason
from netaudit.model.evidence import EndpointEvidence, MailEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.dialogues import mail_reach, mx_problem, untested_mail
from netaudit.rules.fetches import addresses, cut_short, endpoint_reach, rows, untested

__all__ = ["every_address", "every_mail_address"]

_NO_RECORD = {Family.IPV4: "no_a", Family.IPV6: "no_aaaa"}
_STRANDED = {Family.IPV4: "redirect_without_ipv4", Family.IPV6: "redirect_without_ipv6"}


def every_address(evidence: EndpointEvidence, family: Family, *, min_tries: int, failing_rounds: int) -> Outcome:
    """Any HTTP response below 500 counts, a refusal to us (403, 429) too; TCP endpoints must accept.

    A redirect that no address of the family can follow leaves visitors outside as well. Messages `ok`,
    `unreachable`, `redirect_without_FAMILY`, `no_a` or `no_aaaa`, `partly_tested` and `not_tested`.
    """
    lookup = evidence.host.lookup(family)
    if lookup is not None and lookup.failure is None and not lookup.addresses:
        return not_applicable(_NO_RECORD[family], facts=lookup.facts)
    reached = endpoint_reach(evidence, (family,), min_tries, failing_rounds)
    facts = tuple(reach.fact for reach in reached if reach.fact)
    bad = tuple(reach.label for reach in reached if reach.ok is False)
    total = max(len(reached), len(addresses(evidence.host, family)))
    if bad:
        return failed("unreachable", observed=rows(reached), facts=facts, addresses=bad, failing=len(bad), total=total)
    stranded = _stranded(evidence, family)
    if stranded:
        return failed(_STRANDED[family], observed=rows(reached), facts=facts, url=stranded)
    unknown = [reach for reach in reached if reach.ok is None]
    if not reached or len(unknown) == len(reached):
        return untested(evidence, (family,), reached)
    if unknown and unknown[0].failure is not None:
        failure = unknown[0].failure
        return could_not_test(
            "partly_tested", failure, observed=rows(reached), facts=facts,
            addresses=tuple(reach.address for reach in unknown),
        )  # fmt: skip
    return passed("ok", observed=rows(reached), facts=facts, total=total)


def every_mail_address(evidence: MailEvidence, family: Family, *, min_tries: int, failing_rounds: int) -> Outcome:
    """A greeting counts, one that turns us away too. Exchangers without an address of the family are not judged here.

    Messages `ok`, `unreachable`, `no_a` or `no_aaaa`, `null_mx`, `no_mx`, `partly_tested` and `not_tested`.
    """
    problem = mx_problem(evidence)
    if problem is not None:
        return problem
    reached = mail_reach(evidence, (family,), min_tries, failing_rounds)
    if not reached:
        lookups = [host.lookup(family) for host in evidence.hosts.values()]
        known = len(lookups) >= len(evidence.exchangers)
        if known and all(lookup is not None and lookup.failure is None for lookup in lookups):
            return not_applicable(_NO_RECORD[family])
        return untested_mail(evidence, (family,))
    facts = tuple(reach.fact for reach in reached if reach.fact)
    bad = tuple(f"{reach.where} {reach.label}" for reach in reached if reach.ok is False)
    if bad:
        return failed(
            "unreachable", observed=rows(reached), facts=facts, servers=bad, failing=len(bad), total=len(reached)
        )
    unknown = [reach for reach in reached if reach.ok is None]
    if len(unknown) == len(reached):
        return untested_mail(evidence, (family,), reached)
    if unknown and unknown[0].failure is not None:
        failure = unknown[0].failure
        return could_not_test(
            "partly_tested", failure, observed=rows(reached), facts=facts,
            servers=tuple(f"{reach.where} {reach.address}" for reach in unknown),
        )  # fmt: skip
    return passed("ok", observed=rows(reached), facts=facts, total=len(reached))


def _stranded(evidence: EndpointEvidence, family: Family) -> str:
    """The URL of a redirect whose host has no address of the family, or nothing."""
    ends = cut_short(evidence, family)
    return next((url for _, url, failure in ends if failure.reason is Reason.NO_ADDRESS), "")
