"""`python -m bench.routes`: a full route table (MRT) filtered to 50 prefixes, beside mrtparse and bgpdump."""

import argparse
import bz2
import gzip
import ipaddress
import random
import shutil
import struct
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple, cast

import zstandard

from bench.peers import install
from bench.processes import Job, JobFailed, run_all
from tests.lab.daemons import find_program

_PEERS = 20
_VARIANTS = 4096  # sets of paths: 5 MB in all, more than the windows of gzip, bzip2 and zstd at their defaults
_TIME = 1_790_000_000
_V4_LENGTHS, _V6_LENGTHS = (24, 24, 24, 23, 22, 21), (48, 48, 44, 40, 32)
_ROW = "{:<26} {:>10} {:>9} {:>11} {:>8}"
_OURS = """
import sys
from pathlib import Path
from netaudit.routing.mrt import read_routes
found = {route.prefix for route in read_routes(Path(sys.argv[1]), sys.argv[2:]).routes}
assert found == set(sys.argv[2:]), found
"""
_MRTPARSE = """
import sys
import mrtparse
records = (entry.data for entry in mrtparse.Reader(sys.argv[1]))
found = {f"{data['prefix']}/{data['length']}" for data in records if "rib_entries" in data}
assert found >= set(sys.argv[2:]), found
"""


class Size(NamedTuple):
    """Prefixes of each family in a table."""

    ipv4: int
    ipv6: int

    @property
    def records(self) -> int:
        """RIB records: one a prefix, with an entry of every peer."""
        return self.ipv4 + self.ipv6


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Returns 1 when a reader failed or found something else than the 50 prefixes."""
    parser = argparse.ArgumentParser(prog="python -m bench.routes", description=__doc__)
    parser.add_argument("--ipv4", type=int, default=1_000_000, help="IPv4 prefixes (default: 1000000)")
    parser.add_argument("--ipv6", type=int, default=200_000, help="IPv6 prefixes (default: 200000)")
    parser.add_argument("--runs", type=int, default=3, help="times that each table is read (default: 3)")
    parser.add_argument("--packed", action="store_true", help="the whole table packed too, not only its slice")
    options = parser.parse_args(arguments)
    whole = Size(options.ipv4, options.ipv6)
    install()
    try:
        with tempfile.TemporaryDirectory(prefix="netaudit-bench-") as folder:
            _measure(Path(folder), whole, Size(whole.ipv4 // 20, whole.ipv6 // 20), options.runs, options.packed)
    except JobFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _measure(folder: Path, whole: Size, part: Size, runs: int, packed: bool) -> None:
    print(_ROW.format("reader, table", "records", "seconds", "records/s", "peak MB"))
    for size in (whole, part):
        table = folder / f"{size.records}.mrt"
        with table.open("wb") as file:
            file.writelines(full_table(size))
        print(f"{size.ipv4} IPv4 and {size.ipv6} IPv6 prefixes of {_PEERS} peers, {table.stat().st_size / 1e6:.0f} MB")
        _show("netaudit", _OURS, table, size, runs)
        if size == part:
            _show("mrtparse", _MRTPARSE, table, size, 1)
            if find_program("bgpdump"):
                _show("bgpdump", None, table, size, runs)
            else:
                print("bgpdump is not installed")
        for suffix in ("gz", "bz2", "zst") if size == part or packed else ():
            _show(f"netaudit, {suffix}", _OURS, _packed(table, suffix), size, 1)
        table.unlink()


def _show(name: str, code: str | None, table: Path, size: Size, runs: int) -> None:
    """Read a table so often with one process each, and print the range."""
    command = ["bgpdump", "-m", str(table)]
    if code is not None:
        command = [sys.executable, "-c", code, str(table), *ours(size)]
    spent = [run_all([Job(command, Path("/dev/null"), {})], 1) for _ in range(runs)]
    seconds = sorted(s.seconds for s in spent)
    rates = "-".join(dict.fromkeys(f"{size.records / s:.0f}" for s in (seconds[-1], seconds[0])))
    peak = max(s.peak_kb for s in spent) / 1000
    print(_ROW.format(name, size.records, f"{seconds[0]:.2f}", rates, f"{peak:.0f}"), flush=True)


def full_table(size: Size) -> Iterator[bytes]:
    """A TABLE_DUMP_V2 file; the same bytes every time."""
    yield _peer_index()
    paths = list(_path_sets(random.Random(1)))
    for number, network in enumerate(_networks(size)):
        used = (network.prefixlen + 7) // 8
        prefix = bytes((network.prefixlen,)) + network.network_address.packed[:used]
        body = number.to_bytes(4, "big") + prefix + paths[number * 2_654_435_761 % _VARIANTS]
        yield struct.pack(">IHHI", _TIME, 13, 2 if network.version == 4 else 4, len(body)) + body


def ours(size: Size) -> list[str]:
    """50 prefixes of the table, of both families, spread over it."""
    four = [_ipv4(size.ipv4 // 25 * number) for number in range(25)]
    six = [_ipv6(size.ipv6 // 25 * number) for number in range(25)]
    return [str(network) for network in (*four, *six)]


def _networks(size: Size) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    yield from map(_ipv4, range(size.ipv4))
    yield from map(_ipv6, range(size.ipv6))


def _ipv4(number: int) -> ipaddress.IPv4Network:
    """No two overlap: they are 13 /24 apart."""
    length = _V4_LENGTHS[number % len(_V4_LENGTHS)]
    return ipaddress.IPv4Network(((0x01000000 + number * 13 * 256) >> 32 - length << 32 - length, length))


def _ipv6(number: int) -> ipaddress.IPv6Network:
    length = _V6_LENGTHS[number % len(_V6_LENGTHS)]
    return ipaddress.IPv6Network(((0x20010000 + number) << 96, length))


def _peer_index() -> bytes:
    body = bytes(6) + struct.pack(">H", _PEERS)
    for number in range(_PEERS):
        body += struct.pack(">BIII", 2, number, 0xC6336401 + number, 64_500 + number)
    return struct.pack(">IHHI", _TIME, 13, 1, len(body)) + body


def _path_sets(chance: random.Random) -> Iterator[bytes]:
    """The entries of a record: ORIGIN, AS_PATH of three to six ASes, NEXT_HOP, and a community."""
    for _ in range(_VARIANTS):
        entries = struct.pack(">H", _PEERS)
        for peer in range(_PEERS):
            path = (64_500 + peer, *(chance.randrange(1, 400_000) for _ in range(chance.randint(2, 5))))
            attributes = b"\x40\x01\x01\x00" + struct.pack(
                f">BBBBB{len(path)}I", 0x40, 2, 2 + 4 * len(path), 2, len(path), *path
            )
            attributes += b"\x40\x03\x04" + chance.randbytes(4) + b"\xc0\x08\x04" + chance.randbytes(4)
            entries += struct.pack(">HIH", peer, _TIME - chance.randrange(1_000_000), len(attributes)) + attributes
        yield entries


def _packed(table: Path, suffix: str) -> Path:
    path = table.with_suffix(f".{suffix}")
    with table.open("rb") as source, _packer(path, suffix) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return path


def _packer(path: Path, suffix: str) -> IO[bytes]:
    if suffix == "gz":
        return cast("IO[bytes]", gzip.open(path, "wb", 6))
    if suffix == "bz2":
        return bz2.open(path, "wb")
    return cast("IO[bytes]", zstandard.open(path, "wb"))


if __name__ == "__main__":
    sys.exit(main())
