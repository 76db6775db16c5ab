"""What the report shows of a data centre: the ways condensed, cuts as the checks find them, sources used or not."""

from msgspec.structs import replace

from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.datacentres import datacentres_of_run
from netaudit.judge.derive import Derived
from netaudit.model.common import Failure, Family, Reason, Side
from netaudit.model.evidence import DataCentreEvidence
from netaudit.model.multihome import OTHERS, Cut, DataCentreSummary, WayBundle
from netaudit.model.verdict import Target, TargetKind
from tests.checks.multihome.builders import OURS, PEERS, UP1, UP2, UPLINKS, V4, V6, centre, route, table, through
from tests.checks.web.builders import DAY, NOW

T1 = 64700
A, B, C, D = PEERS
CHECKS = load_catalogue().infos


def summary(evidence: DataCentreEvidence) -> DataCentreSummary:
    derived = Derived(target=Target(kind=TargetKind.DATACENTRE, name="dc"), evidence=evidence)
    ((id, found),) = datacentres_of_run([derived], CHECKS)
    assert id == "dc"
    return found


def test_ways_alike_are_one_bundle_with_some_of_its_peers() -> None:
    seen = [route(V4, A, T1, UP1, OURS), route(V4, B, T1, UP1, OURS), route(V4, C, UP2, OURS), route(V4, D, UP2, OURS)]
    (ways,) = summary(centre(table(*seen), prefixes=(V4,))).prefixes
    assert ways.bundles == (
        WayBundle(ases=(UP2,), peers=2, examples=(C, D)),
        WayBundle(ases=(T1, UP1), peers=2, examples=(A, B)),
    )
    assert (ways.peers, ways.feeds, ways.cuts, ways.enough) == (4, 4, (), True)


def test_an_as_that_one_peer_alone_crosses_is_not_shown() -> None:
    (ways,) = summary(
        centre(table(route(V4, A, T1, UP1, OURS), *through(V4, UP1, peers=(B, C))), prefixes=(V4,))
    ).prefixes
    assert {bundle.ases for bundle in ways.bundles} == {(UP1,)}


def test_a_shown_as_that_is_a_peer_is_its_own_bundle() -> None:
    seen = [route(V4, peer, T1, UP1, OURS) for peer in (A, B)] + [route(V4, T1, UP1, OURS)]
    feeds = (*PEERS, T1)
    (ways,) = summary(centre(table(*seen, v4_feeds=feeds), prefixes=(V4,))).prefixes
    assert WayBundle(ases=(T1, UP1), peers=1, examples=(T1,), itself=True) in ways.bundles


def test_small_undeclared_operators_are_the_others() -> None:
    many = [route(V4, 1000 + n, 700 + n, OURS) for n in range(9)]
    evidence = centre(table(*many, v4_feeds=tuple(range(1000, 1009))), prefixes=(V4,), uplinks=())
    (ways,) = summary(evidence).prefixes
    assert {bundle.ases for bundle in ways.bundles} == {(700,), (701,), (702,), (703,), (OTHERS,)}
    assert next(bundle for bundle in ways.bundles if bundle.ases == (OTHERS,)).peers == 5


def test_cuts_are_what_the_checks_find() -> None:
    shared = [route(V4, peer, T1, UP1 if peer in (A, B) else UP2, OURS) for peer in PEERS]
    (ways,) = summary(centre(table(*shared), prefixes=(V4,))).prefixes
    assert ways.cuts == (Cut(asns=(T1,), lost=4, peers=4),)
    (single,) = summary(centre(table(*through(V6, UP1)), prefixes=(V6,))).prefixes
    assert single.cuts == (Cut(asns=(UP1,), lost=4, peers=4),)


def test_nothing_is_a_cut_where_too_few_peers_look() -> None:
    (ways,) = summary(centre(table(*through(V4, UP1, peers=PEERS[:2])), prefixes=(V4,))).prefixes
    assert (ways.enough, ways.cuts, ways.peers) == (False, (), 2)


def test_operators_stand_in_the_order_declared_with_their_share_in_each_family() -> None:
    found = summary(centre(table(*through(V4, UP1, UP2), *through(V6, UP2, 64503)))).operators
    assert [operator.asn for operator in found] == [UP1, UP2, 64503]
    assert [operator.shares for operator in found] == [
        {Family.IPV4: 0.5}, {Family.IPV4: 0.5, Family.IPV6: 0.5}, {Family.IPV6: 0.5}
    ]  # fmt: skip
    assert [operator.operator for operator in found] == [UPLINKS[0].operator, UPLINKS[1].operator, ""]


def test_sources_say_whether_they_were_used() -> None:
    torn = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="torn")
    tables = (table(*through(V4, UP1)), table(source="torn.mrt", failure=torn), table(age_days=99, source="old.mrt"))
    found = summary(centre(*tables))
    assert {source.source: source.used for source in found.sources} == {
        "rib.mrt": True, "torn.mrt": False, "old.mrt": False
    }  # fmt: skip
    assert found.sources[0].data_time == NOW - DAY
    assert found.samples == 1


def test_without_a_usable_table_there_are_no_ways_but_the_declared_operators() -> None:
    found = summary(centre(table(age_days=99)))
    assert (found.prefixes, found.samples) == ((), 0)
    assert [operator.shares for operator in found.operators] == [{}, {}]


def test_other_targets_have_no_page() -> None:
    empty = Derived(target=Target(kind=TargetKind.DATACENTRE, name="dc"), evidence=None)
    assert dict(datacentres_of_run([empty], CHECKS)) == {}
    assert summary(replace(centre(), datacentre=replace(centre().datacentre, owner="u"))).owner == "u"
