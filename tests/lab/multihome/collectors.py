"""Collectors of other makers beside BIRD's: FRR, GoBGP and ExaBGP, for what they print of the same routes."""

import json
from collections.abc import Sequence
from pathlib import Path
from subprocess import CalledProcessError

from tests.lab.daemons import Daemons
from tests.lab.multihome import frr
from tests.lab.multihome.frr import Collector
from tests.lab.multihome.topology import ASNS, COLLECTOR_ASN, End
from tests.lab.namespaces import Namespaces

__all__ = ["MAKERS", "Collector", "start_collector"]


def start_collector(
    name: str, ends: Sequence[End], namespaces: Namespaces, daemons: Daemons, folder: Path
) -> Collector:
    """Start the collector `name` of MAKERS."""
    folder.mkdir()
    return MAKERS[name](name, ends, namespaces, daemons, folder)


def _frr(name: str, ends: Sequence[End], namespaces: Namespaces, daemons: Daemons, folder: Path) -> Collector:
    return frr.start(name, frr.collector(ends), namespaces, daemons, folder)


def _gobgp(name: str, ends: Sequence[End], namespaces: Namespaces, daemons: Daemons, folder: Path) -> Collector:
    neighbours = [
        {
            "config": {"neighbor-address": end.remote[family], "peer-as": ASNS[end.neighbour]},
            "timers": {"config": {"connect-retry": 1, "hold-time": 30, "keepalive-interval": 10}},
            "afi-safis": [{"config": {"afi-safi-name": f"{family}-unicast"}}],
        }
        for end in ends
        for family in end.families
    ]
    speaker = {"config": {"as": COLLECTOR_ASN, "router-id": "10.255.0.252"}}
    (folder / "gobgp.json").write_text(json.dumps({"global": speaker, "neighbors": neighbours}))
    command = ["gobgpd", "-t", "json", "-f", str(folder / "gobgp.json"), "--api-hosts", "127.0.0.1:50051"]
    daemons.start(name, command, folder)

    def ask(command: str) -> str:
        return namespaces.run(name, ["gobgp", *command.split()])

    def ready() -> bool:
        try:
            return bool(ask("-j neighbor"))
        except CalledProcessError:
            return False

    daemons.wait_until(ready, "no gobgpd")
    return Collector(name, folder, ask)


def _exabgp(name: str, ends: Sequence[End], namespaces: Namespaces, daemons: Daemons, folder: Path) -> Collector:
    feed = folder / "feed.jsonl"
    feed.touch()
    lines = ["process feed {", f"  run /usr/bin/tee {feed};", "  encoder json;", "}"]
    for end in ends:
        for family in end.families:
            lines += [
                f"neighbor {end.remote[family]} {{", "  router-id 10.255.0.251;",
                f"  local-address {end.local[family]};", f"  local-as {COLLECTOR_ASN};",
                f"  peer-as {ASNS[end.neighbour]};", "  hold-time 30;", f"  family {{ {family} unicast; }}",
                "  api { processes [ feed ]; neighbor-changes; receive { parsed; update; } }", "}",
            ]  # fmt: skip
    (folder / "exabgp.conf").write_text("\n".join([*lines, ""]))
    options = {"daemon.user": "root", "api.ack": "false", "log.destination": "stdout", "api.cli": "false"}
    environment = [f"exabgp.{key}={value}" for key, value in options.items()]
    daemons.start(name, ["env", *environment, "exabgp", str(folder / "exabgp.conf")], folder)

    def ask(command: str = "") -> str:
        return feed.read_text()

    return Collector(name, folder, ask)


MAKERS = {"frr": _frr, "gobgp": _gobgp, "exabgp": _exabgp}
