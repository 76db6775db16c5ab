"""`netaudit trace`: the chain of trust from the anchor to a name."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import dns.name
import dns.rdatatype

from netaudit.cli.bare import bare_inventory, lab_options, read_name
from netaudit.cli.errors import COMPLIANT, FINDINGS, INCOMPLETE, Usage
from netaudit.cli.options import language_option, network_options, read_network_options
from netaudit.cli.session import NetworkOptions, Session, open_session
from netaudit.dns.anchors import parse_anchors
from netaudit.dns.resolver import Resolver
from netaudit.dns.signers import Signers
from netaudit.dns.validate import Validator
from netaudit.engine import loop
from netaudit.inventory.problems import shown
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact, Lookup
from netaudit.model.inventory import Inventory
from netaudit.model.security import Security, SecurityStatus
from netaudit.probes.courtesy import CourteousNetwork
from netaudit.writers.chain import chain_text, failure_line
from netaudit.writers.chain_picture import standalone_picture
from netaudit.writers.files import write_whole
from netaudit.writers.wording import Wording

__all__ = ["trace"]

_CODES = {
    SecurityStatus.SECURE: COMPLIANT, SecurityStatus.INSECURE: COMPLIANT, SecurityStatus.BOGUS: FINDINGS,
    SecurityStatus.INDETERMINATE: INCOMPLETE,
}  # fmt: skip
_META_TYPES = {dns.rdatatype.ANY, dns.rdatatype.AXFR, dns.rdatatype.IXFR, dns.rdatatype.OPT, dns.rdatatype.NONE}


def _read_type(_context: click.Context, _parameter: click.Parameter, value: str) -> dns.rdatatype.RdataType:
    try:
        rdtype = dns.rdatatype.from_text(value)
    except (dns.rdatatype.UnknownRdatatype, ValueError):
        raise click.BadParameter(f"{shown(value)} is no RR type") from None
    if rdtype in _META_TYPES:
        raise click.BadParameter(f"{shown(value)} is no type that a zone holds")
    return rdtype


def _read_time(_context: click.Context, _parameter: click.Parameter, value: str | None) -> float | None:
    """A time in ISO 8601; UTC where it names no offset."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{shown(value)} is no time such as 2026-11-24T14:00:00Z") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


@click.command(
    epilog="""\b
Exit codes: 0 secure or insecure, 1 bogus, 3 indeterminate.
\b
Examples:
  netaudit trace lamdong.gov.vn
  netaudit trace www.lamdong.gov.vn AAAA --at 2026-12-31T00:00:00Z
  netaudit trace --lab dalat.lamdong.gov.vn MX
  netaudit trace --lab dilinh.lamdong.gov.vn --svg dilinh.svg
"""
)
@click.argument("name")
@click.argument("rdtype", metavar="[TYPE]", callback=_read_type, default="SOA")
@click.option("--at", callback=_read_time, metavar="TIME", help="Validate as if it were this time (ISO 8601).")
@lab_options
@click.option(
    "--svg", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Draw the chain into this file too."
)
@language_option
@network_options
def trace(
    name: str,
    rdtype: dns.rdatatype.RdataType,
    at: float | None,
    lab: bool,
    world: Path | None,
    svg: Path | None,
    language: str,
    **values: Any,
) -> int:
    """Print the chain of trust from the trust anchor to NAME (and TYPE, default: SOA), with what broke it."""
    owner = dns.name.from_text(read_name(name))
    network = read_network_options(values)
    security, lookup, exchanges = loop.run(_trace(bare_inventory(lab, world), network, owner, rdtype, at))
    asked = owner.to_text(omit_final_dot=True)
    about = [exchange for exchange in exchanges if exchange.id in lookup.facts and exchange.question[1] == rdtype]
    last = {exchange.question: exchange for exchange in about if exchange.message is not None}
    text = chain_text(asked, dns.rdatatype.to_text(rdtype), security, last.values(), language, colour=True)
    click.echo(text, nl=False)  # click drops colour when it is no terminal
    if lookup.failure is not None:
        click.echo(failure_line(lookup.failure, language))
    if svg is not None:
        _draw(svg, standalone_picture(security, asked, dns.rdatatype.to_text(rdtype), Wording(language)))
    return _CODES[security.status]


def _draw(path: Path, picture: str) -> None:
    try:
        write_whole(path, picture.encode())
    except OSError as error:
        raise Usage(f"{shown(str(path))} can't be written: {error.strerror}") from error


async def _trace(
    inventory: Inventory,
    options: NetworkOptions,
    name: dns.name.Name,
    rdtype: dns.rdatatype.RdataType,
    at: float | None,
) -> tuple[Security, Lookup, list[Exchange]]:
    async with open_session(inventory, Path(), options) as session:
        lookup, exchanges = await _collected(session, name, rdtype)
        now = session.network.now() if at is None else at
    try:
        anchors = parse_anchors(session.anchors)
    except ValueError as error:
        raise Usage(str(error)) from error
    security = Validator(exchanges, anchors, now).status(name, rdtype)
    by_id = {exchange.id: exchange for exchange in exchanges}
    signers = Signers(lambda ids: [by_id[id] for id in ids if id in by_id], now)
    return signers.completed(security, name, rdtype), lookup, exchanges


async def _collected(
    session: Session, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> tuple[Lookup, list[Exchange]]:
    facts: list[Fact] = []
    network = CourteousNetwork(session.network)
    resolver = Resolver(network, session.hints, record=facts.append)
    try:
        lookup = await resolver.lookup(name, rdtype)
    finally:
        await resolver.aclose()
        await network.aclose()
    return lookup, [fact for fact in facts if isinstance(fact, Exchange)]
