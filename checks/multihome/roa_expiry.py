"""Whether the ROAs that make our routes valid live long enough to be renewed (RFC 6480 section 7.3).

A relying party says until when a payload holds if nothing above it is renewed. That is judged as of the day of its
export: a later day may have brought a renewal, which only a later export can show.
"""

from typing import NamedTuple

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.verdict import Outcome, could_not_test, failed, not_applicable, passed, warned

from ._origins import Announcement, announcements, payloads, row, sourced_payloads, usable_table

_HOUR, _DAY = 3_600, 86_400


class _Life(NamedTuple):
    route: Announcement
    ends: float  # of the matching payload that lives longest


def judge(
    evidence: DataCentreEvidence, *, warn_hours: float, max_age_days: float, max_routes_age_days: float
) -> Outcome:
    """Of several payloads that match a route, one that holds is enough."""
    return sourced_payloads(evidence, _judge(evidence, warn_hours, max_age_days, max_routes_age_days))


def _judge(evidence: DataCentreEvidence, warn_hours: float, max_age_days: float, max_routes_age_days: float) -> Outcome:
    centre = evidence.datacentre
    if not centre.asns or not centre.prefixes:
        return not_applicable("none_declared")
    found = payloads(evidence, max_age_days)
    if isinstance(found, Outcome):
        return found
    routes = announcements(evidence, found.vrps, usable_table(evidence, max_routes_age_days))
    valid = [item for item in routes if item.origin.matched]
    if not valid:
        return not_applicable("no_roa", facts=found.facts)
    told = [_Life(item, ends) for item in valid if (ends := _ends(item)) is not None]
    if not told:
        return could_not_test("not_told", _NOT_TOLD, facts=found.facts)
    limit = found.at + warn_hours * _HOUR
    rows = tuple(row(life.route, _saw(life, found.at), life.ends > limit) for life in told)
    first = min(told, key=lambda life: life.ends)
    days = round((first.ends - found.at) / _DAY, 1)
    for message, end, outcome in (("expired", found.at, failed), ("soon", limit, warned)):
        bad = tuple(life.route.name for life in told if life.ends <= end)
        if bad:
            return outcome(message, observed=rows, facts=found.facts, routes=bad, days=days, hours=warn_hours)
    if len(told) < len(valid):
        return could_not_test("not_told", _NOT_TOLD, observed=rows, facts=found.facts)
    return passed("ok", observed=rows, facts=found.facts, total=len(told), days=days)


def _ends(item: Announcement) -> float | None:
    """When the last of the payloads that match ends; None when one does not tell."""
    ends = [vrp.expires for vrp in item.origin.matched]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _saw(life: _Life, at: float) -> str:
    return f"{(life.ends - at) / _DAY:.1f} days left"


_NOT_TOLD = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="the file does not say until when ROA payloads hold")
