"""How a history keeps what is long: keys of states as differences, documents as compressed JSON."""

import sys
from array import array
from collections.abc import Iterable
from itertools import accumulate, pairwise

import zstandard

__all__ = ["packed", "packed_keys", "unpacked", "unpacked_keys"]

_LEVEL = 9
_LARGEST = 1024 * 1024 * 1024


def packed_keys(keys: Iterable[int]) -> bytes:
    """Sorted keys as differences. Those of a run are mostly those of the run before, one after the other: few bytes."""
    ordered = sorted(set(keys))
    differences = array("Q", (second - first for first, second in pairwise([0, *ordered])))
    if sys.byteorder == "big":
        differences.byteswap()
    return packed(differences.tobytes())


def unpacked_keys(content: bytes) -> list[int]:
    """The keys, sorted. Raises ValueError when the content is damaged."""
    differences = array("Q")
    differences.frombytes(unpacked(content))
    if sys.byteorder == "big":
        differences.byteswap()
    return list(accumulate(differences))


def packed(content: bytes) -> bytes:
    """The content, compressed."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(content)


def unpacked(content: bytes) -> bytes:
    """What was packed. Raises ValueError when it is damaged, or larger than any run."""
    try:
        if zstandard.frame_content_size(content) > _LARGEST:
            raise ValueError("it is larger than any run")
        return zstandard.ZstdDecompressor().decompress(content)
    except zstandard.ZstdError as error:
        raise ValueError(f"the compressed data is corrupt: {error}") from error
