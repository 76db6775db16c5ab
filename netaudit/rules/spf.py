"""Sender Policy Framework records read as RFC 7208 writes them, without asking for what they include."""

import ipaddress
import re
from collections.abc import Iterable
from typing import NamedTuple

__all__ = [
    "LOOKUP_LIMIT", "Mechanism", "SpfName", "SpfPolicy", "mechanisms", "parse_spf", "spf_names", "spf_records",
]  # fmt: skip

LOOKUP_LIMIT = 10
"""Terms of one evaluation that may cause DNS queries (RFC 7208 section 4.6.4)."""


class SpfPolicy(NamedTuple):
    """A record's terms. `lookups` counts those that this record itself causes: a lower bound of the whole.

    `all` is the qualifier of the `all` mechanism (`-`, `~`, `?` or `+`), empty when there is none.
    """

    terms: tuple[str, ...] = ()
    all: str = ""
    lookups: int = 0
    redirect: str = ""
    uses_ptr: bool = False
    problem: str = ""  # the term that breaks the syntax; empty: none


class Mechanism(NamedTuple):
    """One mechanism of a record: `-ip6:2001:db8::/32` has qualifier `-`, value `2001:db8::` and lengths `/32`."""

    qualifier: str  # `+` where the record gives none
    name: str
    value: str = ""  # a name or an address, as the record has it
    lengths: str = ""  # `/24`, `//64`, `/24//64`


class SpfName(NamedTuple):
    """A name that a term leads to, and the type that receivers ask there (`TXT`, `A`, `MX`)."""

    name: str
    rdtype: str


def spf_names(record: str) -> tuple[SpfName, ...]:
    """The names that evaluating a record may ask for, in order: of include, redirect, a, mx and exists (section 5).

    Left out are terms after `all`, which are never reached, names with macros, which each message changes, and what
    is no name at all.
    """
    policy = parse_spf(record)
    reached, _ = _until_all(policy.terms)
    found = [SpfName(domain, _ASKED[name]) for name, domain in map(_leading, reached) if name in _ASKED and domain]
    found += [SpfName(policy.redirect, "TXT")] if policy.redirect else []
    plain = (SpfName(item.name.lower().rstrip("."), item.rdtype) for item in found if _NAME.fullmatch(item.name))
    return tuple(dict.fromkeys(plain))


def mechanisms(record: str) -> tuple[Mechanism, ...]:
    """The mechanisms of a well-formed record in order, up to `all`, which matches everybody (section 5.1)."""
    found: list[Mechanism] = []
    for term in parse_spf(record).terms:
        qualifier, name, value, lengths = _mechanism_parts(term)
        found += [Mechanism(qualifier or "+", name, value or "", lengths)] if name else []
        if name == "all":
            break
    return tuple(found)


def spf_records(texts: Iterable[str]) -> tuple[str, ...]:
    """The TXT records that are SPF records: version section `v=spf1`, then a space or the end (section 4.5)."""
    return tuple(text for text in texts if re.match(r"v=spf1(?: |\Z)", text, re.IGNORECASE))


def parse_spf(record: str) -> SpfPolicy:
    """Read one SPF record. Terms after `all` are never reached (section 5.1), yet a syntax error counts anywhere."""
    terms = tuple(term for term in record.split(" ")[1:] if term)
    problem = next((term for term in terms if not _is_term(term)), "") or _repeated(terms)
    reached, qualifier = _until_all(terms)
    names = [_mechanism(term)[1] for term in reached]
    redirect = next((term[9:] for term in terms if term.lower().startswith("redirect=")), "")
    followed = redirect if not qualifier else ""  # section 6.1: `all` overrules it
    return SpfPolicy(
        terms=terms,
        all=qualifier,
        lookups=sum(name in _LOOKUPS for name in names) + bool(followed),
        redirect=followed,
        uses_ptr="ptr" in names,
        problem=problem[:80],
    )


_ASKED = {"include": "TXT", "a": "A", "mx": "MX", "exists": "A"}
_NAME = re.compile(r"(?=.{1,253}\.?\Z)(?:[a-z0-9_-]{1,63}\.)+[a-z0-9_-]{1,63}\.?", re.IGNORECASE | re.ASCII)
_LOOKUPS = frozenset({"include", "a", "mx", "ptr", "exists"})
_FLAGS = re.IGNORECASE | re.ASCII
_MODIFIER = re.compile(r"([a-z][a-z0-9._-]*)=(.*)", _FLAGS)
_MECHANISM = re.compile(
    r"([-+?~]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::(.+?))?((?:/\d{1,3})?(?://\d{1,3})?)", _FLAGS
)
_DOMAIN = re.compile(r"(?:[!-$&-.0-~]|%\{[a-z]\d*r?[-.+,/_=]*\}|%%|%_|%-)+", _FLAGS)


def _is_term(term: str) -> bool:
    modifier = _MODIFIER.fullmatch(term)
    if modifier is not None:
        known = modifier[1].lower() in ("redirect", "exp")
        return not known or _DOMAIN.fullmatch(modifier[2]) is not None
    qualifier, name, domain, lengths = _mechanism_parts(term)
    if name == "all":
        return domain is None and not lengths
    if name in ("ip4", "ip6"):
        return _is_network(term[len(qualifier) + 4 :], 4 if name == "ip4" else 6)
    if name in ("include", "exists"):
        return domain is not None and not lengths and _DOMAIN.fullmatch(domain) is not None
    if name == "ptr" and lengths:
        return False
    return name != "" and _lengths_fit(lengths) and (domain is None or _DOMAIN.fullmatch(domain) is not None)


def _mechanism_parts(term: str) -> tuple[str, str, str | None, str]:
    """Qualifier, name, domain or address, prefix lengths; an empty name when it is no mechanism."""
    match = _MECHANISM.fullmatch(term)
    return (match[1], match[2].lower(), match[3], match[4]) if match is not None else ("", "", None, "")


def _leading(term: str) -> tuple[str, str]:
    _, name, domain, _ = _mechanism_parts(term)
    return name, domain or ""


def _mechanism(term: str) -> tuple[str, str]:
    qualifier, name, _, _ = _mechanism_parts(term)
    return qualifier or "+", name


def _until_all(terms: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The terms before `all`, and its qualifier."""
    for index, term in enumerate(terms):
        qualifier, name = _mechanism(term)
        if name == "all":
            return terms[:index], qualifier
    return terms, ""


def _repeated(terms: tuple[str, ...]) -> str:
    """A second `redirect` or `exp` (section 6)."""
    for name in ("redirect=", "exp="):
        found = [term for term in terms if term.lower().startswith(name)]
        if len(found) > 1:
            return found[1]
    return ""


def _is_network(text: str, version: int) -> bool:
    if re.fullmatch(r"[0-9a-f:.]+(?:/\d{1,3})?", text, _FLAGS) is None:
        return False
    try:
        return ipaddress.ip_network(text, strict=False).version == version
    except ValueError:
        return False


def _lengths_fit(lengths: str) -> bool:
    v4, _, v6 = lengths.partition("//")
    return int(v4.removeprefix("/") or 0) <= 32 and int(v6 or 0) <= 128
