"""A DNS exchange as `dig` would show it, for people who read dig all day."""

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdatatype

from netaudit.model.common import Transport
from netaudit.model.exchange import Exchange, Purpose
from netaudit.writers.safe import one_line

__all__ = ["dig_command", "exchange_lines", "question_text", "rcode_text", "utc_text"]

_LINE = 4_000  # a long TXT or DNSKEY record fits
_RECORDS = 200  # of one section
_ROOM = 1232  # bytes that an ordinary query offers
_DUMPED = 512  # bytes of a response that can't be read whole
_SECTIONS = ("QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL")


def exchange_lines(exchange: Exchange) -> Iterator[str]:
    """Yield the lines of an exchange: the command that asks again, the response by sections, and how it went."""
    yield f"; {dig_command(exchange)}"
    if exchange.failure is not None:
        failure = exchange.failure
        yield one_line(f";; no response: {failure.reason} (side: {failure.side}) {failure.detail}".rstrip())
    elif exchange.message is None:
        yield ";; the response can't be read as a DNS message"
        yield from _dump(exchange.response or b"")
    else:
        yield from _message(exchange.message, int.from_bytes((exchange.response or b"")[:2], "big"))
        if exchange.purpose == Purpose.AXFR:
            yield ";; of a zone transfer header and question are kept, and no records"
        elif exchange.message.errors:
            yield from _malformed(exchange.message)
            yield from _dump(exchange.response or b"")
    yield ""
    yield one_line(
        f";; Query time: {exchange.elapsed_ms:.0f} msec, {_counted(exchange.tries, 'try', 'tries')}"
        + (f", from {exchange.local_address}" if exchange.local_address else "")
    )
    yield one_line(f";; SERVER: {exchange.server}#{exchange.port} ({exchange.transport.upper()})")
    yield f";; WHEN: {utc_text(exchange.at)}"
    if exchange.response is not None:
        yield f";; MSG SIZE  rcvd: {len(exchange.response)}"


def dig_command(exchange: Exchange) -> str:
    """Return the `dig` command that puts the same question to the same server."""
    try:
        query = dns.message.from_wire(exchange.query)
        asked = query.question[0]
    except (dns.exception.DNSException, ValueError, IndexError):
        return "the query can't be read as a DNS message"
    options = ["" if query.flags & dns.flags.RD else "+norecurse", "+dnssec" if query.ednsflags & dns.flags.DO else ""]
    options.append("+tcp" if exchange.transport is Transport.TCP else "")
    options += _edns_options(query) if exchange.purpose else []
    port = f" -p {exchange.port}" if exchange.port != 53 else ""
    name = shlex.quote(asked.name.to_text())  # servers chose some of the names
    if name.startswith("-"):
        name = f"-q {name}"
    words = f"dig @{exchange.server}{port} {name} {dns.rdatatype.to_text(asked.rdtype)}"
    return one_line(" ".join([words, *(option for option in options if option)]))


def _edns_options(query: dns.message.Message) -> Iterator[str]:
    """How `dig` is told to send a query's very OPT record, or none; of itself it sends a cookie."""
    if query.edns < 0:
        yield "+noedns"
        return
    options = {int(option.otype): (option.to_wire() or b"").hex() for option in query.options}
    if query.edns:
        yield f"+edns={query.edns} +noednsneg"
    if query.ednsflags & ~dns.flags.DO:
        yield f"+ednsflags={query.ednsflags & ~dns.flags.DO:#06x}"
    if query.payload < _ROOM:
        yield f"+bufsize={query.payload} +ignore"
    cookie = options.pop(dns.edns.OptionType.COOKIE, "")
    yield f"+cookie={cookie} +nobadcookie" if cookie else "+nocookie"
    for code, data in options.items():
        yield "+nsid" if code == dns.edns.OptionType.NSID else f"+ednsopt={code}{':' if data else ''}{data}"


def question_text(exchange: Exchange) -> str:
    """Return the question: `lamdong.gov.vn. SOA`."""
    try:
        name, rdtype = exchange.question
    except (dns.exception.DNSException, ValueError, IndexError):
        return "?"
    return one_line(f"{name.to_text()} {dns.rdatatype.to_text(rdtype)}")


def rcode_text(exchange: Exchange) -> str:
    """Return how the exchange ended in a word or two: `NOERROR aa`, `REFUSED`, `timeout`."""
    if exchange.failure is not None:
        return str(exchange.failure.reason)
    if exchange.message is None:
        return "unreadable"
    words = [dns.rcode.to_text(exchange.message.rcode())]
    words += [word for word, on in (("aa", exchange.authoritative), ("tc", exchange.truncated)) if on]
    return " ".join(words)


def _message(message: dns.message.Message, id: int) -> Iterator[str]:
    opcode, rcode = dns.opcode.to_text(message.opcode()), dns.rcode.to_text(message.rcode())
    yield f";; ->>HEADER<<- opcode: {opcode}, status: {rcode}, id: {id}"
    sections = [message.question, message.answer, message.authority, message.additional]
    counts = [sum(len(rrset) or 1 for rrset in section) for section in sections]
    counts[-1] += message.edns >= 0  # dig counts the OPT record too
    flags = dns.flags.to_text(message.flags).lower()
    named = ", ".join(f"{name}: {count}" for name, count in zip(("QUERY", *_SECTIONS[1:]), counts, strict=True))
    yield f";; flags: {flags}; {named}"
    if message.edns >= 0:
        yield from _edns(message)
    for name, section in zip(_SECTIONS, sections, strict=True):
        if section:
            yield ""
            yield f";; {name} SECTION:"
            records = [line for rrset in section for line in rrset.to_text().splitlines()]
            for record in records[:_RECORDS]:
                yield one_line(f";{record}" if name == "QUESTION" else record, _LINE)
            if len(records) > _RECORDS:
                yield f";; … (+{len(records) - _RECORDS})"


def _malformed(message: dns.message.Message) -> Iterator[str]:
    for error in message.errors[:20]:
        yield one_line(f";; malformed at byte {error.offset}: {type(error.exception).__name__}: {error.exception}")


def _edns(message: dns.message.Message) -> Iterator[str]:
    flags = dns.flags.edns_to_text(message.ednsflags).lower()
    yield f";; EDNS: version: {message.edns}, flags: {flags or '-'}; udp: {message.payload}"
    for option in message.options[:20]:
        yield one_line(f";; {dns.edns.OptionType.to_text(option.otype)}: {option.to_text()}")


def _dump(wire: bytes) -> Iterator[str]:
    for start in range(0, min(len(wire), _DUMPED), 16):
        row = wire[start : start + 16]
        shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        yield f";; {start:04x}  {row.hex(' '):47}  {shown}"
    if len(wire) > _DUMPED:
        yield f";; … (+{len(wire) - _DUMPED} bytes)"


def utc_text(at: float) -> str:
    """Return a time in UTC, to the second: `2026-11-24T14:00:00Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
