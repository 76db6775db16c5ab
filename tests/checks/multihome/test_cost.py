"""What judging costs: 50 prefixes, each seen by 1,000 peers in ways of their own."""

import random
import time

from netaudit.judge.catalogue import load_catalogue
from netaudit.model.verdict import Status, TargetKind
from tests.checks.multihome.builders import OURS, UP1, UP2, centre, route, table

_MOST = 3.0  # seconds of one processor; about 0.8 where this was written


def test_a_thousand_peers_and_fifty_prefixes_are_judged_in_about_a_second() -> None:
    chance = random.Random(1)
    peers, transit = range(100_000, 101_000), range(3_000, 3_060)
    prefixes = [f"103.{n}.0.0/22" for n in range(25)] + [f"2405:4800:{n:x}::/48" for n in range(25)]
    routes = [
        route(prefix, peer, *chance.sample(transit, chance.choice((1, 2, 3))), chance.choice((UP1, UP2)), OURS)
        for prefix in prefixes
        for peer in peers
    ]
    seen = centre(table(*routes, v4_feeds=tuple(peers), v6_feeds=tuple(peers)), prefixes=tuple(prefixes))
    checks = load_catalogue().checks
    mine = [c for c in checks.values() if c.info.family == "multihome" and c.info.target is TargetKind.DATACENTRE]
    begin = time.process_time()
    outcomes = {check.info.id: check.judge(seen, **check.info.parameters) for check in mine}
    assert time.process_time() - begin < _MOST
    assert outcomes["multihome.shared_fate"].status is Status.PASS
    assert outcomes["multihome.uplink_loss"].args["peers"] == 1_000
