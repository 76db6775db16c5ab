"""The picture of a chain of trust: true to the chain, told in words as well as colours, safe, and always the same."""

import re
from xml.etree import ElementTree as Xml

import msgspec
import pytest

from netaudit.model.security import Security, SecurityStatus
from netaudit.writers.chain_parts import chain_parts
from netaudit.writers.chain_picture import chain_picture, standalone_picture
from netaudit.writers.wording import Wording
from tests.writers import chains
from tests.writers.synthetic import HOSTILE

EN = Wording("en")
SVG = "{http://www.w3.org/2000/svg}"
EVERY = [
    chains.secure(), chains.wrong_ds(), chains.wrong_ds(digest=True), chains.expired(), chains.insecure(),
    chains.indeterminate(), chains.bogus_data(), chains.bogus_data("signature_invalid"), chains.long(127),
    Security(status=SecurityStatus.INDETERMINATE, reason="no_anchor"),
]  # fmt: skip


def drawn(security: Security, name: str = "tinh.vn", language: str = "en") -> Xml.Element:
    return Xml.fromstring(standalone_picture(security, name, "SOA", Wording(language)))  # our own


def words(picture: Xml.Element) -> list[str]:
    return ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]


def height(picture: Xml.Element, said: str) -> float:
    """Where a text stands: half a line above its base line."""
    (found,) = [text for text in picture.iter(f"{SVG}text") if text.text == said]
    return float(found.get("y", "")) - 4


def lines(picture: Xml.Element, kind: str = "line") -> list[tuple[int, int]]:
    """The heights at which lines begin and end."""
    paths = [path.get("d", "") for path in picture.iter(f"{SVG}path") if path.get("class") == kind]
    found = [re.fullmatch(r"M\d+ (\d+)H\d+V(\d+)H\d+", path) for path in paths]
    return [(int(match[1]), int(match[2])) for match in found if match]


def joins(picture: Xml.Element, first: str, second: str, kind: str = "line") -> bool:
    """Whether a line leads from one text to another."""
    return any(
        abs(start - height(picture, first)) <= 8 and abs(end - height(picture, second)) <= 8
        for start, end in lines(picture, kind)
    )


@pytest.mark.parametrize("security", EVERY, ids=lambda security: security.reason)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_picture_is_well_formed_named_and_inside_its_frame(security: Security, language: str) -> None:
    picture = drawn(security, language=language)
    _, _, width, tall = (int(number) for number in picture.get("viewBox", "").split())
    assert [child.tag for child in picture][1:3] == [f"{SVG}title", f"{SVG}desc"]
    assert picture.get("aria-labelledby") == "chain-title chain-desc"
    assert "tinh.vn SOA" in (picture.findtext(f"{SVG}title") or "")
    assert security.status.value in (picture.findtext(f"{SVG}desc") or "")
    for text in picture.iter(f"{SVG}text"):
        assert 0 < float(text.get("y", "")) < tall
        broad = 7.3 if text.get("class", "").startswith(("record", "title")) else 6.8
        assert float(text.get("x", "")) + broad * len(text.text or "") <= width, text.text
    for box in picture.iter(f"{SVG}rect"):
        assert float(box.get("y", "0")) + float(box.get("height", "")) <= tall
    assert standalone_picture(security, "tinh.vn", "SOA", Wording(language)) == standalone_picture(
        msgspec.json.decode(msgspec.json.encode(security), type=Security), "tinh.vn", "SOA", Wording(language)
    )


