"""Connection times of both families on one scale, with the moment at which clients leave IPv6 (RFC 8305)."""

from collections.abc import Iterator
from statistics import median

from markupsafe import Markup

from netaudit.model.common import Family
from netaudit.model.parity import Parity
from netaudit.rules.happy_eyeballs import ATTEMPT_DELAY_MS
from netaudit.writers.chart import Scale, circle, line, rect, svg, text, ticks
from netaudit.writers.wording import Wording

__all__ = ["latency_picture"]

# All lengths in CSS pixels.
_WIDTH, _LEFT, _RIGHT = 640, 64, 76
_LANES = {Family.IPV4: 34, Family.IPV6: 74}
_AXIS, _HEIGHT = 104, 132
_NAMES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


def latency_picture(parity: Parity, wording: Wording) -> Markup | None:
    """Return an SVG element of a page that holds `parity.css`; None where nothing was timed.

    A circle is a connection over IPv4, a square one over IPv6, a bar their median. Of services over UDP they are
    requests and their replies, of which no client makes a choice.
    """
    samples = {family: parity.samples.get(family, ()) for family in Family}
    everything = [ms for taken in samples.values() for ms in taken]
    if not everything:
        return None
    across = Scale(0, max(*everything, 1.0) * 1.15, _LEFT, _WIDTH - _RIGHT)
    parts = [*_axis(across)]
    if samples[Family.IPV4] and not parity.round_trips:
        parts += _left(median(samples[Family.IPV4]) + ATTEMPT_DELAY_MS, across, wording)
    for family, taken in samples.items():
        parts += _lane(family, taken, across, wording)
    connected, answered = wording.gettext("Time to connect, in milliseconds"), wording.gettext("Round trip, ms")
    told = "; ".join(_told(family, parity, wording) for family in Family)
    return svg("latency", "latency", (_WIDTH, _HEIGHT), answered if parity.round_trips else connected, told, parts)


def _told(family: Family, parity: Parity, wording: Wording) -> str:
    taken, lost = parity.samples.get(family, ()), parity.lost.get(family, 0)
    listed = ", ".join(_ms(ms, wording) for ms in taken) or "–"
    missing = " ({})".format(wording.gettext("%(number)s lost") % {"number": lost}) if lost else ""
    return f"{_NAMES[family]}: {listed} ms{missing}"


def _axis(across: Scale) -> Iterator[str]:
    yield line("axis", _LEFT, _AXIS, _WIDTH - _RIGHT, _AXIS)
    for value in ticks(across.high):
        x = across(value)
        yield line("axis", x, _AXIS, x, _AXIS + 4)
        yield text("", x, _AXIS + 18, value, "middle")
    yield text("", _WIDTH - _RIGHT + 10, _AXIS + 18, "ms")


def _left(at: float, across: Scale, wording: Wording) -> Iterator[str]:
    """From here on clients go on over IPv4."""
    if at > across.high:
        return
    x = across(at)
    yield rect("beyond", x, 14, max(0, _WIDTH - _RIGHT - x), _AXIS - 14)
    yield line("limit", x, 14, x, _AXIS)
    yield text("limit", x, 11, wording.gettext("clients leave IPv6"), "end" if x > _WIDTH / 2 else "start")


def _lane(family: Family, taken: tuple[float, ...], across: Scale, wording: Wording) -> Iterator[str]:
    y = _LANES[family]
    yield text("name", 0, y + 5, _NAMES[family])
    yield line("lane", _LEFT, y, _WIDTH - _RIGHT, y)
    for x in map(across, taken):
        yield circle("sample", x, y, 5) if family is Family.IPV4 else rect("sample", x - 4.5, y - 4.5, 9, 9)
    if taken:
        middle = median(taken)
        yield line("median", across(middle), y - 11, across(middle), y + 11)
        yield text("value", _WIDTH - _RIGHT + 10, y + 5, f"{_ms(middle, wording)} ms")


def _ms(value: float, wording: Wording) -> str:
    return wording.number(round(value, 1) if value < 10 else round(value))
