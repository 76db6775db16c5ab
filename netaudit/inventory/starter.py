"""A first inventory from what an office already has: its zone file, or a table of its services."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import get_args

import dns.exception
import dns.name
import dns.node
import dns.rdatatype
import dns.zone

from netaudit.inventory.draft import Draft, written
from netaudit.inventory.names import NameProblem, host_name, zone_name
from netaudit.inventory.problems import InventoryError, Problem, did_you_mean, shown
from netaudit.model.inventory import PORTS, Scheme
from netaudit.rules.covering import likely_zones

__all__ = ["CSV_COLUMNS", "inventory_from_csv", "inventory_from_zone"]

CSV_COLUMNS = ("name", "name_en", "kind", "unit", "tier", "host", "scheme", "port", "path", "parent")
_SCHEMES: tuple[str, ...] = get_args(Scheme)
_REQUIRED = ("name", "kind", "unit", "tier", "host")
_MOST_ROWS = 20_000
_LARGEST_TEXT = 20 * 1024 * 1024
_KINDS = {  # first label of a host -> kind
    "www": "portal", "portal": "portal", "mail": "webmail", "webmail": "webmail", "dichvucong": "public_service",
    "dvc": "public_service", "motcua": "one_stop", "1cua": "one_stop", "truc": "document_axis",
}  # fmt: skip
_NOT_WEB = re.compile(r"^(ns|dns|mx|smtp|imap|pop|autodiscover|autoconfig)\d*$")


def inventory_from_zone(text: str, file: str, origin: str | None = None) -> str:
    """Return an inventory of one unit with the web hosts, the mail domain and the zones of a zone file.

    $INCLUDE and $GENERATE are not followed. Raises InventoryError.
    """
    zone = _read_zone(text, file, origin)
    assert zone.origin is not None
    apex = zone.origin.to_text(omit_final_dot=True).lower()
    cuts = [name for name, node in zone.nodes.items() if name != zone.origin and _has(node, "NS")]
    draft = _one_unit_draft(file, apex)
    draft.zones = [apex, *sorted(cut.to_text(omit_final_dot=True).lower() for cut in cuts)]
    hosts = sorted(_web_hosts(zone, cuts), key=lambda host: (host != apex, host))
    draft.services = [_web_service(host, apex) for host in hosts]
    if _has(zone.nodes.get(zone.origin), "MX"):
        draft.services.append({"id": "mail", "kind": "mail", "scheme": "mail", "host": apex, "units": ["all"]})
    _distinct(draft.services)
    return written(draft)


def inventory_from_csv(text: str, file: str) -> str:
    """Return an inventory of the services in a table, one a row; the first line names the columns (CSV_COLUMNS).

    `unit` and `parent` are ids or names, from which ids are made; a unit is listed once, however many rows it has.
    A comma, semicolon or tab separates. Raises InventoryError with the line of each row that can't be used.
    """
    draft = Draft(source=file, province={"id": "province", "name": _text("Tỉnh …", "… province")})
    draft.notes["province"] = ["TODO: its id and name."]
    problems: list[Problem] = []
    for line, row in _records(text, file):
        try:
            _add_row(draft, row)
        except NameProblem as problem:
            problems.append(Problem(file, line, str(problem), problem.hint))
    if not draft.services and not problems:
        problems.append(Problem(file, 0, "the table has no rows"))
    if problems:
        raise InventoryError(problems)
    draft.zones = list(likely_zones(str(service["host"]) for service in draft.services))
    draft.notes["zones"] = [
        "TODO: guessed from the hosts. Add the zones delegated below them; remove what is not yours."
    ]
    listed = {unit["id"] for unit in draft.units}
    for unit in draft.units:
        if unit.get("parent") not in listed:
            unit.pop("parent", None)
    _distinct(draft.services)
    return written(draft)


def _read_zone(text: str, file: str, origin: str | None) -> dns.zone.Zone:
    if len(text) > _LARGEST_TEXT:
        raise InventoryError([Problem(file, 0, "the file has more than 20 MB")])
    try:
        apex = dns.name.from_text(zone_name(origin)) if origin else None
        zone = dns.zone.from_text(
            text, origin=apex, relativize=False, filename=file, allow_directives=("$ORIGIN", "$TTL"), check_origin=False
        )
    except NameProblem as problem:
        raise InventoryError([Problem(file, 0, f"--origin: {problem}", problem.hint)]) from None
    except (dns.exception.DNSException, ValueError, KeyError) as error:
        line = re.search(r":(\d+): (.*)", str(error), re.DOTALL)
        where, what = (int(line[1]), line[2]) if line else (0, str(error) or type(error).__name__)
        hint = "name it with --origin" if "origin" in what.lower() else "on that line or the one above"
        raise InventoryError([Problem(file, where, f"not a zone file: {shown(what)[1:-1]}", hint)]) from None
    if zone.origin is None or not zone.nodes:
        raise InventoryError([Problem(file, 0, "the zone file has no records, or no origin", "name it with --origin")])
    return zone


def _web_hosts(zone: dns.zone.Zone, cuts: list[dns.name.Name]) -> Iterator[str]:
    """Names with an address that may be web sites: no name servers, no glue, nothing that is no host name."""
    servers = {
        target.target for node in zone.nodes.values() for rdataset in node if rdataset.rdtype == dns.rdatatype.NS
        for target in rdataset
    }  # fmt: skip
    for name, node in zone.nodes.items():
        below_cut = any(name.is_subdomain(cut) for cut in cuts)
        if below_cut or name in servers or _NOT_WEB.match(name.labels[0].decode("ascii", "replace").lower()):
            continue
        if _has(node, "A") or _has(node, "AAAA") or _has(node, "CNAME"):
            try:
                yield host_name(name.to_text(omit_final_dot=True))
            except NameProblem:
                continue  # a wildcard or a service label such as _dmarc


def _has(node: dns.node.Node | None, rdtype: str) -> bool:
    wanted = dns.rdatatype.from_text(rdtype)
    return node is not None and any(rdataset.rdtype == wanted for rdataset in node)


def _one_unit_draft(file: str, apex: str) -> Draft:
    unit = _identifier(apex.split(".")[0]) or "unit"
    name = _text(apex, apex)
    draft = Draft(source=file, province={"id": unit, "name": name})
    draft.tiers = [{"id": "province", "name": _text("Cấp tỉnh", "Province"), "expected": 1}]
    draft.units = [{"id": unit, "name": name, "tier": "province"}]
    draft.notes["province"] = ["TODO: its name in both languages."]
    draft.notes["services"] = ["TODO: the kinds are guesses from the names; remove hosts that are no services."]
    return draft


def _web_service(host: str, apex: str) -> dict[str, object]:
    label = host.split(".")[0]
    kind = "portal" if host == apex else _KINDS.get(label, "website")
    prefix = host if host == apex else host.removesuffix(f".{apex}")
    return {"id": _identifier(prefix) or "service", "kind": kind, "host": host, "units": ["all"]}


def _records(text: str, file: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    text = text.removeprefix("\N{BYTE ORDER MARK}")
    header_line = text.split("\n", 1)[0]
    separator = max(",;\t", key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        columns = [cell.strip().lower() for cell in next(reader, [])]
        _check_header(columns, file)
        for number, record in enumerate(reader):
            if number >= _MOST_ROWS:
                raise InventoryError([Problem(file, reader.line_num, f"more than {_MOST_ROWS} rows")])
            if any(cell.strip() for cell in record):
                yield reader.line_num, dict(zip(columns, map(str.strip, record), strict=False))
    except csv.Error as error:
        raise InventoryError([Problem(file, reader.line_num, f"not a CSV file: {error}")]) from None


def _check_header(columns: list[str], file: str) -> None:
    listed = ", ".join(CSV_COLUMNS)
    if not set(columns) & set(CSV_COLUMNS):
        raise InventoryError([Problem(file, 1, "the first line names no known column", f"columns: {listed}")])
    problems = [
        Problem(file, 1, f"unknown column {shown(name)}", did_you_mean(name, CSV_COLUMNS))
        for name in columns
        if name not in CSV_COLUMNS
    ]
    problems += [
        Problem(file, 1, f'the column "{name}" is missing', f"columns: {listed}")
        for name in _REQUIRED
        if name not in columns
    ]
    if problems:
        raise InventoryError(problems)


def _add_row(draft: Draft, row: Mapping[str, str]) -> None:
    for name in _REQUIRED:
        if not row.get(name):
            raise NameProblem(f'the column "{name}" is empty')
    tier, unit, kind = (_needed_identifier(row[key], key) for key in ("tier", "unit", "kind"))
    scheme = row.get("scheme", "") or ("mail" if kind == "mail" else "https")
    if scheme not in _SCHEMES:
        raise NameProblem(f"unknown scheme {shown(scheme)}", f"one of {', '.join(_SCHEMES)}")
    if scheme not in PORTS and not row.get("port"):
        raise NameProblem(f'scheme "{scheme}" needs a port', 'fill in the column "port"')
    service: dict[str, object] = {"id": f"{kind}-{unit}"[:58], "kind": kind, "host": host_name(row["host"])}
    service |= {"units": [unit], "name": _text(row["name"], row.get("name_en") or row["name"])}
    if scheme != "https":
        service["scheme"] = scheme
    if row.get("port"):
        service["port"] = _port(row["port"])
    if row.get("path"):
        service["path"] = row["path"]
    if tier not in {known["id"] for known in draft.tiers}:
        draft.tiers.append({"id": tier, "name": _text(row["tier"], row["tier"])})
    if unit not in {known["id"] for known in draft.units}:
        body: dict[str, object] = {"id": unit, "name": _text(row["unit"], row["unit"]), "tier": tier}
        if row.get("parent"):
            body["parent"] = _needed_identifier(row["parent"], "parent")
        draft.units.append(body)
    draft.services.append(service)


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535:
        return int(text)
    raise NameProblem(f"{shown(text)} is no port", "1 to 65535")


def _needed_identifier(text: str, column: str) -> str:
    found = _identifier(text)
    if not found:
        raise NameProblem(f"no identifier can be made from {shown(text)} in the column {column}")
    return found


def _identifier(text: str) -> str:
    """Ascii letters and digits of a text, the rest as dashes: "Sở Y tế" -> "so-y-te"."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9_.]+", "-", kept).strip("-_.")[:56]


def _distinct(services: list[dict[str, object]]) -> None:
    """Number the ids that repeat."""
    used: set[object] = set()
    for service in services:
        base, number = service["id"], 2
        while service["id"] in used:
            service["id"] = f"{base}-{number}"
            number += 1
        used.add(service["id"])


def _text(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}
