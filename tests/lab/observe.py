"""What each server of a world does, seen by the scanner's own network code: `python -m tests.lab.observe < REQUEST`.

The same request can be put to the lab on loopback and, within a namespace, to real daemons. What is printed
is what a verdict can depend on: no times, no software, no order of records.
"""

import asyncio
import secrets
import sys
from collections.abc import Awaitable
from functools import partial

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import msgspec
from cryptography import x509

from netaudit.model.common import Record, Transport
from netaudit.model.facts import TlsObservation
from netaudit.net.internet import InternetNetwork
from netaudit.net.lab import LabMap, LabNetwork
from netaudit.net.limits import Limits
from netaudit.net.network import Network, NetworkError
from netaudit.net.policy import TargetPolicy
from netaudit.net.services import services_of
from netaudit.rules import ntp
from netaudit.rules.dialects import mechanisms

__all__ = ["Observations", "Request"]

Observations = dict[str, str]  # what was asked -> what was seen
_LIMITS = Limits(udp_timeout=1.5, udp_tries=2, tcp_timeout=2.0, tcp_tries=1, http_tries=1, dns_tcp_timeout=3.0)


class Request(Record, frozen=True, kw_only=True):
    """What to ask. `lab`: the listeners of a lab on loopback; without it the addresses are real."""

    lab: LabMap | None = None
    zones: tuple[tuple[str, str], ...] = ()  # zone, server address
    urls: tuple[tuple[str, str], ...] = ()  # URL, address
    exchangers: tuple[tuple[str, str], ...] = ()  # host, address
    ports: tuple[tuple[str, int], ...] = ()  # address, port
    services: tuple[tuple[str, str], ...] = ()  # endpoint, address


async def observe(request: Request) -> Observations:
    """Ask everything at once."""
    network: Network = InternetNetwork(_LIMITS, TargetPolicy(allowed=("0.0.0.0/0", "::/0")))
    if request.lab is not None:
        network = LabNetwork(request.lab, _LIMITS)
    asked: dict[str, Awaitable[str]] = {}
    for zone, server in request.zones:
        for transport in Transport:
            asked[f"{zone} SOA at {server} over {transport}"] = _soa(network, zone, server, transport)
    for url, address in request.urls:
        asked[f"{url} at {address}"] = _page(network, url, address)
    for host, address in request.exchangers:
        asked[f"{host} at {address}"] = _greeting(network, host, address)
    for endpoint, address in request.services:
        ask = _time if endpoint.startswith("ntp:") else _dialogue
        asked[f"{endpoint} at {address}"] = ask(network, endpoint, address)
    for address, port in request.ports:
        asked[f"{address} port {port}"] = _port(network, address, port)
    seen = await asyncio.gather(*asked.values())
    return dict(zip(asked, seen, strict=True))


async def _soa(network: Network, zone: str, server: str, transport: Transport) -> str:
    query = dns.message.make_query(zone, dns.rdatatype.SOA, want_dnssec=True, flags=dns.flags.Flag(0))
    exchange = await network.dns(query.to_wire(), server, transport=transport)
    if exchange.message is None:
        return str(exchange.failure.reason) if exchange.failure else "nothing"
    message = exchange.message
    authoritative = "AA" if message.flags & dns.flags.AA else "no AA"
    records = sorted(dns.rdatatype.to_text(rrset.rdtype) for rrset in message.answer)
    serials = [str(rdata.serial) for rrset in message.answer for rdata in rrset if rdata.rdtype == dns.rdatatype.SOA]
    return " ".join([dns.rcode.to_text(message.rcode()), authoritative, *records, *serials])


async def _page(network: Network, url: str, address: str) -> str:
    hop = await network.http(url, address)
    if hop.failure is not None:
        return f"{hop.failure.reason}"
    headers = dict(hop.headers)
    kept = [headers.get(name, "-") for name in ("location", "strict-transport-security")]
    body = hop.body.decode() if hop.status == 200 else ""
    return " | ".join([str(hop.status), *kept, _certificate(hop.tls), body])


async def _greeting(network: Network, host: str, address: str) -> str:
    fact = await network.smtp("example.invalid", host, address)
    if fact.failure is not None:
        return f"{fact.failure.reason}"
    offered = "STARTTLS" if fact.starttls_offered else "no STARTTLS"
    return " | ".join([fact.banner.split()[0], offered, _certificate(fact.tls)])


async def _dialogue(network: Network, endpoint: str, address: str) -> str:
    fact = await services_of(network).dialogue(endpoint, address)
    if fact.failure is not None:
        return f"{fact.failure.reason}"
    offered = "STARTTLS" if fact.starttls_offered else "no STARTTLS"
    logins = (" ".join(mechanisms(told)) for told in (fact.capabilities, fact.secured))
    return " | ".join([fact.greeting.split()[0], offered, *logins, _certificate(fact.tls)])


async def _time(network: Network, endpoint: str, address: str) -> str:
    query = ntp.client_query(secrets.token_bytes(8))
    fact = await services_of(network).datagram(endpoint, address, query, partial(ntp.answers, query))
    reply = ntp.read_reply(fact.reply or b"", fact.at, fact.elapsed_ms / 1000)
    if reply is None:
        return f"{fact.failure.reason}" if fact.failure is not None else "no time"
    return f"stratum {reply.stratum}, leap {reply.leap}, {round(reply.offset)} s ahead"


async def _port(network: Network, address: str, port: int) -> str:
    try:
        connection = await network.connect(address, port)
    except NetworkError as error:
        return f"{error.failure.reason}"
    await connection.stream.aclose()
    return "open"


def _certificate(tls: TlsObservation | None) -> str:
    if tls is None or not tls.certificates:
        return "no certificate"
    certificate = x509.load_der_x509_certificate(tls.certificates[0])
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    issuer = "self-signed" if certificate.issuer == certificate.subject else certificate.issuer.rfc4514_string()
    days = round((certificate.not_valid_after_utc - certificate.not_valid_before_utc).total_seconds() / 86_400)
    return f"{len(tls.certificates)} for {names.get_values_for_type(x509.DNSName)} by {issuer}, {days} days"


if __name__ == "__main__":
    found = asyncio.run(observe(msgspec.json.decode(sys.stdin.buffer.read(), type=Request)))
    sys.stdout.buffer.write(msgspec.json.encode(found))
