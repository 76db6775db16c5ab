"""Whether the same web ports are open over IPv4 and IPv6 (RFC 6540)."""

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.addresses import classify, within
from netaudit.rules.fetches import SILENT, SPOKEN, attempt, is_web, own, plain, row, untested

from ._helpers import BOTH, one_family


def judge(evidence: EndpointEvidence, *, min_tries: int) -> Outcome:
    """A port is open in a family when any address takes connections, whatever it says then.

    It is closed when all addresses refuse, or stay silent for `min_tries`.
    """
    if not is_web(evidence):
        return not_applicable("not_web")
    if one_family(evidence.host):
        return not_applicable("one_family")
    seen = [(fact, _open(evidence, fact, min_tries)) for fact in (*own(evidence), *plain(evidence))]
    if any(evidence.blind(family) is not None for family in BOTH) or not seen:
        return untested(evidence, [family for family in BOTH if evidence.blind(family) is not None] or BOTH)
    rows = tuple(row(fact, _WORDS[opened]) for fact, opened in seen)
    facts = tuple(fact.id for fact, _ in seen)
    ports = {
        port: {family: _of(seen, port, family) for family in BOTH}
        for port in sorted({_port(f) for f, _ in seen}, key=int)
    }
    for family, other in ((Family.IPV4, Family.IPV6), (Family.IPV6, Family.IPV4)):
        only = tuple(port for port, opened in ports.items() if opened[family] and opened[other] is False)
        if only:
            return failed(f"only_{family}", observed=rows, facts=facts, ports=only)
    if any(opened[family] is None for opened in ports.values() for family in BOTH):
        failure = next((why for fact, opened in seen if opened is None and (why := attempt(fact)[0])), _NOT_ASKED)
        return could_not_test("not_tested", failure, observed=rows, facts=facts)
    return passed("ok", observed=rows, facts=facts, ports=tuple(port for port, o in ports.items() if o[Family.IPV4]))


_WORDS = {True: "open", False: "closed", None: "not determined"}
_NOT_ASKED = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="not every port was asked over both families")


def _open(evidence: EndpointEvidence, fact: WebFact, min_tries: int) -> bool | None:
    if not classify(fact.address).is_global and not within(fact.address, evidence.allowed_special):
        return False  # nobody's port on the public Internet, whatever answers here
    failure, tries = attempt(fact)
    if failure is None or (fact.hops and fact.hops[0].connect_ms > 0):
        return True
    if failure.side in (Side.OURS, Side.BUDGET, Side.BUG):
        return None
    if failure.reason in SPOKEN:
        return failure.reason is not Reason.REFUSED  # whoever speaks TLS or HTTP badly has taken the connection
    return False if failure.reason in SILENT and tries >= min_tries else None


def _of(seen: list[tuple[WebFact, bool | None]], port: str, family: Family) -> bool | None:
    """Open where any address is; closed where all are."""
    found = [opened for fact, opened in seen if _port(fact) == port and fact.family is family]
    if any(found):
        return True
    return False if found and None not in found else None


def _port(fact: WebFact) -> str:
    return fact.endpoint.rpartition(":")[2]
