"""A register of certificates, counted: which are expired, which serials stand twice, what could not be read."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from netaudit.model.facts import CertificateRow, RegisterFact

__all__ = ["READING_STOPPED", "counted", "day", "distinct", "ends", "expired", "expiring", "repeated", "unread"]

READING_STOPPED = "reading stopped here"
"""What the last entry of `broken` begins with when the file has rows beyond it that nobody looked at."""

_DAY = 86_400
_LAST_SECOND = _DAY - 1 - 7 * 3_600  # of a day in Viet Nam (UTC+7), after that day began in UTC


def ends(row: CertificateRow) -> float:
    """When the certificate ends, in seconds since 1970: a date without a time means all of that day in Viet Nam."""
    return row.not_after if row.not_after % _DAY else row.not_after + _LAST_SECOND


def expired(rows: Iterable[CertificateRow], now: float) -> tuple[CertificateRow, ...]:
    """The certificates that have ended, by line."""
    return tuple(row for row in rows if ends(row) <= now)


def expiring(rows: Iterable[CertificateRow], now: float, days: float) -> tuple[CertificateRow, ...]:
    """The certificates that end within so many days, the first to end first."""
    return tuple(
        sorted((row for row in rows if now < ends(row) <= now + days * _DAY), key=lambda row: (ends(row), row.line))
    )


def repeated(rows: Iterable[CertificateRow]) -> dict[tuple[str, str], tuple[CertificateRow, ...]]:
    """Issuer and serial of certificates that stand more than once, with their rows (RFC 5280 section 4.1.2.2)."""
    groups: dict[tuple[str, str], list[CertificateRow]] = defaultdict(list)
    for row in rows:
        groups[row.issuer, row.serial].append(row)
    return {key: tuple(found) for key, found in groups.items() if len(found) > 1}


def counted(fact: RegisterFact) -> dict[str, int]:
    """Holder kind -> number of certificates; one that stands twice is one."""
    return dict(sorted(Counter(row.holder for row in distinct(fact)).items()))


def distinct(fact: RegisterFact) -> tuple[CertificateRow, ...]:
    """Each certificate once, by the row that it stands in first."""
    return tuple({(row.issuer, row.serial): row for row in reversed(fact.rows)}.values())


def unread(fact: RegisterFact) -> float:
    """How many certificates the file may hold beyond those read; infinite where reading stopped."""
    stopped = any(problem.startswith(READING_STOPPED) for problem in fact.broken.values())
    return float("inf") if stopped else len(fact.broken)


def day(seconds: float) -> str:
    """A date as YYYY-MM-DD, UTC."""
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):  # a register may claim any year
        return "out of range"
