"""`netaudit trace`: the chain of trust from the anchor to a name."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click
import dns.name
import dns.rcode
import dns.rdatatype
import msgspec
from dns.rdtypes.ANY.CNAME import CNAME

from netaudit.cli.bare import bare_inventory, lab_options, read_name
from netaudit.cli.errors import COMPLIANT, FINDINGS, INCOMPLETE, Usage
from netaudit.cli.options import language_option, network_options, read_network_options
from netaudit.cli.session import NetworkOptions, open_session
from netaudit.dns.anchors import parse_anchors
from netaudit.dns.resolution import Resolution, ValidatingResolver
from netaudit.dns.signers import Signers
from netaudit.engine import loop
from netaudit.inventory.problems import shown
from netaudit.model.inventory import Inventory
from netaudit.model.security import Security, SecurityStatus
from netaudit.probes.courtesy import CourteousNetwork
from netaudit.rules.algorithms import POLICIES, REGISTRY, Policy, Registry, RegistryError
from netaudit.writers.chain import absence_line, chain_text, failure_line
from netaudit.writers.chain_picture import standalone_picture
from netaudit.writers.files import write_whole
from netaudit.writers.wording import Wording

__all__ = ["trace"]

_ABSENT = {dns.rcode.NXDOMAIN, dns.rcode.NOERROR}  # with no answer
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


def _read_registry(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Registry:
    if value is None:
        return REGISTRY
    try:
        return Registry.from_file(value)
    except RegistryError as error:
        raise click.BadParameter(str(error)) from error
    except OSError as error:
        raise click.BadParameter(f"{shown(str(value))} can't be read: {error.strerror}") from error


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
@click.option(
    "--policy",
    type=click.Choice(list(POLICIES)),
    default="software",
    show_default=True,
    help="Which algorithms count: what software must validate, what operators rely on, or all (RFC 9905).",
)
@click.option(
    "--algorithms",
    "registry",
    callback=_read_registry,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The status of algorithms and digests, in place of the registry that is shipped.",
)
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
    policy: str,
    registry: Registry,
    lab: bool,
    world: Path | None,
    svg: Path | None,
    language: str,
    **values: Any,
) -> int:
    """Print the chain of trust from the trust anchor to NAME (and TYPE, default: SOA), with what broke it."""
    owner = dns.name.from_text(read_name(name))
    network = read_network_options(values)
    question = _Question(owner, rdtype, at, Policy.of(registry, policy))
    found, security = loop.run(_resolved(bare_inventory(lab, world), network, question))
    asked, kind = owner.to_text(omit_final_dot=True), dns.rdatatype.to_text(rdtype)
    path = _path(found)
    about = (
        exchange for exchange in found.exchanges if exchange.question[0] in path and exchange.question[1] == rdtype
    )
    last = {exchange.question: exchange for exchange in about if exchange.message is not None}
    aliases = [step.to_text(omit_final_dot=True) for step in path]
    # click drops colour when it is no terminal
    click.echo(chain_text(asked, kind, security, last.values(), language, aliases=aliases, colour=True), nl=False)
    if found.failure is not None:
        click.echo(failure_line(found.failure, language))
    elif not any(rrset.rdtype == rdtype for rrset in found.answer) and found.rcode in _ABSENT:
        click.echo(absence_line(asked, kind, found.rcode == dns.rcode.NXDOMAIN, security, language))
    if svg is not None:
        _draw(svg, standalone_picture(security, asked, kind, Wording(language)))
    return _CODES[security.status]


class _Question(NamedTuple):
    name: dns.name.Name
    rdtype: dns.rdatatype.RdataType
    at: float | None  # None: now
    policy: Policy


def _draw(path: Path, picture: str) -> None:
    try:
        write_whole(path, picture.encode())
    except OSError as error:
        raise Usage(f"{shown(str(path))} can't be written: {error.strerror}") from error


async def _resolved(inventory: Inventory, options: NetworkOptions, question: _Question) -> tuple[Resolution, Security]:
    """What a validating resolver finds, and the status with all signatures along the chain."""
    async with open_session(inventory, Path(), options) as session:
        try:
            anchors = parse_anchors(session.anchors)
        except ValueError as error:
            raise Usage(str(error)) from error
        now = session.network.now() if question.at is None else question.at
        network = CourteousNetwork(session.network)
        resolver = ValidatingResolver(network, hints=session.hints, anchors=anchors, policy=question.policy)
        try:
            found = await resolver.resolve(question.name, question.rdtype, now)
            assert found.security is not None, "validation is on"
            island = await _island(resolver, found.security, now)
        finally:
            await resolver.aclose()
            await network.aclose()
    security = found.security
    by_id = {exchange.id: exchange for exchange in found.exchanges}
    if island is not None and island.security is not None:
        security = msgspec.structs.replace(security, links=island.security.links)
        by_id |= {exchange.id: exchange for exchange in island.exchanges}
    signers = Signers(lambda ids: [by_id[id] for id in ids if id in by_id], now, policy=question.policy)
    return found, signers.completed(security, question.name, question.rdtype)


async def _island(resolver: ValidatingResolver, security: Security, now: float) -> Resolution | None:
    """What an insecure zone says of its keys, which validation never needed: it may be an island of security."""
    if security.status is not SecurityStatus.INSECURE or not security.links or security.links[-1].keys:
        return None
    zone = security.links[-1].zone
    found = await resolver.resolve(dns.name.from_text(zone), dns.rdatatype.DNSKEY, now)
    same = found.security is not None and bool(found.security.links) and found.security.links[-1].zone == zone
    return found if same else None


def _path(found: Resolution) -> list[dns.name.Name]:
    """The name that was asked and those that its aliases led to, in order."""
    targets = {rrset.name: rdata.target for rrset in found.answer for rdata in rrset if isinstance(rdata, CNAME)}
    path = [found.name]
    while path[-1] in targets and targets[path[-1]] not in path:
        path.append(targets[path[-1]])
    return path
