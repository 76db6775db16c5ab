"""What the words of registries say of a block, the file that holds them, and blocks that are no prefixes."""

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.model.routing import Registration
from netaudit.rules.blocks import ASN, Block, cover
from netaudit.rules.registration import (
    Portability,
    Registries,
    RegistriesError,
    is_national,
    is_stub,
    portability,
    registries,
)

PORTABLE, NON_PORTABLE, UNKNOWN = Portability.PORTABLE, Portability.NON_PORTABLE, Portability.UNKNOWN


def registration(registry: str, status: str, name: str = "X-VN", country: str = "VN") -> Registration:
    return Registration(
        resource="203.0.113.0/24", registered="203.0.113.0 - 203.0.113.255", registry=registry, status=status,
        name=name, country=country,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("registry", "status", "expected"),
    [
        ("apnic", "ALLOCATED PORTABLE", PORTABLE),
        ("apnic", "Assigned  Portable", PORTABLE),
        ("apnic", "ALLOCATED NON-PORTABLE", NON_PORTABLE),
        ("apnic", "ASSIGNED NON-PORTABLE", NON_PORTABLE),
        ("apnic", "ASSIGNED PI", UNKNOWN),
        ("apnic", "", UNKNOWN),
        ("ripencc", "ASSIGNED PI", PORTABLE),
        ("ripencc", "ALLOCATED PA", PORTABLE),
        ("ripencc", "LEGACY", PORTABLE),
        ("ripencc", "ASSIGNED PA", NON_PORTABLE),
        ("ripencc", "AGGREGATED-BY-LIR", NON_PORTABLE),
        ("arin", "DIRECT ASSIGNMENT", PORTABLE),
        ("arin", "REASSIGNMENT", NON_PORTABLE),
        ("lacnic", "assigned", PORTABLE),
        ("lacnic", "reallocated", NON_PORTABLE),
        ("afrinic", "ASSIGNED PI", PORTABLE),
        ("vnnic", "ASSIGNED PORTABLE", UNKNOWN),
        ("", "ASSIGNED PORTABLE", UNKNOWN),
        ("nowhere", "ASSIGNED PORTABLE", UNKNOWN),
    ],
)
def test_words(registry: str, status: str, expected: Portability) -> None:
    assert portability(registration(registry, status)) is expected


@pytest.mark.parametrize(
    ("name", "country", "stub"),
    [("STUB-103-9", "VN", True), ("X-VN", "ZZ", True), ("stub-103-9", "zz", True), ("X-STUB-VN", "VN", False)],
)
def test_a_stub_is_never_portable_by_itself(name: str, country: str, stub: bool) -> None:
    found = registration("apnic", "ALLOCATED PORTABLE", name, country)
    assert is_stub(found) is stub
    assert portability(found) is (UNKNOWN if stub else PORTABLE)


@pytest.mark.parametrize(
    ("registry", "country", "national"),
    [
        ("apnic", "VN", True),
        ("apnic", "SG", False),
        ("vnnic", "VN", True),
        ("lacnic", "BR", True),
        ("arin", "US", False),
    ],
)
def test_national_registries(registry: str, country: str, national: bool) -> None:
    assert is_national(registration(registry, "", country=country)) is national


def test_the_table_names_each_word_and_host_once_and_its_sources() -> None:
    table = registries()
    assert len(table.words) == 14
    assert table.registry_of("RDAP.apnic.net") == "apnic"
    assert table.registry_of("whois.ripe.net") == "ripencc"
    assert table.registry_of("example.net") == ""
    assert table.date.isoformat() in "registration-status-2026-11-26.yaml"
    assert all(not set(words.portable) & set(words.non_portable) for words in table.words.values())
    assert all(
        word == word.upper() for words in table.words.values() for word in (*words.portable, *words.non_portable)
    )
    assert any(source.startswith("https://") for source in table.sources)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date: 2026-11-26\nsources: [x]\nregistries: []\n", "registries"),
        ("date: 2026-11-26\nsources: [x]\nregistries: [{id: a, hosts: [x]}, {id: b, hosts: [x]}]\n", "host x"),
        ("date: 2026-11-26\nsources: [x]\nregistries: [{id: a, hosts: []}, {id: a, hosts: []}]\n", "registry a"),
        ("date: 2026-11-26\nsources: [x]\nregistries: [{id: a, hosts: [], portable: [Y], non_portable: [Y]}]\n",
            "word of a Y"),
        ("date: 2026-11-26\nsources: [x]\nregistries: [{id: a, hosts: [], colour: red}]\n", "colour"),
        ("date: [", "expected"),
    ],
)  # fmt: skip
def test_a_broken_table_is_refused_with_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "words.yaml"
    path.write_text(text)
    with pytest.raises(RegistriesError, match=said) as caught:
        Registries.from_file(path)
    assert str(path) in str(caught.value)


def test_blocks_are_written_and_read() -> None:
    for text in ("203.0.113.0 - 203.0.113.127", "2001:db8:: - 2001:db8::ffff", "AS64510", "AS64510 - AS64517"):
        assert str(Block.parse(text)) == text
    assert Block.parse("203.0.113.0/24") == Block.of("203.0.113.0/24") == Block.between("203.0.113.0", "203.0.113.255")
    assert Block.parse("as64510") == Block(ASN, 64510, 64510)
    for wrong in ("203.0.113.1 - 203.0.113.0", "203.0.113.0 - 2001:db8::", "x", "ASx", "203.0.113.1/24", ""):
        with pytest.raises(ValueError, match=r".*"):
            Block.parse(wrong)


@given(
    st.integers(0, 255), st.integers(0, 255), st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), max_size=6)
)
def test_blocks_cover_exactly_what_is_in_them(first: int, last: int, parts: list[tuple[int, int]]) -> None:
    """Against sets of addresses."""
    base = int(ipaddress.IPv4Address("203.0.113.0"))
    whole = Block(4, base + min(first, last), base + max(first, last))
    blocks = [Block(4, base + min(part), base + max(part)) for part in parts]
    inside = {n for block in blocks for n in range(block.first, block.last + 1)}
    assert cover(blocks, whole) is (set(range(whole.first, whole.last + 1)) <= inside)
    for block in blocks:
        mine, other = set(range(block.first, block.last + 1)), set(range(whole.first, whole.last + 1))
        assert block.meets(whole) is bool(mine & other)
        assert whole.holds(block) is (mine <= other)
        assert block.size == len(mine)
