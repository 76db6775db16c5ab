"""Mutations without a look at coverage: what CI runs, and what there is where atheris is not."""

import random
from collections.abc import Iterator, Sequence

__all__ = ["mutations"]

_TELLING = (
    b"\0",
    b"\1",
    b"\xff",
    b"\0\0",
    b"\xff\xff",
    b"\0\1",
    b"\xc0\x0c",
    b"\xc0\0",
    b"\x7f\xff\xff\xff",
    b"\0\x2e",
)
_MOST = 4096  # octets


def mutations(seeds: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """Endless changed copies of `seeds`, the same ones for the same `seed`."""
    chance = random.Random(seed)
    while True:
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((1, 1, 1, 2, 4, 8))):
            _change(data, seeds, chance)
        yield bytes(data[:_MOST])


def _change(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    """One change at a random place: bits, a telling value, a cut, a repetition, or a piece of another seed."""
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice((1, 2, 4, 16, 64)))
    match chance.randrange(6):
        case 0 if at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        case 1 if at < len(data):
            data[at] = chance.randrange(256)
        case 2:
            value = chance.choice(_TELLING)
            data[at : at + len(value)] = value
        case 3:
            del data[at:end]
        case 4:
            data[at:at] = data[at:end] * chance.choice((1, 1, 2, 30))
        case _:
            other = chance.choice(seeds)
            start = chance.randrange(len(other) + 1)
            piece = other[start : start + chance.choice((4, 16, 64, 256))]
            data[at : at + chance.choice((0, len(piece)))] = piece
