"""dnspython as the oracle of how messages are read."""

import dns.exception
import dns.message
import dns.rrset

__all__ = ["as_dnspython_reads_it", "described"]


def as_dnspython_reads_it(wire: bytes) -> dns.message.Message | None:
    """A message read tolerantly, None when it has no header."""
    try:
        return dns.message.from_wire(wire, continue_on_error=True, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        return None


def described(message: dns.message.Message | None) -> object:
    """All that a message says, to the case of each letter and the order of records."""
    if message is None:
        return None
    sections = [[_described(rrset) for rrset in section] for section in message.sections]
    errors = [(error.offset, type(error.exception), str(error.exception)) for error in message.errors]
    edns = (message.edns, message.ednsflags, message.payload, [option.to_wire() for option in message.options])
    return type(message), message.id, message.flags, message.rcode(), edns, sections, errors, message.tsig is None


def _described(rrset: dns.rrset.RRset) -> object:
    records = [(type(rdata), rdata.rdclass, rdata.rdtype, rdata.to_wire()) for rdata in rrset]
    return rrset.name.labels, rrset.rdclass, rrset.rdtype, rrset.covers, rrset.ttl, rrset.deleting, records
