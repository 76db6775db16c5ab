"""The world of the agreement test: its servers and resolvers, running in two network namespaces."""

import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import msgspec

from tests.lab.agreement import places
from tests.lab.agreement.ask import Asked, Request
from tests.lab.agreement.healthy import HEALTHY, Healthy, bind_command, knot_command, ldns_sign
from tests.lab.agreement.keys import Ds
from tests.lab.agreement.liar import Script
from tests.lab.agreement.matrix import CASES, PARENT
from tests.lab.agreement.resolvers import PROGRAMS
from tests.lab.agreement.zone import Zone
from tests.lab.daemons import Daemons
from tests.lab.name_servers import nsd_command
from tests.lab.namespaces import Namespaces
from tests.lab.ready import Expectation
from tests.lab.realise import FOLDER, remove_orphans

__all__ = ["ask_everybody"]

_SERVERS, _RESOLVERS = "servers", "resolvers"
_PACKAGES = Path(__file__).parents[3]
_START = 60.0  # seconds
_SERVED = (places.MAIN, places.SECOND, places.CHILDREN, places.LIAR)
Files = dict[str, dict[str, str]]  # address -> zone -> master file


def ask_everybody(zones: Sequence[tuple[tuple[str, str], ...]]) -> list[Asked]:
    """Start everything, and ask of each zone its names and types. Needs root and the packages of apt-packages.txt.

    Raises AssertionError with a daemon's last words when one does not start.
    """
    with _running() as (namespaces, anchor):
        request = Request(
            resolvers=places.RESOLVERS,
            hints={"ns": (places.ROOT,)},
            anchors=(f". IN DS {anchor.to_text()}",),
            zones=tuple(zones),
        )
        answered = _python(namespaces, _RESOLVERS, "ask", msgspec.json.encode(request), timeout=500.0)
    return msgspec.json.decode(answered, type=list[Asked])


@contextmanager
def _running() -> Iterator[tuple[Namespaces, Ds]]:
    """The world, and the DS of its root's key."""
    remove_orphans()
    broken = [case.zone() for case in CASES.values()]
    with (
        tempfile.TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-") as name,
        Namespaces() as namespaces,
        Daemons(namespaces) as daemons,
    ):
        folder = Path(name)
        folder.chmod(0o755)
        namespaces.add(_SERVERS, places.SERVERS)
        namespaces.add(_RESOLVERS, [*places.RESOLVERS.values(), places.SCANNER])
        _start_signers(broken, folder, daemons)
        files = _files(broken)
        files[places.LDNS] = _signed_by_ldns(_folder(folder, "ldns"))
        for healthy, records in _entry_keys(namespaces, files[places.LDNS]):
            healthy.zone.ds = records
        root = _ancestors(broken, files)
        for address, zones in files.items():
            place = _folder(folder, f"nsd-{address}")
            daemons.start(_SERVERS, nsd_command(place, [address], zones), place)
        _start_liar(broken, _folder(folder, "liar"), daemons)
        for resolver, program in PROGRAMS.items():
            place = _folder(folder, resolver.replace(" ", "-"))
            daemons.start(_RESOLVERS, program(place, places.RESOLVERS[resolver], root.ds[0]), place)
        _wait(namespaces, daemons, files)
        yield namespaces, root.ds[0]


# --- what is served where


def _files(broken: Iterable[Zone]) -> Files:
    """The master files of all zones but those of the signers, and of their ancestors."""
    files: Files = defaultdict(dict)
    parents = [*broken, *(item.zone for item in HEALTHY)]
    for zone in (*broken, *(child for parent in parents for child in parent.family)):
        address = zone.addresses[0]
        if address in _SERVED:
            files[places.SCRIPTED if address == places.LIAR else address][str(zone.name)] = zone.text
        if zone.second is not None:
            files[places.SECOND][str(zone.name)] = zone.second.text
    return files


def _ancestors(broken: Iterable[Zone], files: Files) -> Zone:
    """Make `lab.` with a delegation for each zone, and the root; return the root."""
    lab, root = Zone(PARENT, (places.LAB,)), Zone(dns.name.root, (places.ROOT,))
    for zone in (*broken, *(item.zone for item in HEALTHY)):
        lab.delegate(zone)
        if zone.second is not None:
            label = zone.name.relativize(PARENT)
            lab.add(f"{label} NS ns-two.{label}", f"ns-two.{label} A {places.SECOND}")
    lab.sign()
    for zone in broken:
        for change in zone.at_parent:
            change(lab)
    root.delegate(lab)
    root.sign()
    files[places.LAB] = {str(lab.name): lab.text}
    files[places.ROOT] = {str(root.name): root.text}
    return root