def test_a_whole_chain_shows_who_vouches_for_whom() -> None:
    picture = drawn(chains.secure())
    assert words(picture) == [
        "trust anchor", "DS 1000 ECDSAP256SHA256 SHA-256",
        ".", "secure", "DNSKEY", "KSK 1000 ECDSAP256SHA256 257", "ZSK 1001 ECDSAP256SHA256 256",
        "RRSIG 1000 valid until 26 Dec 2026",
        "DS vn", "DS 2000 ECDSAP256SHA256 SHA-256", "RRSIG 1001 valid until 26 Dec 2026",
        "vn", "secure", "DNSKEY", "KSK 2000 ECDSAP256SHA256 257", "ZSK 2001 ECDSAP256SHA256 256",
        "RRSIG 2000 valid until 26 Dec 2026",
        "DS tinh.vn", "DS 3000 ECDSAP256SHA256 SHA-256", "RRSIG 2001 valid until 26 Dec 2026",
        "tinh.vn", "secure", "DNSKEY", "KSK 3000 ECDSAP256SHA256 257", "ZSK 3001 ECDSAP256SHA256 256",
        "RRSIG 3000 valid until 26 Dec 2026",
        "tinh.vn SOA", "RRSIG 3001 valid until 26 Dec 2026", "secure",
    ]  # fmt: skip
    for tag in (1000, 2000, 3000):
        assert joins(picture, f"DS {tag} ECDSAP256SHA256 SHA-256", f"KSK {tag} ECDSAP256SHA256 257")
        assert joins(picture, f"KSK {tag} ECDSAP256SHA256 257", f"RRSIG {tag} valid until 26 Dec 2026")
        assert joins(picture, f"ZSK {tag + 1} ECDSAP256SHA256 256", f"RRSIG {tag + 1} valid until 26 Dec 2026")
    assert len(lines(picture)) == 9
    assert not lines(picture, "line broken")


@pytest.mark.parametrize(
    ("security", "said"),
    [
        (chains.wrong_ds(), "✗ no such key in the zone"),
        (chains.wrong_ds(digest=True), "✗ the digest does not fit the key"),
        (chains.expired(), "✗ expired 26 Dec 2026"),
        (chains.bogus_data("signature_invalid"), "✗ does not verify"),
        (chains.bogus_data("no_matching_key"), "✗ no such key"),
        (chains.bogus_data("budget_signatures_per_rrset"), "✗ not checked"),
        (chains.bogus_data(), "✗ no signature"),
    ],
    ids=lambda value: value.reason if isinstance(value, Security) else "",
)
def test_what_is_wrong_is_marked_by_a_word_and_a_shape(security: Security, said: str) -> None:
    picture = drawn(security)
    wrong = [text.text for text in picture.iter(f"{SVG}text") if "wrong" in text.get("class", "")]
    assert wrong == [said]
    bogus = [text.text for text in picture.iter(f"{SVG}text") if text.get("class") == "state s-bogus"]
    assert bogus and set(bogus) == {"bogus"}
    assert len([g for g in picture.iter(f"{SVG}g") if g.get("class") == "shape s-bogus"]) == len(bogus)
    broken = lines(picture, "line broken")
    crosses = [path for path in picture.iter(f"{SVG}path") if path.get("class") == "cross"]
    assert len(crosses) == len(broken) == (0 if said == "✗ no signature" else 1)


def test_an_expired_signature_breaks_the_line_from_the_key_that_made_it() -> None:
    picture = drawn(chains.expired())
    assert joins(picture, "KSK 3000 ECDSAP256SHA256 257", "RRSIG 3000", "line broken")
    assert joins(picture, "DS 3000 ECDSAP256SHA256 SHA-256", "KSK 3000 ECDSAP256SHA256 257")


def test_an_unsigned_delegation_shows_its_proof_and_who_signed_it() -> None:
    picture = drawn(chains.insecure())
    assert "no DS record (NSEC3)" in words(picture)
    assert joins(picture, "ZSK 2001 ECDSAP256SHA256 256", "RRSIG 2001 valid until 26 Dec 2026")
    assert "the parent proves that the delegation" in words(picture)
    assert not [text for text in picture.iter(f"{SVG}text") if "wrong" in text.get("class", "")]


