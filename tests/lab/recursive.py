"""Recursive resolvers of a world: Unbound, BIND and Knot Resolver by turns."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from netaudit.lab.authority import Contents
from netaudit.lab.flaws import Flaws
from netaudit.lab.world import FaultKind, World
from netaudit.model.common import Family, family_of
from tests.lab.daemons import Command, Daemons
from tests.lab.ready import Expectation

__all__ = ["resolver_expectations", "start_resolvers"]

_EVERYBODY = ("0.0.0.0/0", "::/0")


class _Resolver(NamedTuple):
    """What a resolver is to do, whichever program it is."""

    folder: Path
    addresses: Sequence[str]
    clients: Sequence[str]  # prefixes
    hints: Mapping[str, Sequence[str]]
    anchors: Sequence[str]  # DS lines; none: it does not validate
    explains: bool  # with Extended DNS Errors, where the program has them
    ipv6: bool  # it asks over IPv6 too
    sha1: bool  # it validates RSASHA1


def start_resolvers(world: World, flaws: Flaws, contents: Contents, folder: Path, daemons: Daemons) -> None:
    """Start every resolver of the world."""
    addresses = {machine.id: machine.addresses for machine in world.machines}
    programs: tuple[Callable[[_Resolver], Command], ...] = (_unbound, _bind, _knot)
    for turn, resolver in enumerate(world.resolvers):

        def has(kind: FaultKind, machine: str = resolver.machine) -> bool:
            return any(flaws.machine(machine, family, kind) for family in Family)

        place = folder / f"resolver-{resolver.machine}"
        place.mkdir()
        wanted = _Resolver(
            folder=place,
            addresses=addresses[resolver.machine],
            clients=_EVERYBODY if has("open_resolver") else resolver.serves,
            hints=contents.hints,
            anchors=() if has("not_validating") else contents.anchors,
            explains=not has("no_extended_errors"),
            ipv6=not has("resolver_without_ipv6"),
            sha1=resolver.policy == "software",
        )
        daemons.start(resolver.machine, programs[turn % len(programs)](wanted), place)


def resolver_expectations(world: World) -> list[Expectation]:
    """What must answer before the lab is ready; over TCP, for a resolver may refuse the scanner."""
    addresses = {machine.id: machine.addresses for machine in world.machines}
    return [Expectation(address, 53) for resolver in world.resolvers for address in addresses[resolver.machine]]


def _unbound(wanted: _Resolver) -> Command:
    """It validates RSASHA1 whatever it is told."""
    lines = [
        "server:", "port: 53", 'username: ""', 'chroot: ""', f'directory: "{wanted.folder}"', 'pidfile: ""',
        "use-syslog: no", f'root-hints: "{_hints(wanted)}"', f"ede: {'yes' if wanted.explains else 'no'}",
        f'module-config: "{"validator " if wanted.anchors else ""}iterator"', "do-ip6: yes",
    ]  # fmt: skip
    lines += [f"interface: {address}" for address in wanted.addresses]
    lines += [f"access-control: {prefix} allow" for prefix in wanted.clients]
    lines += [f'trust-anchor: "{anchor.replace(" IN ", " ")}"' for anchor in wanted.anchors]
    lines += [] if wanted.ipv6 else ["do-not-query-address: ::/0"]
    lines += ["remote-control:", "control-enable: no"]
    return ["unbound", "-d", "-c", _write(wanted.folder / "unbound.conf", lines)]


def _bind(wanted: _Resolver) -> Command:
    """BIND 9.18 has no Extended DNS Errors for what is bogus."""
    listen = {family: "".join(f" {a};" for a in wanted.addresses if family_of(a) is family) for family in Family}
    clients = "".join(f" {prefix};" for prefix in wanted.clients)
    lines = [
        "options {", f'directory "{wanted.folder}"; pid-file none; session-keyfile none;',
        f"listen-on {{{listen[Family.IPV4] or ' none;'} }}; listen-on-v6 {{{listen[Family.IPV6] or ' none;'} }};",
        f"recursion yes; allow-query {{{clients} }}; allow-recursion {{{clients} }}; allow-query-cache {{{clients} }};",
        f"dnssec-validation {'yes' if wanted.anchors else 'no'}; empty-zones-enable no;",
        "" if wanted.sha1 else 'disable-algorithms "." { RSASHA1; NSEC3RSASHA1; };',
        "};", "controls { };", f'zone "." {{ type hint; file "{_hints(wanted)}"; }};',
        "" if wanted.ipv6 else "server ::/0 { bogus yes; };",
    ]  # fmt: skip
    for anchor in wanted.anchors:
        tag, algorithm, digest_type, digest = anchor.split()[-4:]
        lines.append(f'trust-anchors {{ . static-ds {tag} {algorithm} {digest_type} "{digest}"; }};')
    return ["named", "-g", "-n", "1", "-c", _write(wanted.folder / "named.conf", lines)]


def _knot(wanted: _Resolver) -> Command:
    quoted = {name: ", ".join(map(repr, addresses)) for name, addresses in wanted.hints.items()}
    hints = ", ".join(f"['{name}.'] = {{ {addresses} }}" for name, addresses in quoted.items())
    lines = [
        "log_target('stderr')", *(f"net.listen('{address}', 53)" for address in wanted.addresses),
        f"net.ipv6 = {'true' if wanted.ipv6 else 'false'}", f"cache.open(20 * MB, 'lmdb://{wanted.folder}/cache')",
        "modules = { 'hints > iterate', 'view' }",
        *(f"modules.unload('{name}')" for name in ("ta_update", "ta_signal_query", "detect_time_skew", "priming")),
        f"hints.root({{ {hints} }})", "trust_anchors.remove('.')",
        *(f"trust_anchors.add('{anchor}')" for anchor in wanted.anchors),
        *(f"view:addr('{prefix}', policy.all(policy.PASS))" for prefix in wanted.clients),
        *(f"view:addr('{prefix}', policy.all(policy.REFUSE))" for prefix in _EVERYBODY),
    ]  # fmt: skip
    return ["kresd", "-n", "-c", _write(wanted.folder / "kresd.lua", lines), str(wanted.folder)]


def _hints(wanted: _Resolver) -> Path:
    lines = [f". 3600 NS {name}." for name in wanted.hints]
    lines += [
        f"{name}. 3600 {'AAAA' if ':' in address else 'A'} {address}"
        for name, addresses in wanted.hints.items()
        for address in addresses
    ]
    path = wanted.folder / "hints"
    path.write_text("\n".join(lines) + "\n")
    return path


def _write(path: Path, lines: Sequence[str]) -> str:
    path.write_text("\n".join(lines) + "\n")
    return str(path)
