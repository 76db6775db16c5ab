"""Records that ask for reports about TLS between mail servers, read as RFC 8460 section 3 writes them."""

import re
from collections.abc import Iterable

__all__ = ["report_targets", "tls_report_records"]


def tls_report_records(texts: Iterable[str]) -> tuple[str, ...]:
    """The TXT records that are TLS-RPT records; senders ignore all others."""
    return tuple(text for text in texts if re.match(r"v=TLSRPTv1[ \t]*;", text))


def report_targets(record: str) -> tuple[str, ...]:
    """Where reports go, `mailto:` or `https:`. None where a record has no `rua`, or one that is wrong."""
    fields = [part.strip() for part in record.split(";")[1:]]
    targets = [field[4:] for field in fields if field.startswith("rua=")]
    if len(targets) != 1:
        return ()
    found = tuple(target.strip() for target in targets[0].split(","))
    return found if all(_TARGET.fullmatch(target) for target in found) else ()


_TARGET = re.compile(r"mailto:[^@\s,;!]+@[^@\s,;!]+|https://[^\s,;!]+", re.IGNORECASE)
