"""Connection times of both families on one scale, with the moment at which clients leave IPv6 (RFC 8305)."""

from statistics import median

from markupsafe import Markup, escape

from netaudit.model.common import Family
from netaudit.model.parity import Parity
from netaudit.rules.happy_eyeballs import ATTEMPT_DELAY_MS
from netaudit.writers.wording import Wording

__all__ = ["latency_picture"]

# All lengths in CSS pixels.
_WIDTH, _LEFT, _RIGHT = 640, 64, 76
_LANES = {Family.IPV4: 34, Family.IPV6: 74}
_AXIS, _HEIGHT = 104, 132
_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)  # ms
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
    end = max(*everything, 1.0) * 1.15
    told = "; ".join(_told(family, parity, wording) for family in Family)
    parts = [*_scale(end)]
    if samples[Family.IPV4] and not parity.round_trips:
        parts += _left(median(samples[Family.IPV4]) + ATTEMPT_DELAY_MS, end, wording)
    for family, taken in samples.items():
        parts += _lane(family, taken, end, wording)
    connected, answered = wording.gettext("Time to connect, in milliseconds"), wording.gettext("Round trip, ms")
    title = escape(answered if parity.round_trips else connected)
    return Markup(  # noqa: S704  # numbers and escaped texts
        f'<svg class="latency" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'aria-labelledby="latency-title latency-desc">'
        f'<title id="latency-title">{title}</title><desc id="latency-desc">{escape(told)}</desc>{"".join(parts)}</svg>'
    )


def _told(family: Family, parity: Parity, wording: Wording) -> str:
    taken, lost = parity.samples.get(family, ()), parity.lost.get(family, 0)
    listed = ", ".join(_ms(ms, wording) for ms in taken) or "–"
    missing = " ({})".format(wording.gettext("%(number)s lost") % {"number": lost}) if lost else ""
    return f"{_NAMES[family]}: {listed} ms{missing}"


def _scale(end: float) -> list[str]:
    step = next((tick for tick in _TICKS if end / tick <= 8), _TICKS[-1])
    parts = [f'<line class="axis" x1="{_LEFT}" y1="{_AXIS}" x2="{_WIDTH - _RIGHT}" y2="{_AXIS}"/>']
    for number in range(min(int(end // step), 100) + 1):
        x = _x(number * step, end)
        parts.append(f'<line class="axis" x1="{x}" y1="{_AXIS}" x2="{x}" y2="{_AXIS + 4}"/>')
        parts.append(f'<text x="{x}" y="{_AXIS + 18}" text-anchor="middle">{number * step}</text>')
    parts.append(f'<text x="{_WIDTH - _RIGHT + 10}" y="{_AXIS + 18}">ms</text>')
    return parts


def _left(at: float, end: float, wording: Wording) -> list[str]:
    """From here on clients go on over IPv4."""
    if at > end:
        return []
    x = _x(at, end)
    label = escape(wording.gettext("clients leave IPv6"))
    anchor = "end" if x > _WIDTH / 2 else "start"
    return [
        f'<rect class="beyond" x="{x}" y="14" width="{max(0, _WIDTH - _RIGHT - x)}" height="{_AXIS - 14}"/>',
        f'<line class="limit" x1="{x}" y1="14" x2="{x}" y2="{_AXIS}"/>',
        f'<text class="limit" x="{x}" y="11" text-anchor="{anchor}">{label}</text>',
    ]


def _lane(family: Family, taken: tuple[float, ...], end: float, wording: Wording) -> list[str]:
    y = _LANES[family]
    parts = [
        f'<text class="name" x="0" y="{y + 5}">{_NAMES[family]}</text>',
        f'<line class="lane" x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}"/>',
    ]
    for ms in taken:
        x = _x(ms, end)
        parts.append(
            f'<circle class="sample" cx="{x}" cy="{y}" r="5"/>'
            if family is Family.IPV4
            else f'<rect class="sample" x="{x - 4.5}" y="{y - 4.5}" width="9" height="9"/>'
        )
    if taken:
        middle = median(taken)
        parts.append(
            f'<line class="median" x1="{_x(middle, end)}" y1="{y - 11}" x2="{_x(middle, end)}" y2="{y + 11}"/>'
        )
        parts.append(f'<text class="value" x="{_WIDTH - _RIGHT + 10}" y="{y + 5}">{_ms(middle, wording)} ms</text>')
    return parts


def _x(ms: float, end: float) -> float:
    return round(_LEFT + ms / end * (_WIDTH - _RIGHT - _LEFT), 1)


def _ms(value: float, wording: Wording) -> str:
    return wording.number(round(value, 1) if value < 10 else round(value))
