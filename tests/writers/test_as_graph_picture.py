"""The picture of an AS graph: true to the ways, told in words as well as colours, safe, inside its frame."""

import re
from itertools import pairwise
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from netaudit.model.common import Family
from netaudit.model.multihome import OTHERS, Cut, PrefixWays, WayBundle
from netaudit.writers.as_graph_picture import as_graph_picture
from netaudit.writers.wording import Wording
from tests.writers.datacentres import UP1, UP2, hostile_datacentre, two_operators, ways
from tests.writers.synthetic import AT, HOSTILE

CENTRE = two_operators(AT)
V4, V6 = CENTRE.prefixes
T1, T2 = 64500, 64503
TWO = (
    WayBundle(ases=(T1, UP1), peers=3, examples=(64496,)),
    WayBundle(ases=(T2, UP2), peers=1, examples=(64497,)),
)


def drawn(of: PrefixWays, language: str = "en") -> Xml.Element:
    return Xml.fromstring(as_graph_picture(of, CENTRE, 1, Wording(language)))  # our own


def words(picture: Xml.Element) -> list[str]:
    return ["".join(text.itertext()) for text in picture.iter("text")]


def boxes(picture: Xml.Element, kind: str) -> list[list[str]]:
    """The lines of the boxes of a kind."""
    found: list[list[str]] = []
    within = False
    for element in picture:
        if element.tag == "rect":
            within = element.get("class") == f"box {kind}"
            found += [[]] if within else []
        elif element.tag == "text" and within and "note" not in element.get("class", ""):
            found[-1].append("".join(element.itertext()))
    return found


def widths(picture: Xml.Element) -> list[float]:
    return [float(path.get("stroke-width", 0)) for path in picture.iter("path")]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("of", [V4, V6, ways(peers=0), ways(*TWO)], ids=["v4", "v6", "unseen", "two"])
def test_every_picture_is_named_and_inside_its_frame(of: PrefixWays, language: str) -> None:
    picture = drawn(of, language)
    _, _, width, height = (float(number) for number in picture.get("viewBox", "").split())
    assert [child.tag for child in picture][:2] == ["title", "desc"]
    assert picture.get("aria-labelledby") == "graph-1-title graph-1-desc"
    assert of.prefix in "".join(picture[0].itertext())
    for rect in picture.iter("rect"):
        x, y, wide, high = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + wide <= width
        assert 0 <= y <= y + high <= height
    assert all(0 < float(text.get("y", "")) < height for text in picture.iter("text"))


def test_the_data_centre_is_at_the_bottom_and_peers_are_on_top() -> None:
    tops = {rect.get("class", ""): float(rect.get("y", "")) for rect in drawn(V4).iter("rect")}
    assert tops["box peers"] < tops["box as"] < tops["box origin"]


def test_operators_have_their_names_and_transit_networks_their_numbers() -> None:
    networks = boxes(drawn(ways(*TWO)), "as")
    assert [lines[0] for lines in networks] == ["AS64501", "AS64502", "AS64500", "AS64503"]
    assert networks[0][1:] == ["Nhà mạng thứ", "nhất", "75%"] or networks[0][1:] == ["Nhà mạng thứ nhất", "75%"]
    assert networks[2] == ["AS64500", "75%"]


def test_operators_stand_in_the_order_declared_in_both_families() -> None:
    def places(of: PrefixWays) -> list[str]:
        near = [text for text in drawn(of).iter("text") if "".join(text.itertext())[:7] in ("AS64501", "AS64502")]
        return ["".join(text.itertext())[:7] for text in sorted(near, key=lambda text: float(text.get("x", "")))]

    crossed = ways(WayBundle(ases=(T1, UP2), peers=3, examples=(1,)), WayBundle(ases=(UP1,), peers=1, examples=(2,)))
    assert places(V4) == places(V6) == places(crossed) == ["AS64501", "AS64502"]


def test_a_line_is_as_wide_as_the_share_of_peers() -> None:
    assert sorted(widths(drawn(ways(*TWO)))) == [3.4] * 3 + [7.1] * 3


def test_a_network_that_is_a_peer_itself_is_marked_and_needs_no_box_above() -> None:
    picture = drawn(ways(WayBundle(ases=(T1, UP1), peers=1, itself=True), peers=1))
    assert boxes(picture, "peers") == []
    assert "AS64500 ◉" in words(picture)


