"""DMARC records read as RFC 7489 section 6.3 writes them."""

import re
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["DmarcPolicy", "dmarc_records", "looks_like_dmarc", "parse_dmarc"]


class DmarcPolicy(NamedTuple):
    """A record's policy (`none`, `quarantine`, `reject`), the share of mail it covers, and where reports go."""

    policy: str = ""
    percent: int = 100
    reports: bool = False
    problem: str = ""  # what breaks the record; empty: nothing


def dmarc_records(texts: Iterable[str]) -> tuple[str, ...]:
    """The TXT records that are DMARC records: all others must be ignored (RFC 7489 section 6.6.3)."""
    return tuple(text for text in texts if re.match(r"v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)", text))


def looks_like_dmarc(text: str) -> bool:
    """Whether somebody meant a DMARC record: `v=dmarc1`, a missing semicolon."""
    return "dmarc" in text[:40].lower()


def parse_dmarc(record: str) -> DmarcPolicy:
    """Read one DMARC record. Unknown tags are ignored; of a tag that stands twice the first counts, as a problem."""
    tags: dict[str, str] = {}
    problem = ""
    for part in record.split(";"):
        if not part.strip():
            continue
        name, separator, value = (piece.strip() for piece in part.partition("="))
        if not separator or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            problem = problem or f"{part.strip()[:60]!r} is no tag"
        elif name.lower() in tags:
            problem = problem or f"the tag {name[:20]} stands twice"
        else:
            tags[name.lower()] = value
    policy, percent = tags.get("p", "").lower(), tags.get("pct", "100")
    if policy not in _POLICIES:
        problem = problem or (f"p={policy[:20]} is no policy" if policy else "p is missing")
    if tags.get("sp", "none").lower() not in _POLICIES:
        problem = problem or f"sp={tags['sp'][:20]} is no policy"
    if not re.fullmatch(r"[0-9]{1,3}", percent) or int(percent) > 100:
        problem, percent = problem or f"pct={percent[:20]} is no share", "100"
    return DmarcPolicy(policy, int(percent), bool(tags.get("rua")), problem)


_POLICIES = frozenset({"none", "quarantine", "reject"})