def test_the_four_states_differ_in_shape() -> None:
    shapes = {}
    for security in (chains.secure(), chains.insecure(), chains.expired(), chains.indeterminate()):
        picture = drawn(security)
        group = next(g for g in picture.iter(f"{SVG}g") if g.get("class") == f"shape s-{security.status}")
        shapes[security.status] = Xml.tostring(group[0])
    assert len(set(shapes.values())) == len(SecurityStatus)


def test_a_key_that_does_both_is_a_csk_and_a_revoked_one_is_called_revoked() -> None:
    whole = chains.secure()
    last = msgspec.structs.replace(whole.links[-1], keys=("3000 13 257", "3128 13 385"))
    picture = drawn(
        msgspec.structs.replace(whole, links=(*whole.links[:-1], last), signatures=(chains.signed("SOA", 3000),))
    )
    assert "CSK 3000 ECDSAP256SHA256 257" in words(picture)
    assert joins(picture, "CSK 3000 ECDSAP256SHA256 257", "tinh.vn SOA") is False
    after = words(picture)[words(picture).index("CSK 3128 ECDSAP256SHA256 385") :]
    assert after[1] == "✗ revoked"


def test_every_key_tag_is_shown_up_to_a_bound_and_the_rest_is_counted() -> None:
    whole = chains.secure()
    keys = tuple(f"{tag} 13 256" for tag in range(40000, 40012))
    few = msgspec.structs.replace(whole.links[0], keys=keys)
    many = msgspec.structs.replace(few, keys=(*keys, "50000 13 256", "50001 13 256"))
    shown = " ".join(words(drawn(msgspec.structs.replace(whole, links=(few,)))))
    assert all(f"ZSK {tag} " in shown for tag in range(40000, 40012))
    shown = " ".join(words(drawn(msgspec.structs.replace(whole, links=(many,)))))
    assert "and 2 more" in shown and "50001" not in shown


def test_a_chain_without_end_is_cut_in_its_middle() -> None:
    said = words(drawn(chains.long(127)))
    assert "." in said and "and 103 more" in said
    assert sum(word == "DNSKEY" for word in said) == 24
    assert "KSK 1252 ECDSAP256SHA256 257" in said  # the zone itself
    assert "KSK 1002 ECDSAP256SHA256 257" not in said


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_text(text: str) -> None:
    security = chains.secure(text)
    links = (*security.links[:-1], msgspec.structs.replace(security.links[-1], server=text, reason=text))
    hostile = msgspec.structs.replace(
        security, status=SecurityStatus.BOGUS, reason=text, links=links, signatures=(chains.signed(text, 1, text),)
    )
    picture = Xml.fromstring(standalone_picture(hostile, text, text, EN))
    tags = {element.tag.removeprefix(SVG) for element in picture.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "path", "circle", "g", "text"}
    assert len(str(chain_picture(hostile, text, text, EN))) < 60_000
    told = "".join(picture.itertext())
    assert not re.search("[\x00-\x08\x0b-\x1f\u200b\u202e\ufeff]", told)


def test_a_picture_in_a_page_asks_for_nothing_and_brings_no_style() -> None:
    text = str(chain_picture(chains.expired(), "tinh.vn", "SOA", EN))
    assert not re.search(r"<style|<script|href|url\(|http|style=| on\w+=", text)
    alone = standalone_picture(chains.expired(), "tinh.vn", "SOA", EN)
    assert alone.count("http") == 1  # its namespace
    assert "prefers-color-scheme: dark" in alone


def test_words_for_the_table_are_those_of_the_picture() -> None:
    zones, data = chain_parts(chains.expired(), "tinh.vn", "SOA", Wording("vi"))
    assert [zone.state for zone in zones] == ["secure (xác thực được)"] * 2 + ["bogus (sai, không tin được)"]
    assert zones[2].reason == "chữ ký đã hết hạn"
    assert zones[2].signatures[0].problem == "đã hết hạn 26/12/2026"
    assert (data.title, data.signatures) == ("tinh.vn SOA", ())
