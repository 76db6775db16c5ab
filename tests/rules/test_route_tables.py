"""Which route tables may prove something, and what they say together."""

import msgspec

from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.verdict import Outcome
from netaudit.rules.routes import RouteTable, route_table
from tests.checks.multihome.builders import PEERS, UP1, UP2, V4, V6, centre, table, through

_TORN = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="a.mrt: the file ends within a record")


def test_a_torn_table_proves_nothing_beside_a_whole_one() -> None:
    torn = table(*through(V4, UP1), failure=_TORN, source="a.mrt")
    whole = table(*through(V6, UP2), v4_feeds=(), source="b.mrt")
    found = route_table(centre(torn, whole), 30)
    assert isinstance(found, RouteTable)
    assert found.routes == whole.routes
    assert found.facts == ("routes-dc-b.mrt",)
    assert found.feeds == {Family.IPV4: frozenset(), Family.IPV6: frozenset(PEERS)}


def test_updates_prove_nothing_alone_nor_beside_a_table() -> None:
    updates = msgspec.structs.replace(table(*through(V4, UP1), source="updates.mrt"), updates_only=True)
    alone = route_table(centre(updates), 30)
    assert isinstance(alone, Outcome)
    assert alone.message == "not_tested"
    assert alone.failure is not None
    assert alone.failure.detail == "only updates were read, no route table"
    whole = table(*through(V4, UP2))
    found = route_table(centre(updates, whole), 30)
    assert isinstance(found, RouteTable)
    assert (found.routes, found.facts) == (whole.routes, (whole.id,))


def test_tables_of_one_family_each_make_one_of_both() -> None:
    four = table(*through(V4, UP1), v6_feeds=(), source="4.mrt")
    six = table(*through(V6, UP1), v4_feeds=(), v6_feeds=PEERS[:2], source="6.mrt")
    found = route_table(centre(four, six), 30)
    assert isinstance(found, RouteTable)
    assert found.feeds == {Family.IPV4: frozenset(PEERS), Family.IPV6: frozenset(PEERS[:2])}
    (item,) = found.prefixes(centre(four, six), Family.IPV6)
    assert (item.prefix, item.peers, item.absent) == (V6, frozenset(PEERS), False)


def test_upstreams_are_those_of_the_prefix_and_only_without_it_of_its_parts() -> None:
    evidence = centre(table(*through(V4, UP1), *through("103.9.0.0/24", UP2)), prefixes=(V4,))
    found = route_table(evidence, 30)
    assert isinstance(found, RouteTable)
    assert set(found.family(evidence, Family.IPV4).upstreams.shares) == {UP1}
    parts = centre(table(*through("103.9.0.0/24", UP2)), prefixes=(V4,))
    found = route_table(parts, 30)
    assert isinstance(found, RouteTable)
    assert set(found.family(parts, Family.IPV4).upstreams.shares) == {UP2}


def test_age_is_a_limit_that_the_newest_table_must_keep() -> None:
    assert isinstance(route_table(centre(table(age_days=30)), 30), RouteTable)
    late = route_table(centre(table(age_days=40), table(age_days=35, source="b.mrt")), 30)
    assert isinstance(late, Outcome)
    assert (late.message, late.args["days"], late.args["limit"]) == ("too_old", 35, 30)


def test_a_table_of_the_future_tells_no_age() -> None:
    ahead = table(age_days=-2, source="b.mrt")
    alone = route_table(centre(ahead), 30)
    assert isinstance(alone, Outcome)
    assert (alone.message, alone.facts) == ("not_tested", (ahead.id,))
    assert alone.failure is not None
    assert alone.failure.detail == "the route table does not say of when it is"
    both = route_table(centre(ahead, table()), 30)
    assert isinstance(both, RouteTable)
    assert both.facts == ("routes-dc-rib.mrt",)
    assert isinstance(route_table(centre(table(age_days=-0.9)), 30), RouteTable), "clocks differ"
