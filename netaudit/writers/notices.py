"""The lines that commands say beside their results: how a scan fares, what would be sent, what an inventory holds."""

from pathlib import Path

from netaudit.model.common import Failure
from netaudit.model.facts import FamilyCheck, ScanEndFact
from netaudit.model.inventory import Inventory, NetworkKind, RateLimits
from netaudit.writers import words
from netaudit.writers.details import detail_text
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["Notices"]


def _(message: str) -> str:
    return message


_SERVICE_COLUMNS = (_("ID"), _("KIND"), _("ENDPOINT"), _("NETWORK"), _("UNITS"))


class Notices:
    """One language's lines. `language` is `vi` or `en`."""

    def __init__(self, language: str) -> None:
        self._wording = Wording(language)

    def scanning(self) -> str:
        """What the progress bar says first."""
        return self._say("scanning")

    def nothing_sent(self, failure: Failure) -> str:
        """Why a scan sends nothing at all: a blackout window."""
        return self._say("nothing is sent: %(detail)s") % {"detail": self._detail(failure)}

    def blind(self, check: FamilyCheck) -> str:
        """A family that the self-check found unusable."""
        told = self._say("%(family)s can't be tested from here: %(detail)s")
        detail = self._detail(check.failure) if check.failure is not None else "–"
        return told % {"family": words.FAMILIES[check.family], "detail": detail}

    def clock_off(self, seconds: float) -> str:
        """By how much our own clock is off."""
        told = self._say("our clock seems to be %(seconds)s s off: signatures may be misjudged")
        return told % {"seconds": f"{seconds:+.0f}"}

    def observed(self, end: ScanEndFact, seconds: float) -> str:
        """How far a scan came, and in what time."""
        number = self._wording.number
        return self._say("%(done)s of %(total)s targets observed in %(seconds)s s") % {
            "done": number(end.jobs_done), "total": number(end.jobs_total), "seconds": number(round(seconds, 1)),
        }  # fmt: skip

    def interrupted(self) -> str:
        """After Ctrl-C in a scan."""
        return self._say("interrupted: what was collected is kept and will be marked as incomplete")

    def nothing_again(self) -> str:
        """When a partial rescan has nothing to do."""
        return self._say("nothing in the earlier run must be measured again; nothing was sent and nothing written")

    def young_enough(self, run: Path) -> str:
        """When the newest run is young enough for another one to wait."""
        return self._say("%(path)s is young enough: nothing was sent") % {"path": one_line(str(run))}

    def not_compared(self) -> str:
        """After Ctrl-C in a scan of what is proposed."""
        return self._say("interrupted: nothing is compared")

    def facts(self, path: Path) -> str:
        """Where the facts are."""
        return self._say("facts: %(path)s") % {"path": one_line(str(path))}

    def notified(self, sent: int, waiting: int, given_up: int) -> str:
        """What became of notifications."""
        number = self._wording.number
        told = self._say("notifications: sent: %(sent)s, kept for the next time: %(waiting)s, given up: %(given_up)s")
        return told % {"sent": number(sent), "waiting": number(waiting), "given_up": number(given_up)}

    def demonstrated(self, code: int, index: Path) -> tuple[str, str]:
        """The last lines of the demonstration."""
        ended = self._say("a scan would have ended with exit code %(code)s") % {"code": code}
        return ended, self._say("report: %(path)s") % {"path": one_line(str(index))}

    def self_check(self, network: NetworkKind) -> str:
        """What `doctor` is about to ask."""
        told = self._say(
            "network: %(network)s; asks up to three root servers in each family for . SOA, over UDP and TCP"
        )
        return told % {"network": network}

    def politeness(self, limits: RateLimits, network: NetworkKind) -> str:
        """How fast a scan asks at most."""
        told = self._say("at most %(rate)s a second and %(concurrent)s at once to one server; network: %(network)s")
        return told % {
            "rate": self._wording.number(limits.per_server_per_second),
            "concurrent": self._wording.number(limits.per_server_concurrent),
            "network": network,
        }

    def planned(self, file: str, targets: int) -> str:
        """The heading of a plan."""
        told = self._wording.ngettext("%(file)s: %(number)s target", "%(file)s: %(number)s targets", targets)
        return told % {"file": one_line(file), "number": self._wording.number(targets)}

    def plan_columns(self) -> tuple[str, str, str]:
        """The columns of a plan."""
        return self._say("target"), self._say("DNS queries"), self._say("connections")

    def job_kind(self, prefix: str) -> str:
        """What the jobs of a plan look at, by the prefix of their names."""
        return self._say(words.word(words.JOBS, prefix))

    def all_of_them(self) -> str:
        """The last row of a plan."""
        return self._say("all")

    def valid(self, file: str, inventory: Inventory) -> str:
        """What a valid inventory holds."""
        number = self._wording.number
        told = self._say(
            "%(file)s: valid: %(units)s units, %(services)s services, %(zones)s zones, %(datacentres)s data centres, "
            "%(registers)s registers"
        )
        return told % {
            "file": one_line(file),
            "units": number(len(inventory.units)),
            "services": number(len(inventory.services)),
            "zones": number(len(inventory.zones)),
            "datacentres": number(len(inventory.datacentres)),
            "registers": number(len(inventory.registers)),
        }

    def service_columns(self) -> tuple[str, ...]:
        """The columns of a list of services."""
        return tuple(map(self._say, _SERVICE_COLUMNS))

    def _detail(self, failure: Failure) -> str:
        return one_line(detail_text(failure.detail, self._wording), 300)

    def _say(self, message: str) -> str:
        return self._wording.gettext(message)
