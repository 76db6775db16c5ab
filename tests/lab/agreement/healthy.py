"""Zones that real signers sign by themselves: BIND, Knot DNS and ldns, every algorithm and way of denial of theirs."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import dns.name

from tests.lab.agreement.places import BIND, KNOT, LDNS
from tests.lab.agreement.planted import PARENT, Question
from tests.lab.agreement.zone import Zone
from tests.lab.daemons import Command

__all__ = ["HEALTHY", "Healthy", "bind_command", "knot_command", "ldns_sign"]

# the mnemonics are BIND's, Knot's and ldns's
ALGORITHMS = {
    5: ("rsasha1", "rsasha1", "RSASHA1"),
    7: ("nsec3rsasha1", "rsasha1-nsec3-sha1", "RSASHA1-NSEC3-SHA1"),
    8: ("rsasha256", "rsasha256", "RSASHA256"),
    10: ("rsasha512", "rsasha512", "RSASHA512"),
    13: ("ecdsap256sha256", "ecdsap256sha256", "ECDSAP256SHA256"),
    14: ("ecdsap384sha384", "ecdsap384sha384", "ECDSAP384SHA384"),
    15: ("ed25519", "ed25519", "ED25519"),
    16: ("ed448", "ed448", "ED448"),
}
DENIALS = ("nsec", "nsec3", "opt-out")
_RSA = (5, 7, 8, 10)


class Healthy(NamedTuple):
    """A zone that one of the signers signs. It has an unsigned child."""

    signer: str
    algorithm: int
    denial: str
    zone: Zone

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is asked, and what must come out."""
        unproved = "insecure" if self.denial == "opt-out" else "secure"  # RFC 5155 section 9.2
        return (
            Question("www", "A", "secure"),
            Question("www", "MX", "secure"),
            Question("ent", "A", "secure"),
            Question("nope", "A", unproved),
            Question("x.wild", "A", unproved),
            Question("kid", "DS", "secure" if self.signer == "ldns" else unproved),  # ldns opts out of nothing
            Question("www.kid", "A", "insecure"),
        )


def _healthy(signer: str, address: str) -> list[Healthy]:
    found = []
    for algorithm in ALGORITHMS:
        for denial in DENIALS:
            if algorithm == 5 and denial != "nsec":
                continue  # RFC 5155 section 2: NSEC3 needs algorithm 7 or a later one
            zone = Zone(dns.name.from_text(f"{signer}-{algorithm}-{denial}", PARENT), (address,))
            zone.child()
            found.append(Healthy(signer, algorithm, denial, zone))
    return found


HEALTHY: tuple[Healthy, ...] = (*_healthy("bind", BIND), *_healthy("knot", KNOT), *_healthy("ldns", LDNS))


def bind_command(folder: Path, zones: Sequence[Healthy], closed: Sequence[Zone]) -> Command:
    """BIND with a policy for each zone: KSK and ZSK with NSEC, one key with NSEC3; `closed` zones refuse all."""
    parts = [
        f'options {{\n  directory "{folder}";\n  pid-file none;\n  session-keyfile none;\n  recursion no;\n'
        f"  listen-on {{ {BIND}; }};\n  listen-on-v6 {{ none; }};\n  dnssec-validation no;\n  notify no;\n}};\n"
        "controls { };\n"
    ]
    for item in zones:
        name = str(item.zone.name)
        (folder / name).write_text(item.zone.text)
        mnemonic = ALGORITHMS[item.algorithm][0] + (" 2048" if item.algorithm in _RSA else "")
        roles = ("ksk", "zsk") if item.denial == "nsec" else ("csk",)
        keys = " ".join(f"{role} lifetime unlimited algorithm {mnemonic};" for role in roles)
        opt_out = "yes" if item.denial == "opt-out" else "no"
        nsec3 = "" if item.denial == "nsec" else f"  nsec3param iterations 0 optout {opt_out} salt-length 0;\n"
        parts.append(f'dnssec-policy "{name}" {{\n  keys {{ {keys} }};\n{nsec3}}};\n')
        parts.append(
            f'zone "{name}" {{ type primary; file "{name}"; dnssec-policy "{name}"; inline-signing yes; '
            "check-integrity no; };\n"
        )
    for zone in closed:
        (folder / str(zone.name)).write_text(zone.text)
        parts.append(
            f'zone "{zone.name}" {{ type primary; file "{zone.name}"; allow-query {{ {zone.readers}; }}; '
            "check-integrity no; };\n"
        )
    (folder / "named.conf").write_text("".join(parts))
    return ["named", "-g", "-n", "1", "-c", str(folder / "named.conf")]


def knot_command(folder: Path, zones: Sequence[Healthy]) -> Command:
    """Knot DNS with automatic signing and a policy for each zone."""
    policies, served = [], []
    for item in zones:
        name = str(item.zone.name)
        (folder / name).write_text(item.zone.text)
        size = "    ksk-size: 2048\n    zsk-size: 2048\n" if item.algorithm in _RSA else ""
        policies.append(
            f'  - id: "{name}"\n    algorithm: {ALGORITHMS[item.algorithm][1]}\n{size}'
            f"    single-type-signing: {'off' if item.denial == 'nsec' else 'on'}\n"
            f"    nsec3: {'off' if item.denial == 'nsec' else 'on'}\n"
            f"    nsec3-opt-out: {'on' if item.denial == 'opt-out' else 'off'}\n"
            "    nsec3-iterations: 0\n    nsec3-salt-length: 0\n"
        )
        served.append(f'  - domain: "{name}"\n    file: "{name}"\n    dnssec-policy: "{name}"\n')
    parts = [
        f"server:\n  listen: {KNOT}@53\n  rundir: {folder}\n  udp-workers: 1\n  tcp-workers: 1\n"
        f"  background-workers: 1\ndatabase:\n  storage: {folder}\n"
        "log:\n  - target: stderr\n    any: warning\npolicy:\n",
        *policies,
        f"template:\n  - id: default\n    storage: {folder}\n    zonefile-sync: -1\n    zonefile-load: difference\n"
        "    dnssec-signing: on\nzone:\n",
        *served,
    ]
    (folder / "knot.conf").write_text("".join(parts))
    return ["knotd", "-c", str(folder / "knot.conf")]


def ldns_sign(folder: Path, item: Healthy) -> str:
    """Sign a zone with ldns-signzone, and return the signed master file."""
    name = str(item.zone.name)
    (folder / name).write_text(item.zone.text)
    keys = [_ldns(folder, "ldns-keygen", *_key_options(item, "-k"), name)]
    if item.denial == "nsec":
        keys.append(_ldns(folder, "ldns-keygen", *_key_options(item), name))
    options = ["-n", "-t", "0"] if item.denial != "nsec" else []
    options += ["-p"] if item.denial == "opt-out" else []
    _ldns(folder, "ldns-signzone", *options, "-f", f"{name}signed", name, *(key.strip() for key in keys))
    return (folder / f"{name}signed").read_text()


def _key_options(item: Healthy, *more: str) -> list[str]:
    size = ["-b", "2048"] if item.algorithm in _RSA else []
    return [*more, "-a", ALGORITHMS[item.algorithm][2], *size, "-r", "/dev/urandom"]


def _ldns(folder: Path, program: str, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{program} {arguments}: {done.stderr}"
    return done.stdout
