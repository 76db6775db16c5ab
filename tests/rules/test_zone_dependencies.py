"""Which zones a zone's resolution rests on: against a plain fixed point, and the shapes that matter by name."""

from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.rules.dependencies import Graph, NameServer, Node, Step

ROOT = Node(None, free=True)
NAMES = tuple("abcdefgh")


def server(home: str, *, glue: bool = False, address: bool = True) -> NameServer:
    return NameServer(f"ns.{home}", home, glue, address)


def graph(**zones: Node) -> Graph:
    return Graph({".": ROOT, **zones})


def under_root(*servers: NameServer) -> Node:
    return Node(".", servers)


def higher(name: str, node: Node) -> Node:
    """Parents lie above: the letters stand for depth."""
    return node._replace(parent=node.parent if node.parent and node.parent < name else ".")


_SERVERS = st.builds(
    NameServer, st.sampled_from(("n1", "n2")), st.sampled_from((".", *NAMES)), st.booleans(), st.booleans()
)
_PARENTS = st.sampled_from((".", *NAMES))
_GRAPHS = st.dictionaries(
    st.sampled_from(NAMES), st.builds(Node, _PARENTS, st.lists(_SERVERS, max_size=3).map(tuple), st.booleans())
).map(lambda zones: Graph({".": ROOT, **{name: higher(name, node) for name, node in zones.items()}}))


def plain_fixed_point(found: Graph, gone: frozenset[str]) -> frozenset[str]:
    """The definition, iterated until nothing changes."""
    alive: set[str] = set()
    while True:
        more = {
            name
            for name, node in found.zones.items()
            if name not in gone
            and (node.parent is None or node.parent in alive)
            and (node.free or any(s.glue or (s.address and s.home in alive) for s in node.servers))
        }
        if more == alive:
            return frozenset(alive)
        alive = more


@given(_GRAPHS, st.frozensets(st.sampled_from(NAMES)))
def test_what_can_be_resolved_is_the_least_fixed_point(found: Graph, gone: frozenset[str]) -> None:
    assert found.resolvable(gone) == plain_fixed_point(found, gone)


@given(_GRAPHS, st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_what_is_indispensable_can_not_be_done_without(found: Graph, zone: str, other: str) -> None:
    needed = found.indispensable(zone)
    possible = zone in found.resolvable() and other in found.zones and other not in (zone, *found.ancestors(zone))
    assert (other in needed) == (possible and zone not in plain_fixed_point(found, frozenset({other})))


@settings(max_examples=300)
@given(_GRAPHS, st.sampled_from(NAMES))
def test_a_cycle_is_a_real_one_among_zones_that_can_not_be_resolved(found: Graph, zone: str) -> None:
    path = found.cycle(zone)
    if not path:
        return
    alive = found.resolvable()
    assert path[0].zone == zone
    visited = [step.zone for step in path]
    assert len(set(visited)) == len(visited)
    assert not alive & set(visited)
    for step, following in zip(path, [*visited[1:], None], strict=True):
        node = found.zones[step.zone]
        homes = {s.home for s in node.servers if s.name == step.server and not s.glue and s.address}
        reached = homes if step.server else {node.parent}
        assert (following in reached) if following is not None else reached & set(visited)


@given(_GRAPHS, st.sampled_from(NAMES))
def test_a_dead_zone_has_a_cycle_or_an_end(found: Graph, zone: str) -> None:
    """Where no circle is found, the zone that blocks can't be helped by any other zone."""
    if zone not in found.zones or zone in found.resolvable() or found.cycle(zone):
        return
    blocking = found.blocker(zone)
    node = found.zones.get(blocking)
    assert blocking not in found.resolvable()
    if node is not None:
        alive = found.resolvable()
        assert node.parent is None or node.parent in alive
        assert all(s.home in alive or s.home == blocking or not s.address for s in node.servers if not s.glue)


def test_neighbours_that_serve_each_other_beside_their_own_servers_are_no_cycle() -> None:
    found = graph(a=under_root(server("a", glue=True), server("b")), b=under_root(server("b", glue=True), server("a")))
    assert found.resolvable() == {".", "a", "b"}
    assert found.cycle("a") == ()
    assert found.indispensable("a") == ()


def test_zones_that_serve_each_other_and_nothing_else_are_a_cycle() -> None:
    found = graph(a=under_root(server("b")), b=under_root(server("a")), z=under_root(server("a")))
    assert found.cycle("a") == (Step("a", "ns.b"), Step("b", "ns.a"))
    assert found.cycle("z") == (Step("z", "ns.a"), Step("a", "ns.b"), Step("b", "ns.a"))
    assert found.blocker("z") in ("a", "b")


def test_servers_within_the_zone_without_glue_are_no_cycle() -> None:
    found = graph(a=under_root(server("a")))
    assert found.resolvable() == {"."}
    assert found.cycle("a") == ()
    assert found.blocker("a") == "a"


def test_a_zone_behind_two_others_is_a_single_point_of_failure() -> None:
    found = graph(
        z=under_root(server("a"), server("b")),
        a=under_root(server("c")), b=under_root(server("c")), c=under_root(server("c", glue=True)),
    )  # fmt: skip
    assert found.indispensable("z") == ("c",)


def test_glue_and_servers_of_the_parent_make_independent() -> None:
    found = graph(a=under_root(server("b", glue=True)), b=under_root(server("b")), c=Node(".", (), free=True))
    assert found.indispensable("a") == ()
    assert {"a", "c"} <= found.resolvable()


def test_a_name_without_an_address_leads_nowhere() -> None:
    found = graph(a=under_root(server("b", address=False)), b=under_root(server("b", glue=True)))
    assert "a" not in found.resolvable()
    assert found.blocker("a") == "a"


def test_the_parent_is_blamed_first() -> None:
    found = Graph(
        {".": ROOT, "vn": Node(".", (server("vn"),)), "gov.vn": Node("vn", (server("x"),)), "x": Node(".", ())}
    )
    assert found.blocker("gov.vn") == "vn"


def test_a_zone_that_nobody_knows_can_not_be_resolved() -> None:
    assert graph().cycle("a") == ()
    assert graph().blocker("a") == "a"
    assert graph().indispensable("a") == ()
