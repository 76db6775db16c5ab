"""What the scanner's own host can do, line by line, each limit with what to do about it."""

from collections.abc import Iterator, Mapping

import click

from netaudit.model.common import Failure, Family, Reason, Record
from netaudit.model.facts import FamilyCheck, SelfFact
from netaudit.writers.details import detail_text
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["FEWEST_FILES", "Host", "Line", "diagnosis", "doctor_text"]

FEWEST_FILES = 256  # what a scan with its default limits needs

_MARKS = {True: "✓", False: "✗", None: "–"}
_COLOURS = {True: "green", False: "red", None: "cyan"}


class Host(Record, frozen=True, kw_only=True):
    """What was found out about the scanner's host. `vantage` is None when nothing may be sent now."""

    vantage: SelfFact | None
    blackout: Failure | None
    open_files: int | None  # None: no limit
    output: str
    output_error: str = ""
    browser: str = ""  # program and version; empty: none
    browser_error: str = ""  # why the one that is there does not start
    versions: Mapping[str, str] = {}  # "" as a version: not installed


class Line(Record, frozen=True, kw_only=True):
    """One thing looked at. `fine`: True works, False limits a scan, None neither; `remedy` exactly with False."""

    subject: str
    fine: bool | None
    word: str
    detail: str = ""
    remedy: str = ""


def diagnosis(host: Host, language: str) -> tuple[Line, ...]:
    """Return one line for everything that was looked at, in `vi` or `en`."""
    return tuple(_Diagnosis(host, Wording(language)).lines())


def doctor_text(lines: tuple[Line, ...], language: str, *, colour: bool = False) -> str:
    """Return the lines as a table with a mark and a word each, and a last line that sums up."""
    wording = Wording(language)
    shown: list[str] = []
    width = max(len(line.subject) for line in lines)
    for line in lines:
        mark = click.style(_MARKS[line.fine], fg=_COLOURS[line.fine], bold=True) if colour else _MARKS[line.fine]
        detail = f": {one_line(line.detail, 300)}" if line.detail else ""
        shown.append(f"{mark} {line.subject:<{width}}  {line.word}{detail}")
        if line.remedy:
            shown.append(f"    → {line.remedy}")
    limits = sum(line.fine is False for line in lines)
    if limits:
        message = wording.ngettext("%(number)s thing limits a scan", "%(number)s things limit a scan", limits)
        shown += ["", message % {"number": wording.number(limits)}]
    else:
        shown += ["", wording.gettext("nothing found here limits a scan")]
    return "\n".join(shown) + "\n"


