"""Options that say how routing evidence will change: files in place of what there is, ROAs, route objects."""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from netaudit.cli.errors import Usage
from netaudit.engine.routing_change import RoutingChange
from netaudit.inventory.problems import shown
from netaudit.model.routing import RouteObject, Vrp

__all__ = ["read_routing_change", "routing_change_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

_ROA = re.compile(r"([0-9A-Fa-f.:]+/\d{1,3})(?:-(\d{1,3}))?=AS(\d{1,10})", re.IGNORECASE)
_OBJECT = re.compile(r"([0-9A-Fa-f.:]+/\d{1,3})=AS(\d{1,10})(?:@([A-Za-z0-9_-]{1,40}))?", re.IGNORECASE)
_FILES = {
    "vrps": "Validated ROA payloads as they will be: JSON of a relying party, or a saved RTR stream.",
    "route_objects": "Route objects as they will be: whois text, JSON of bgpq4.",
    "routes": "Routes as they will be, from a rehearsal: MRT, or what a router prints.",
    "registrations": "Registrations as they will be: RDAP, delegated-extended, whois.",
}


def routing_change_options(command: Command) -> Command:
    """What will be otherwise."""
    options = [
        click.option(
            f"--{kind.replace('_', '-')}", kind, multiple=True, metavar="FILE", help=text,
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
        )
        for kind, text in _FILES.items()
    ]  # fmt: skip
    options += [
        click.option(
            "--router",
            "routers",
            multiple=True,
            metavar="FILE",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A configuration of the border router, BIRD 2 or FRR: it is run against neighbours of our making, in "
            "network namespaces that reach nobody, to see what each operator would be told.",
        ),
        click.option("--add-roa", multiple=True, metavar="PREFIX[-MAX]=ASN", help="A ROA that will be there."),
        click.option("--remove-roa", multiple=True, metavar="PREFIX[-MAX]=ASN", help="One that will be gone."),
        click.option("--add-route-object", multiple=True, metavar="PREFIX=ASN[@SOURCE]", help="A new route object."),
        click.option("--remove-route-object", multiple=True, metavar="PREFIX=ASN[@SOURCE]", help="One that goes."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def read_routing_change(values: dict[str, Any]) -> RoutingChange:
    """Take the options out of a command's values. Raises Usage; without any of them, the change is empty."""
    files = {kind: values.pop(kind) for kind in _FILES}
    return RoutingChange(
        routers=values.pop("routers"),
        files={kind: paths for kind, paths in files.items() if paths},
        add_vrps=tuple(_roa("--add-roa", text) for text in values.pop("add_roa")),
        remove_vrps=tuple(_roa("--remove-roa", text) for text in values.pop("remove_roa")),
        add_objects=tuple(_object("--add-route-object", text, "APNIC") for text in values.pop("add_route_object")),
        remove_objects=tuple(_object("--remove-route-object", text, "") for text in values.pop("remove_route_object")),
    )


def _roa(option: str, text: str) -> Vrp:
    found = _ROA.fullmatch(text.strip())
    if found is None:
        raise Usage(f"{option} {shown(text)}: write PREFIX-MAXLENGTH=ASN, as in 203.0.113.0/24-24=AS64510")
    network = _network(option, text, found[1])
    longest = int(found[2]) if found[2] else network.prefixlen
    if not network.prefixlen <= longest <= network.max_prefixlen:
        raise Usage(f"{option} {shown(text)}: maxLength must be {network.prefixlen} to {network.max_prefixlen}")
    return Vrp(prefix=str(network), max_length=longest, asn=_asn(option, text, found[3]))


def _object(option: str, text: str, source: str) -> RouteObject:
    """Of an addition, in the registry `source` unless another is named."""
    found = _OBJECT.fullmatch(text.strip())
    if found is None:
        raise Usage(
            f"{option} {shown(text)}: write PREFIX=ASN or PREFIX=ASN@SOURCE, as in 203.0.113.0/24=AS64510@APNIC"
        )
    network = _network(option, text, found[1])
    registry = (found[3] or source).upper()
    return RouteObject(prefix=str(network), origin=_asn(option, text, found[2]), registry=registry)


def _network(option: str, text: str, prefix: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(prefix)
    except ValueError as error:
        raise Usage(f"{option} {shown(text)}: {error}") from error


def _asn(option: str, text: str, digits: str) -> int:
    if int(digits) >= 1 << 32:
        raise Usage(f"{option} {shown(text)}: AS{digits} is no AS number")
    return int(digits)
