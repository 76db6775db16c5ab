"""What live sources answered when the doctor asked them, a line each, with a way out for those of no use."""

from collections.abc import Iterator, Sequence

from netaudit.model.common import Failure, Reason, Record
from netaudit.model.routing import (
    OriginsFact,
    RegistrationsFact,
    RouteObjectsFact,
    RoutesFact,
    RoutingFact,
    VrpsFact,
)
from netaudit.writers import words
from netaudit.writers.details import detail_text
from netaudit.writers.doctor import Line
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["OLDEST_DAYS", "SourceCheck", "source_lines"]

OLDEST_DAYS = 7  # data of a source that works are hours old, seldom a day
_DAY = 86_400


class SourceCheck(Record, frozen=True, kw_only=True):
    """A source, what it was asked about, when, and the facts that our readers made of its answers."""

    name: str
    about: str
    at: float
    facts: tuple[RoutingFact, ...]


def source_lines(checks: Sequence[SourceCheck], language: str) -> tuple[Line, ...]:
    """One line for each source, in `vi` or `en`."""
    lines = _Lines(Wording(language))
    return tuple(lines.of(check) for check in checks)


class _Lines:
    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def of(self, check: SourceCheck) -> Line:
        """The worst that is to be said: not reached, not understood, too old, nothing told, or what was read."""
        failed = [fact for fact in check.facts if fact.failure is not None]
        unreached = next((fact.failure for fact in failed if fact.retrieved_at is None), None)
        if unreached is not None:
            return self._line(check, False, self._say("gives no answer"), self._why(unreached), self._remedy(unreached))
        unread = next((fact.failure for fact in failed), None)
        if unread is not None:
            word = self._say("answers, and is not understood")
            remedy = self._say("Its form may have changed: use another source, and report it with its answer.")
            return self._line(check, False, word, self._why(unread), remedy)
        days = max((self._age(check, fact) for fact in check.facts), default=0.0) / _DAY
        if days > OLDEST_DAYS:
            word = self._say("answers with data that are %(days)s days old") % {"days": self._number(days)}
            return self._line(check, False, word, "", self._say("Use another source until it is up to date."))
        told = "; ".join((*self._told(check.facts), *self._warnings(check.facts)))
        if not any(_counts(fact) for fact in check.facts):
            word = self._say("answers, and knows nothing of %(resource)s") % {"resource": one_line(check.about)}
            return self._line(check, None, word, told, "")
        return self._line(check, True, self._dated(check), told, "")

    def _line(self, check: SourceCheck, fine: bool | None, word: str, detail: str, remedy: str) -> Line:
        return Line(subject=one_line(check.name, 60), fine=fine, word=word, detail=detail, remedy=remedy)

    def _dated(self, check: SourceCheck) -> str:
        ages = [self._age(check, fact) for fact in check.facts if fact.data_time is not None]
        if not ages:
            return self._say("works, and does not say of when its data are")
        hours = self._number(max(ages) / 3_600)
        return self._say("works, its data are %(hours)s hours old") % {"hours": hours}

    def _told(self, facts: Sequence[RoutingFact]) -> Iterator[str]:
        for fact in facts:
            for name, count in _counts_by_name(fact):
                yield f"{self._say(name)}: {self._wording.number(count)}"

    def _warnings(self, facts: Sequence[RoutingFact]) -> list[str]:
        return list(dict.fromkeys(one_line(message, 120) for fact in facts for message in fact.messages))[:3]

    def _age(self, check: SourceCheck, fact: RoutingFact) -> float:
        return max(0.0, check.at - fact.data_time) if fact.data_time is not None else 0.0

    def _why(self, failure: Failure) -> str:
        reason = self._say(words.REASONS[failure.reason])
        detail = one_line(detail_text(failure.detail, self._wording), 200)
        return f"{reason} ({detail})" if detail else reason

    def _remedy(self, failure: Failure) -> str:
        return self._say(_REMEDIES.get(failure.reason, _OTHERWISE))

    def _number(self, value: float) -> str:
        return self._wording.number(round(value, 1))

    def _say(self, message: str) -> str:
        return self._wording.gettext(message)


def _(message: str) -> str:
    return message


_OTHERWISE = _("Check its address in the inventory, or use another source.")
_OUTWARD = _("Let this host reach it: HTTPS, TCP port 43 of whois, or the port of RTR; or leave it out.")
_REMEDIES: dict[Reason, str] = {
    Reason.TIMEOUT: _OUTWARD,
    Reason.REFUSED: _OUTWARD,
    Reason.RESET: _OUTWARD,
    Reason.UNREACHABLE: _OUTWARD,
    Reason.PROHIBITED: _OUTWARD,
    Reason.NO_ROUTE: _OUTWARD,
    Reason.NAME_RESOLUTION: _("Check its name in the inventory, and this host's resolver."),
    Reason.TURNED_AWAY: _("Ask it less often: give a longer max_age_hours, and a sourceapp to RIPEstat."),
    Reason.TLS: _("Check this host's clock; name the root of a server of your own under certificate_roots."),
    Reason.OUT_OF_SCOPE: _("Name the host itself in the inventory: answers may not lead to private addresses."),
}


def _counts(fact: RoutingFact) -> int:
    return sum(count for _, count in _counts_by_name(fact))


def _counts_by_name(fact: RoutingFact) -> tuple[tuple[str, int], ...]:
    match fact:
        case RoutesFact():
            feeds = {asn for asns in fact.feeds.values() for asn in asns}
            return (_("routes"), len(fact.routes)), (_("full feeds"), len(feeds))
        case VrpsFact():
            return (_("ROA payloads of ours"), len(fact.vrps)), (_("ROA payloads of all"), fact.total)
        case RouteObjectsFact():
            return ((_("route objects"), len(fact.objects)),)
        case RegistrationsFact():
            return (_("registrations"), len(fact.registrations)), (_("not registered"), len(fact.not_found))
        case OriginsFact():
            return ((_("addresses with an origin"), sum(bool(origin.asns) for origin in fact.origins)),)
    return ()
