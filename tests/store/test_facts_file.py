import os
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from netaudit.model.common import Text, Transport
from netaudit.model.exchange import Exchange
from netaudit.model.facts import Fact, NameFact, ScanEndFact, ScanFact
from netaudit.model.inventory import Inventory, NetworkKind, Province
from netaudit.store.facts import FACTS_FILE, FactsError, FactWriter, ReadBounds, iterate_facts, read_facts


def a_scan() -> ScanFact:
    inventory = Inventory(
        schema=1,
        network=NetworkKind.LAB,
        province=Province(id="p", name=Text(vi="Tỉnh", en="Province")),
        tiers=(),
        units=(),
        services=(),
    )
    return ScanFact(
        id="run-1",
        schema=1,
        tool="netaudit test",
        at=1.0,
        inventory=inventory,
        inventory_file="inventory.yaml",
        inventory_sha256="00",
        trust_anchors=(),
    )


def a_name(number: int) -> NameFact:
    return NameFact(id=f"name-{number}", name=f"host{number}.example", lookups=())


def test_facts_come_back_as_written(tmp_path: Path) -> None:
    exchange = Exchange.new(
        server="192.0.2.1", transport=Transport.UDP, query=b"\x00\x01binary\xff", at=2.5, response=b"\xfe"
    )
    facts: list[Fact] = [
        a_scan(),
        exchange,
        a_name(1),
        ScanEndFact(id="end", at=3.0, complete=True, jobs_done=1, jobs_total=1),
    ]
    path = tmp_path / FACTS_FILE
    with FactWriter(path) as writer:
        for fact in facts:
            writer.write(fact)
    book = read_facts(path)
    assert list(book.facts) == facts
    assert book.complete
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_plain_json_lines_are_readable(tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_bytes(b"\n".join(msgspec.json.encode(f) for f in (a_scan(), a_name(1))) + b"\n")
    assert set(read_facts(path).names) == {"host1.example"}


@pytest.fixture
def written(tmp_path: Path) -> Callable[[int], Path]:
    def write(frames: int) -> Path:
        path = tmp_path / FACTS_FILE
        with FactWriter(path) as writer:
            writer.write(a_scan())
            for number in range(frames):
                for n in range(50):
                    writer.write(a_name(number * 50 + n))
                writer.flush()
        return path

    return write


def test_any_cut_loses_at_most_the_last_frame(written: Callable[[int], Path]) -> None:
    whole = written(3).read_bytes()
    path = written(3).with_name("cut.zst")
    for cut in range(1, 40):
        path.write_bytes(whole[:-cut])
        names = read_facts(path).names
        assert 100 <= len(names) <= 150, cut


def test_appending_after_a_cut_keeps_both_parts(written: Callable[[int], Path]) -> None:
    path = written(3)
    path.write_bytes(path.read_bytes()[:-7])
    with FactWriter(path) as writer:
        writer.write(a_name(9999))
    names = read_facts(path).names
    assert "host9999.example" in names
    assert "host99.example" in names
    assert "host149.example" not in names


def test_corrupt_data_in_the_middle_is_one_clear_error(written: Callable[[int], Path]) -> None:
    path = written(3)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(FactsError):
        read_facts(path)


@pytest.mark.parametrize(
    "line",
    [b"{}", b"[]", b'{"kind":"nonsense"}', b'{"kind":"name","id":"x"}', b"\xff\xfe", b"[" * 100_000, b'{"kind":"dns"'],
)
def test_a_malformed_line_is_reported_with_its_offset(tmp_path: Path, line: bytes) -> None:
    good = msgspec.json.encode(a_scan()) + b"\n"
    path = tmp_path / FACTS_FILE
    path.write_bytes(zstandard.ZstdCompressor().compress(good + line + b"\n"))
    with pytest.raises(FactsError) as caught:
        read_facts(path)
    assert caught.value.offset == len(good)
    assert str(path) in str(caught.value)


def test_a_bomb_is_refused_before_it_is_inflated(tmp_path: Path) -> None:
    path = tmp_path / FACTS_FILE
    bomb = zstandard.ZstdCompressor().compress(b"\n" * 50_000_000)
    assert len(bomb) < 10_000
    path.write_bytes(bomb)
    with pytest.raises(FactsError, match="more than 1000000 bytes"):
        read_facts(path, ReadBounds(total_bytes=1_000_000))


def test_an_endless_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_bytes(b"{" + b" " * 3_000_000)
    with pytest.raises(FactsError, match="a line of more than"):
        read_facts(path, ReadBounds(line_bytes=1_000_000))


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x28\xb5\x2f\xfd", b"\x1f\x8b\x08"])
def test_what_is_no_facts_file_is_said_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / FACTS_FILE
    path.write_bytes(content)
    with pytest.raises(FactsError):
        read_facts(path)


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match="No such file"):
        read_facts(tmp_path / "nothing")


def test_nothing_is_appended_to_a_foreign_file(tmp_path: Path) -> None:
    path = tmp_path / FACTS_FILE
    path.write_bytes(b"somebody's letter")
    with pytest.raises(FactsError):
        FactWriter(path)
    assert path.read_bytes() == b"somebody's letter"


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise_anything_else(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / FACTS_FILE
    for content in (data, b"\x28\xb5\x2f\xfd" + data, zstandard.ZstdCompressor().compress(data + b"\n")):
        path.write_bytes(content)
        try:
            list(iterate_facts(path))
        except FactsError as error:
            assert str(path) in str(error)


def test_sigkill_loses_only_what_was_not_flushed(tmp_path: Path) -> None:
    path = tmp_path / FACTS_FILE
    program = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from netaudit.model.facts import NameFact
        from netaudit.store.facts import FactWriter
        writer = FactWriter(Path(sys.argv[1]))
        for number in range(1000):
            writer.write(NameFact(id=f"name-{number}", name=f"host{number}.example", lookups=()))
        writer.flush()
        writer.write(NameFact(id="late", name="late.example", lookups=()))
        print("ready", flush=True)
        time.sleep(60)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(signal.SIGKILL)
    facts = list(iterate_facts(path))
    assert len(facts) == 1000