def test_a_declared_operator_that_is_not_seen_is_dashed() -> None:
    (lines,) = boxes(drawn(V6), "missing")
    assert lines[0] == "AS64502"
    assert lines[-1] == "✗ not observed"
    assert [path.get("class") for path in drawn(V6).iter("path")].count("line missing") == 1
    assert boxes(drawn(V4), "missing") == []


def test_a_cut_is_red_and_said_in_words_below_and_for_those_who_do_not_see() -> None:
    picture = drawn(V6)
    (lines,) = boxes(picture, "as cut")
    assert lines[0] == "AS64501"
    assert lines[-1] == "✗ cut"
    assert [path.get("class") for path in picture.iter("path")].count("line cut") == 1
    told = "✗ Without AS64501 (Nhà mạng thứ nhất) no observed way is left to 4 of 4 peers."
    below = [
        text for element in picture.iter("text") if "note" in element.get("class", "") for text in element.itertext()
    ]
    assert " ".join(below) == told
    assert told in "".join(picture[1].itertext())


def test_an_adjacency_that_cuts_is_red_between_its_two_ends() -> None:
    cut = Cut(asns=(T1, UP1), adjacency=True, lost=4, peers=4)
    picture = drawn(ways(WayBundle(ases=(T1, UP1), peers=4, examples=(64496,)), cuts=(cut,)))
    assert [path.get("class") for path in picture.iter("path")].count("line cut") == 1
    assert boxes(picture, "as cut") == []
    assert "Without the link AS64500–AS64501" in "".join(picture[1].itertext())


def test_what_is_not_known_is_said() -> None:
    assert "No peer sees this prefix." in "".join(drawn(ways(peers=0))[1].itertext())
    few = replace(ways(*TWO), enough=False, left_out=7)
    assert "Too few peers see it to conclude anything." in words(drawn(few))
    assert "The ways of 7 more peers are not drawn." in words(drawn(few))


def test_small_groups_of_peers_share_a_box() -> None:
    many = [WayBundle(ases=(asn, UP1), peers=10 - number) for number, asn in enumerate(range(700, 707))]
    groups = boxes(drawn(ways(*many, peers=49)), "peers")
    assert len(groups) == 5
    assert sorted(int(lines[0].split()[0]) for lines in groups) == [7, 8, 9, 10, 15]


def test_other_operators_are_one_box() -> None:
    assert ["other", "operators", "25%"] in [
        " ".join(lines).split() for lines in boxes(drawn(ways(*TWO[:1], WayBundle(ases=(OTHERS,), peers=1))), "as")
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text: str) -> None:
    centre = hostile_datacentre(text)
    for number, of in enumerate(centre.prefixes):
        picture = Xml.fromstring(as_graph_picture(of, centre, number, Wording("vi")))
        tags = {element.tag for element in picture.iter()}
        assert tags <= {"svg", "title", "desc", "rect", "text", "path"}
        assert not [name for element in picture.iter() for name in element.attrib if name.startswith(("on", "href"))]


_ASES = st.lists(st.sampled_from([T1, T2, UP1, UP2, 700, 701, OTHERS]), min_size=1, max_size=4, unique=True)
_BUNDLES = st.lists(
    st.builds(
        WayBundle, ases=_ASES.map(tuple), peers=st.integers(1, 50), examples=st.just((64496,)), itself=st.booleans()
    ),
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(_BUNDLES, st.sampled_from(list(Family)))
def test_any_ways_can_be_drawn_without_boxes_on_each_other(bundles: list[WayBundle], family: Family) -> None:
    peers = sum(bundle.peers for bundle in bundles)
    picture = drawn(ways(*bundles, family=family, peers=peers))
    rows: dict[str, list[tuple[float, float]]] = {}
    for rect in picture.iter("rect"):
        x, wide = float(rect.get("x", "")), float(rect.get("width", ""))
        rows.setdefault(rect.get("y", ""), []).append((x, x + wide))
    for row in rows.values():
        ordered = sorted(row)
        assert all(left[1] <= right[0] for left, right in pairwise(ordered))
    assert not re.search(r"nan|inf", Xml.tostring(picture, encoding="unicode"))
