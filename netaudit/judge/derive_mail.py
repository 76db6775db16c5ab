"""What a mail domain publishes as text, and what the names in its SPF record hold, from the look-ups of its name."""

from collections.abc import Callable, Iterable

from netaudit.model.evidence import FoundTexts
from netaudit.model.facts import Lookup, NameFact
from netaudit.model.senders import Senders
from netaudit.rules.service_names import DKIM, MAIL_TEXTS
from netaudit.rules.spf import spf_records

__all__ = ["found_texts", "senders_of"]

Texts = Callable[[Lookup], tuple[str, ...]]


def found_texts(fact: NameFact, domain: str, texts: Texts, denies: Callable[[Lookup], bool]) -> dict[str, FoundTexts]:
    """The TXT records below a mail domain that are about its mail, by the name below it."""
    found: dict[str, FoundTexts] = {}
    for lookup in fact.lookups:
        label = lookup.name.removesuffix(f".{domain}")
        if lookup.rdtype == "TXT" and (label in MAIL_TEXTS or label.endswith(f".{DKIM}")):
            answered = lookup.failure is None
            found[label] = FoundTexts(
                lookup=lookup, texts=texts(lookup) if answered else (), nonexistent=answered and denies(lookup)
            )
    return found


def senders_of(fact: NameFact, texts: Texts, exchangers: Callable[[Lookup], tuple[str, ...]]) -> Senders:
    """What the names hold that look-ups for the domain were answered about."""
    answered = [lookup for lookup in fact.lookups if lookup.failure is None]
    return Senders(
        records={lookup.name: spf_records(texts(lookup)) for lookup in _of(answered, "TXT")},
        addresses=_addresses(answered),
        exchangers={lookup.name: exchangers(lookup) for lookup in _of(answered, "MX")},
    )


def _addresses(lookups: Iterable[Lookup]) -> dict[str, tuple[str, ...]]:
    """The addresses of names whose A and AAAA were both answered."""
    lookups = tuple(lookups)
    ipv4, ipv6 = ({item.name: item.addresses for item in _of(lookups, rdtype)} for rdtype in ("A", "AAAA"))
    return {name: (*ipv4[name], *ipv6[name]) for name in ipv4 if name in ipv6}


def _of(lookups: Iterable[Lookup], rdtype: str) -> list[Lookup]:
    return [lookup for lookup in lookups if lookup.rdtype == rdtype]
