"""Whether the prefixes are provider independent, and in the same account as the ASN that announces them (RFC 7157).

Addresses out of a provider's block go back to it with the contract, and no second provider can take their traffic
when the first one fails. Records that only point elsewhere, and those of national registries, decide nothing.
"""

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.routing import RegistrationsFact
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, manual, not_applicable, passed
from netaudit.rules.fetches import first_failure
from netaudit.rules.registration import Portability, is_national, is_stub, portability
from netaudit.rules.sources import usable_sources

from ._origins import family_of
from ._registrations import Held, Standing, records, standing

_SHOWN = 4


def judge(evidence: DataCentreEvidence, *, max_age_days: float) -> Outcome:
    """Every prefix of both families counts: one that belongs to a provider is enough to be bound to it."""
    sources = tuple(dict.fromkeys(fact.source for fact in evidence.registrations if fact.source)) or ("REGISTRY",)
    return _judge(evidence, max_age_days).with_args({"sources": sources, "declared": evidence.datacentre.prefixes})


def _judge(evidence: DataCentreEvidence, max_age_days: float) -> Outcome:
    centre = evidence.datacentre
    if not centre.prefixes:
        return not_applicable("none_declared")
    usable = usable_sources(evidence.registrations, evidence.now, max_age_days, "registrations")
    if isinstance(usable, Outcome):
        return usable
    found = records(usable.sources)
    asns = tuple(record for asn in centre.asns for record in found.get(f"AS{asn}", ()))
    own = frozenset(holder for record in asns for holder in record.holders)
    missing = {resource for fact in usable.sources for resource in fact.not_found}
    seen = [standing(prefix, found.get(prefix, ()), own, prefix in missing) for prefix in centre.prefixes]
    unread = [fact for fact in evidence.registrations if fact.source and fact.failure is not None]
    rows = (*(_row(item) for item in seen), *_asn_rows(centre.asns, found), *map(_unread_row, unread))
    return _outcome(seen, asns, rows, usable.facts, first_failure(fact.failure for fact in unread))


def _outcome(
    seen: list[Standing],
    asns: tuple[Held, ...],
    rows: tuple[Observation, ...],
    facts: tuple[str, ...],
    unread: Failure | None,
) -> Outcome:
    bad = {word: tuple(item.prefix for item in seen if item.word == word) for word in _WORDS}
    for word in ("non_portable", "not_registered"):
        if bad[word]:
            return failed(word, observed=rows, facts=facts, prefixes=bad[word])
    if bad["no_record"]:
        failure = unread or Failure(
            reason=Reason.NO_DATA, side=Side.OURS, detail=f"no source has {', '.join(bad['no_record'])}"
        )
        return could_not_test("no_record", failure, observed=rows, facts=facts, prefixes=bad["no_record"])
    if bad["unclear"]:
        return manual("unclear", observed=rows, facts=facts, prefixes=bad["unclear"])
    apart = _apart([*(item.records for item in seen), *((record,) for record in asns)])
    if apart:
        return manual("other_holder", observed=rows, facts=facts, holders=apart)
    own = frozenset(holder for record in asns for holder in record.holders)
    known = all(any(record.holders & own for record in item.records) for item in seen)
    return passed("ok" if known else "holder_unknown", observed=rows, facts=facts, total=len(seen))


_WORDS = ("ok", "non_portable", "not_registered", "no_record", "unclear")


def _apart(resources: list[tuple[Held, ...]]) -> tuple[str, ...]:
    """The accounts, where those of one source differ; empty when they are one, or none is told."""
    accounts: dict[tuple[str, str], dict[str, str]] = {}
    for item in (record for found in resources for record in found):
        if item.account is not None:
            terms, holder = item.account
            accounts.setdefault(terms, {}).setdefault(holder, f"{item.registration.resource} {holder}")
    return tuple(text for holders in accounts.values() if len(holders) > 1 for text in holders.values())


def _row(item: Standing) -> Observation:
    ok = {"ok": True, "non_portable": False, "not_registered": False}.get(item.word)
    saw = "; ".join(_shown(record) for record in item.records[:_SHOWN]) or item.word.replace("_", " ")
    return Observation(where=item.prefix, saw=saw, family=family_of(item.prefix), ok=ok)


def _unread_row(fact: RegistrationsFact) -> Observation:
    """A source that could not be read to its end: what it has of the rest, nobody knows."""
    return Observation(where=fact.source, saw=fact.failure.detail if fact.failure is not None else "")


def _asn_rows(asns: tuple[int, ...], found: dict[str, tuple[Held, ...]]) -> tuple[Observation, ...]:
    return tuple(
        Observation(where=f"AS{asn}", saw="; ".join(_shown(record) for record in found.get(f"AS{asn}", ())[:_SHOWN]))
        for asn in asns
        if f"AS{asn}" in found
    )


def _shown(record: Held) -> str:
    """A record in the registry's own words, and what they are worth where that is not in them."""
    item = record.registration
    words = [
        item.registry or "unknown registry",
        item.status,
        item.registered,
        item.name,
        item.holder,
        item.holder_id,
        item.country,
    ]
    shown = ", ".join(word for word in words if word)
    if is_stub(item):
        return f"{shown}; only points to another registry"
    if is_national(item) and (record.format == "delegated" or portability(item) is Portability.UNKNOWN):
        return f"{shown}; a national registry decides"
    return shown