class _Diagnosis:
    def __init__(self, host: Host, wording: Wording) -> None:
        self._host = host
        self._wording = wording

    def lines(self) -> Iterator[Line]:
        if self._host.blackout is not None:
            yield self._blackout(self._host.blackout)
        if self._host.vantage is not None:
            for check in self._host.vantage.families:
                yield self._udp(check)
                yield self._tcp(check)
            yield self._clock(self._host.vantage.clock_offset_s)
            yield from self._rights(self._host.vantage)
        yield self._open_files(self._host.open_files)
        yield self._browser()
        yield self._output()
        yield from self._versions()

    def _blackout(self, failure: Failure) -> Line:
        return Line(
            subject=self._say("Time"),
            fine=False,
            word=self._say("a blackout window is on, so nothing was asked"),
            detail=detail_text(failure.detail, self._wording),
            remedy=self._say("Run this again, and the scan, outside the window."),
        )

    def _udp(self, check: FamilyCheck) -> Line:
        remedy = self._say("Let UDP to port 53 out of this host, and the answers in.")
        if check.failure is not None and check.failure.reason is Reason.NO_ROUTE:
            remedy = self._no_route(check.family)
        return self._way(check, "UDP", check.udp, remedy)

    def _tcp(self, check: FamilyCheck) -> Line:
        remedy = self._say("Let TCP to port 53 out of this host.")
        if check.failure is not None and check.failure.reason is Reason.NO_ROUTE:
            remedy = self._no_route(check.family)
        return self._way(check, "TCP", check.tcp, remedy)

    def _way(self, check: FamilyCheck, transport: str, works: bool, remedy: str) -> Line:
        failed = detail_text(check.failure.detail, self._wording) if check.failure is not None else ""
        return Line(
            subject=f"{'IPv6' if check.family is Family.IPV6 else 'IPv4'} {transport}",
            fine=works,
            word=self._say("works") if works else self._say("does not work"),
            detail=(check.local_address or "") if works else failed,
            remedy="" if works else remedy,
        )

    def _no_route(self, family: Family) -> str:
        if family is Family.IPV6:
            return self._say("Give this host an IPv6 address and a default route, or scan from one that has them.")
        return self._say("Give this host an IPv4 address and a default route, or scan from one that has them.")

    def _clock(self, offset: float | None) -> Line:
        if offset is None:
            return Line(subject=self._say("Clock"), fine=None, word=self._say("unknown: no signature was seen"))
        if not offset:
            return Line(subject=self._say("Clock"), fine=True, word=self._say("within the root's signatures"))
        return Line(
            subject=self._say("Clock"),
            fine=False,
            word=self._say("outside the root's signatures"),
            detail=f"{offset:+.0f} s",
            remedy=self._say("Set the clock, for example with NTP: signatures can't be judged with a wrong one."),
        )

    def _rights(self, vantage: SelfFact) -> Iterator[Line]:
        """Rights that only some checks of paths need: without them a scan is no worse, and says what it left out."""
        rights = (
            (vantage.echoes, self._say("Echo"), self._say("not permitted: CAP_NET_RAW, or net.ipv4.ping_group_range")),
            (vantage.marks, self._say("Firewall marks"), self._say("not permitted: CAP_NET_RAW or CAP_NET_ADMIN")),
            (vantage.raw_sockets, self._say("Raw sockets"), self._say("not permitted: CAP_NET_RAW")),
        )
        for permitted, subject, lacking in rights:
            word = self._say("permitted") if permitted else lacking
            detail = "" if permitted else self._say("--path tests less; the guide tells how to permit it")
            yield Line(subject=subject, fine=permitted or None, word=word, detail=detail)

    def _browser(self) -> Line:
        """Only --browser needs one; a scan without it is no worse."""
        subject = self._say("Browser")
        if self._host.browser:
            return Line(subject=subject, fine=True, word=self._say("starts"), detail=self._host.browser)
        lacking = self._say("--browser tests nothing; Debian and Ubuntu have it as chromium")
        if self._host.browser_error:
            detail = f"{self._host.browser_error}; {lacking}"
            return Line(subject=subject, fine=None, word=self._say("does not start"), detail=detail)
        return Line(subject=subject, fine=None, word=self._say("no Chromium on PATH"), detail=lacking)

    def _open_files(self, limit: int | None) -> Line:
        if limit is None or limit >= FEWEST_FILES:
            word = self._say("no limit") if limit is None else self._say("%(number)s at once") % {"number": limit}
            return Line(subject=self._say("Open files"), fine=True, word=word)
        values = {"number": limit, "needed": FEWEST_FILES}
        return Line(
            subject=self._say("Open files"),
            fine=False,
            word=self._say("only %(number)s at once, fewer than %(needed)s") % values,
            remedy=self._say("Raise the limit: ulimit -n 1024"),
        )

    def _output(self) -> Line:
        if not self._host.output_error:
            word = self._say("can be written")
            return Line(subject=self._say("Output"), fine=True, word=word, detail=self._host.output)
        return Line(
            subject=self._say("Output"),
            fine=False,
            word=self._say("can't be written"),
            detail=f"{self._host.output}: {self._host.output_error}",
            remedy=self._say("Name another folder with -o, or change its owner."),
        )

    def _versions(self) -> Iterator[Line]:
        there = ", ".join(f"{name} {version}" for name, version in self._host.versions.items() if version)
        yield Line(subject=self._say("Versions"), fine=True, word=there)
        for name in (name for name, version in self._host.versions.items() if not version):
            word = self._say("%(name)s is not installed; scans are slower") % {"name": name}
            yield Line(subject=self._say("Versions"), fine=None, word=word)

    def _say(self, message: str) -> str:
        return self._wording.gettext(message)
