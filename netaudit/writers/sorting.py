"""The order of Vietnamese names: Ấp Bắc before Bảo Lộc, Đà Lạt after Di Linh."""

import re
import unicodedata

__all__ = ["sort_key"]

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACE = {letter: place for place, letter in enumerate(_ALPHABET)}
_NUMBER = re.compile(r"[0-9]{1,8}")
_DIGITS = 8
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền hỏi ngã sắc nặng


def sort_key(text: str) -> tuple[tuple[tuple[int, str], ...], tuple[int, ...]]:
    """Return a key that orders by letters first and by tone marks second; digits come before letters."""
    letters: list[tuple[int, str]] = []
    tones: list[int] = []
    composed = unicodedata.normalize("NFC", text).casefold()
    for character in _NUMBER.sub(lambda number: number[0].zfill(_DIGITS), composed):
        parts = unicodedata.normalize("NFD", character)
        tone = next((_TONES[mark] for mark in parts if mark in _TONES), 0)
        letter = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in _TONES))
        letters.append((_PLACE.get(letter, -1), letter))
        tones.append(tone)
    return tuple(letters), tuple(tones)