# --- processes


def _start_signers(broken: Iterable[Zone], folder: Path, daemons: Daemons) -> None:
    closed = [zone for zone in broken if zone.readers]
    place = _folder(folder, "bind")
    daemons.start(_SERVERS, bind_command(place, _of("bind"), closed), place)
    place = _folder(folder, "knot")
    daemons.start(_SERVERS, knot_command(place, _of("knot")), place)


def _signed_by_ldns(folder: Path) -> dict[str, str]:
    return {str(item.zone.name): ldns_sign(folder, item) for item in _of("ldns")}


def _of(signer: str) -> list[Healthy]:
    return [item for item in HEALTHY if item.signer == signer]


def _entry_keys(namespaces: Namespaces, by_ldns: dict[str, str]) -> list[tuple[Healthy, list[Ds]]]:
    """The DS of the keys that the signers made, once they have signed."""
    asked = [item for item in HEALTHY if item.signer != "ldns"]
    lines = [f"{i.zone.name} {i.zone.addresses[0]} {'NSEC' if i.denial == 'nsec' else 'NSEC3'}\n" for i in asked]
    printed = _python(namespaces, _RESOLVERS, "settle", "".join(lines).encode(), timeout=_START + 30).decode()
    found: dict[str, list[str]] = defaultdict(list)
    for line in printed.splitlines():
        zone, _, text = line.partition(" ")
        found[zone].append(text)
    for zone, text in by_ldns.items():
        rows = (line.split(";")[0].split() for line in text.splitlines())
        found[zone] += [" ".join(row[4:]) for row in rows if row[3:5] == ["DNSKEY", "257"]]
    return [
        (item, [_ds(item.zone.name, key) for key in found[str(item.zone.name)]]) for item in HEALTHY
    ]  # fmt: skip


def _ds(zone: dns.name.Name, key: str) -> Ds:
    rdata = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DNSKEY, key)
    return dns.dnssec.make_ds(zone, rdata, "SHA256", policy=dns.dnssec.allow_all_policy)


def _start_liar(broken: Iterable[Zone], folder: Path, daemons: Daemons) -> None:
    lying = [lie for zone in broken for lie in (zone, *zone.family)]
    answers = {
        f"{name} {rdtype}": message.to_wire() for zone in lying for (name, rdtype), message in zone.canned.items()
    }
    script = folder / "script"
    script.write_bytes(msgspec.json.encode(Script(address=places.LIAR, upstream=places.SCRIPTED, answers=answers)))
    command = ["env", f"PYTHONPATH={_PACKAGES}", sys.executable, "-m", "tests.lab.agreement.liar", str(script)]
    daemons.start(_SERVERS, command, folder)


def _wait(namespaces: Namespaces, daemons: Daemons, files: Files) -> None:
    """Wait until every server answers for a zone of its own, and every resolver at all."""
    expected = [Expectation(address, 53, sorted(zones)[0]) for address, zones in files.items()]
    expected += [Expectation(places.LIAR, 53, sorted(files[places.SCRIPTED])[0])]
    expected += [Expectation(address, 53) for address in places.RESOLVERS.values()]
    script = Path(__file__).parents[1] / "ready.py"
    lines = "".join(f"{e.address} {e.port} {e.zone}\n" for e in expected)
    done = subprocess.run(
        namespaces.command(_RESOLVERS, [sys.executable, "-P", str(script), f"{_START:g}"]),
        input=lines, capture_output=True, text=True, check=False,
    )  # fmt: skip
    daemons.wait_until(lambda: True, "")  # names a daemon that has ended
    assert done.returncode == 0, done.stdout + done.stderr


def _python(namespaces: Namespaces, host: str, module: str, told: bytes, timeout: float) -> bytes:
    """Run a module of this package in a namespace."""
    command = ["env", f"PYTHONPATH={_PACKAGES}", sys.executable, "-m", f"tests.lab.agreement.{module}"]
    done = subprocess.run(
        namespaces.command(host, command), input=told, capture_output=True, timeout=timeout, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def _folder(parent: Path, name: str) -> Path:
    path = parent / name
    path.mkdir()
    return path
