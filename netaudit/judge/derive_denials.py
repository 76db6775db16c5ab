"""The status of each server's own denials: one good server is enough for a resolver, and hides what the others say."""

from collections.abc import Iterable

import dns.name
import dns.rdatatype

from netaudit.dns.message import Kind, Response
from netaudit.dns.validate import Validator
from netaudit.model.exchange import Exchange
from netaudit.model.security import Security
from netaudit.rules.names import nonexistent_name
from netaudit.rules.zones import authoritative, unreadable

__all__ = ["denials"]


def denials(validator: Validator, apex: dns.name.Name, by_server: Iterable[Iterable[Exchange]]) -> dict[str, Security]:
    """Each server's answers that must prove an absence, by id: about the name that should not exist, and a NODATA.

    Where a wildcard covers the name, its expansion must prove that nothing closer exists (RFC 4035 section 5.3.4).
    One answer of each kind: a server makes them all alike.
    """
    chosen = (exchange for exchanges in by_server for exchange in _chosen(apex, exchanges))
    return {exchange.id: validator.response_status(exchange) for exchange in chosen}


def _chosen(apex: dns.name.Name, exchanges: Iterable[Exchange]) -> list[Exchange]:
    missing = (nonexistent_name(apex), dns.rdatatype.A)
    usable = [e for e in exchanges if e.question[0] in (missing[0], apex) and authoritative(e) and not unreadable(e)]
    of_name = next((e for e in usable if e.question == missing), None)
    of_type = next((e for e in usable if e.question[0] == apex and Response(e).kind is Kind.NODATA), None)
    return [exchange for exchange in (of_name, of_type) if exchange is not None]
