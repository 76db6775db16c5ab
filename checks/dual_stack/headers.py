"""Whether the response's security header fields are the same over IPv4 and IPv6 (RFC 6797, RFC 7034, CSP Level 3)."""

import re
from collections.abc import Mapping

from netaudit.model.evidence import EndpointEvidence
from netaudit.model.facts import WebFact
from netaudit.model.verdict import Outcome, failed, passed
from netaudit.rules.fetches import SECURITY_HEADERS, row

from ._helpers import sides


def judge(evidence: EndpointEvidence) -> Outcome:
    """Compare the fields that browsers act upon, at the page that each fetch ended at; nonces are set aside."""
    compared = sides(evidence)
    if isinstance(compared, Outcome):
        return compared
    v4, v6 = compared
    facts = tuple(fact.id for fact in (*v4, *v6))
    usual = _fields(v4[0])
    odd = {fact.address: names for fact in v6 if (names := _different(fact, v4))}
    rows = tuple(
        row(fact, _listed(_fields(fact)), fact.address not in odd if fact in v6 else None) for fact in (*v4, *v6)
    )
    if odd:
        headers = tuple(sorted({name for names in odd.values() for name in names}))
        return failed("differs", observed=rows, facts=facts, addresses=tuple(odd), headers=headers)
    return passed("ok", observed=rows, facts=facts, headers=tuple(usual)) if usual else passed("none", facts=facts)


_NONCE = re.compile(r"'nonce-[^']*'", re.IGNORECASE)
_SHOWN = 60  # characters of a value


def _fields(fact: WebFact) -> dict[str, str]:
    """The security fields by name; several of one name are one list (RFC 9110 section 5.3)."""
    found: dict[str, list[str]] = {}
    for name, value in fact.hops[-1].headers:
        if name in SECURITY_HEADERS:
            found.setdefault(name, []).append(_NONCE.sub("'nonce'", " ".join(value.split())))
    return {name: ", ".join(sorted(values)) for name, values in sorted(found.items())}


def _different(fact: WebFact, others: tuple[WebFact, ...]) -> frozenset[str]:
    """The fields in which a fetch differs from the IPv4 fetch that it is most like."""
    own = _fields(fact)
    found = [
        frozenset(name for name in {*own, *other} if own.get(name) != other.get(name)) for other in map(_fields, others)
    ]
    return min(found, key=len)


def _listed(fields: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {value[:_SHOWN]}" for name, value in fields.items()) or "none"
