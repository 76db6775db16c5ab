"""Times as the sources of routing evidence write them."""

from datetime import datetime

__all__ = ["seconds_of"]


def seconds_of(value: object) -> float:
    """Seconds since 1970 from a number, or from ISO 8601 text with its offset from UTC. Raises ValueError."""
    if type(value) in (int, float) and 0 <= value < 1 << 40:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    if isinstance(value, str) and len(value) < 40:
        time = datetime.fromisoformat(value)
        if time.tzinfo is not None:
            return time.timestamp()
    raise ValueError(f"no time: {value!r}"[:80])
