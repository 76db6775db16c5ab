"""RDAP answers about addresses and AS numbers (RFC 9083 sections 5.4 and 5.5): one JSON object, or a list of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from netaudit.model.routing import Registration
from netaudit.routing.holdings import Found, OwnResources, Registrations, RegistrationsError, printable
from netaudit.routing.jsontext import one_line
from netaudit.rules.blocks import ASN, Block
from netaudit.rules.registration import registries

__all__ = ["read_rdap"]

_BYTES = 8 * 1024 * 1024
_DEEP = 6  # entities within entities


def read_rdap(path: Path, own: OwnResources) -> Registrations:
    """Read what an answer says of our resources.

    An answer about something else gives nothing. Raises RegistrationsError for a file that is no RDAP answer, or that
    is one of an error.
    """
    found = Found()
    with path.open("rb") as file:
        data = file.read(_BYTES + 1)
    offset = 0
    try:
        if len(data) > _BYTES:
            raise ValueError(f"more than {_BYTES} bytes")
        document = json.loads(data)
        for answer in document if isinstance(document, list) else [document]:
            _take(answer, own, found)
    except json.JSONDecodeError as error:
        offset = len(error.doc[: error.pos].encode("utf-8", "surrogatepass"))
        raise RegistrationsError(path.name, offset, error.msg, found.result("rdap")) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RegistrationsError(path.name, offset, _problem(error), found.result("rdap")) from error
    return found.result("rdap")


def _take(answer: dict[str, Any], own: OwnResources, found: Found) -> None:
    if "errorCode" in answer:
        raise ValueError(f"the server answered: error {answer['errorCode']!r:.20} {printable(answer.get('title'))}")
    match answer.get("objectClassName"):
        case "ip network":
            block = Block.between(answer["startAddress"], answer["endAddress"])
        case "autnum":
            block = _asns(answer)
        case other:
            raise ValueError(f"{printable(other) or 'no objectClassName'} is neither an ip network nor an autnum")
    for resource in own.within(block):
        holder_id, holder = _holder(answer)
        found.add(
            Registration(
                resource=resource,
                registered=str(block),
                registry=_registry(answer),
                status=printable(answer.get("type")),
                name=printable(answer.get("name")),
                holder=holder,
                holder_id=holder_id,
                country=printable(answer.get("country")),
            )
        )


def _asns(answer: dict[str, Any]) -> Block:
    first = answer["startAutnum"]
    last = answer.get("endAutnum", first)
    if type(first) is not int or type(last) is not int or not 0 <= first <= last < 1 << 32:
        raise ValueError(f"no AS numbers: {first!r:.20} - {last!r:.20}")
    return Block(ASN, first, last)


def _registry(answer: dict[str, Any]) -> str:
    """By its whois server, else by the server that a link leads to; empty for one that is not known."""
    links = [link.get("href") for link in answer.get("links", ()) if isinstance(link, dict)]
    hosts = [answer.get("port43"), *(urlsplit(href).hostname for href in links if isinstance(href, str))]
    return next((found for host in hosts if isinstance(host, str) and (found := registries().registry_of(host))), "")


def _holder(answer: dict[str, Any]) -> tuple[str, str]:
    """Handle and name of the registrant, of a person no name; without one, the first line of the description."""
    for entity in _entities(answer, _DEEP):
        if "registrant" in entity.get("roles", ()):
            return printable(entity.get("handle")), _name(entity) or _description(answer)
    return "", _description(answer)


def _entities(thing: dict[str, Any], deep: int) -> Iterator[dict[str, Any]]:
    for entity in thing.get("entities", ()):
        if isinstance(entity, dict):
            yield entity
            if deep:
                yield from _entities(entity, deep - 1)


def _name(entity: dict[str, Any]) -> str:
    """`fn` of its vCard (RFC 7095), unless that is of an individual."""
    card = entity.get("vcardArray")
    fields = card[1] if isinstance(card, list) and len(card) == 2 and isinstance(card[1], list) else []
    found = {field[0]: field[3] for field in fields if isinstance(field, list) and len(field) == 4}
    return "" if found.get("kind") == "individual" else printable(found.get("fn"))


def _description(answer: dict[str, Any]) -> str:
    for remark in answer.get("remarks", ()):
        if isinstance(remark, dict) and remark.get("title", "description") == "description":
            lines = remark.get("description")
            return printable(lines[0]) if isinstance(lines, list) and lines else ""
    return ""


def _problem(error: Exception) -> str:
    match error:
        case KeyError():
            return f"an answer without {error}"
        case TypeError() | AttributeError():
            return "a value of the wrong type"
        case RecursionError():
            return "nested too deeply"
    return one_line(str(error))
