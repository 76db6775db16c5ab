"""Options that say what is not live yet: a zone file, a delegation, its servers and its DS."""

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
import dns.name

from netaudit.authority.masterfile import MasterFileError, ZoneFile, read_zone_file
from netaudit.cli.bare import read_name
from netaudit.cli.errors import Usage
from netaudit.dns.anchors import DS, parse_anchors
from netaudit.engine.proposal import Proposal
from netaudit.inventory.problems import shown

__all__ = ["described", "ds_option", "proposal_options", "read_ds", "read_file", "read_proposals"]

Command = TypeVar("Command", bound=Callable[..., Any])

_MOST_DS = 64
_MOST_BYTES = 65_536  # of a file of DS records


def proposal_options(command: Command) -> Command:
    """What is to be scanned as if it were live."""
    for option in reversed(
        (
            click.option(
                "--zonefile", "zonefiles", multiple=True, metavar="ZONE=FILE", help="As if this zone file were live."
            ),
            click.option(
                "--delegation", "delegations", multiple=True, metavar="ZONE", help="As if the parent delegated this."
            ),
            click.option(
                "--ns", "servers", multiple=True, metavar="NAME[=ADDRESS,…]", help="A name server it will have."
            ),
            ds_option,
        )
    ):
        command = option(command)
    return command


def ds_option(command: Command) -> Command:
    """The DS that the parent will have."""
    return click.option(
        "--ds", "ds", multiple=True, metavar="DS|@FILE|none", help="A DS that the parent will have; 'none': no DS."
    )(command)


def read_proposals(values: dict[str, Any]) -> tuple[Proposal, ...]:
    """Take the options out of a command's values; parents come first. Raises Usage."""
    files = dict(_zone_and_file(text) for text in values.pop("zonefiles"))
    names = dict.fromkeys((*files, *(_zone(text) for text in values.pop("delegations"))))
    servers, ds = values.pop("servers"), values.pop("ds")
    if not names:
        if servers or ds:
            raise Usage("--ns and --ds say something of a zone: name it with --zonefile or --delegation")
        return ()
    if servers and len(names) > 1:
        raise Usage("--ns belongs to one zone: propose one at a time")
    records = read_ds(ds, tuple(names))
    found = []
    for zone in sorted(names, key=len):
        given = dict(map(_server, servers)) if servers else None
        proposal = Proposal(zone=zone, servers=given, ds=records.get(zone))
        file = files.get(zone)
        found.append(proposal if file is None else replace(proposal, file=_readable(file, zone)))
    return tuple(found)


def read_file(path: Path, zone: dns.name.Name) -> ZoneFile:
    """Read a zone file. Raises MasterFileError; Usage when it can't be opened."""
    try:
        return read_zone_file(path, zone)
    except OSError as error:
        raise Usage(f"{path}: {error.strerror or error}") from error


def read_ds(texts: Iterable[str], zones: tuple[dns.name.Name, ...]) -> Mapping[dns.name.Name, tuple[DS, ...]]:
    """DS records by zone; one without an owner is the only zone's. Raises Usage."""
    found: dict[dns.name.Name, list[DS]] = {}
    for line in (line for text in texts for line in _ds_lines(text)):
        records: tuple[DS, ...] = ()
        owner = dns.name.root
        if line.lower() != "none":
            try:
                ((owner, records),) = parse_anchors([line]).items()
            except ValueError as error:
                raise Usage(f"--ds: {error}") from error
        if owner == dns.name.root:
            if len(zones) != 1:
                raise Usage(f"--ds {shown(line)}: write the zone in front, as in 'ZONE IN DS …'")
            owner = zones[0]
        if owner not in zones:
            raise Usage(f"--ds: {owner.to_text(omit_final_dot=True)} is not proposed")
        found.setdefault(owner, []).extend(records)
        if len(found[owner]) > _MOST_DS:
            raise Usage(f"--ds: more than {_MOST_DS} records of one zone")
    return {owner: tuple(records) for owner, records in found.items()}


def described(proposal: Proposal) -> str:
    """What is proposed, in one line: for the facts, and for whoever reads the report."""
    parts = [f"zone file {Path(proposal.file.path).name} ({proposal.file.sha256[:16]})"] if proposal.file else []
    for name, addresses in (proposal.servers or {}).items():
        parts.append(f"NS {name.to_text(omit_final_dot=True)} {' '.join(addresses)}".rstrip())
    if proposal.ds is not None:
        parts += [f"DS {record}" for record in proposal.ds] or ["no DS"]
    return f"{proposal.zone.to_text(omit_final_dot=True)}: {', '.join(parts) or 'delegation'}"


def _readable(path: Path, zone: dns.name.Name) -> ZoneFile:
    try:
        return read_file(path, zone)
    except MasterFileError as error:
        raise Usage(str(error)) from error


def _zone_and_file(text: str) -> tuple[dns.name.Name, Path]:
    zone, equals, file = text.partition("=")
    if not equals or not file:
        raise Usage(f"--zonefile {shown(text)}: write ZONE=FILE")
    return _zone(zone), Path(file)


def _zone(text: str) -> dns.name.Name:
    name = dns.name.from_text(read_name(text))
    if name == dns.name.root:
        raise Usage("the root has no parent: a proposed root can't be audited")
    return name


def _server(text: str) -> tuple[dns.name.Name, tuple[str, ...]]:
    name, _, listed = text.partition("=")
    addresses = tuple(part.strip() for part in listed.split(",") if part.strip())
    try:
        return dns.name.from_text(read_name(name)), tuple(str(ipaddress.ip_address(a)) for a in addresses)
    except ValueError as error:
        raise Usage(f"--ns {shown(text)}: {error}") from error


def _ds_lines(text: str) -> list[str]:
    """The records of an option: one, or those of a file such as dnssec-signzone writes (dsset-…)."""
    if not text.startswith("@"):
        return [text.strip()]
    try:
        with Path(text[1:]).open("rb") as file:
            content = file.read(_MOST_BYTES).decode("ascii", "replace")
    except OSError as error:
        raise Usage(f"--ds {shown(text)}: {error.strerror or error}") from error
    lines = [line.partition(";")[0].strip() for line in content.splitlines()]
    return [line for line in lines if line]
