"""Text from servers and files, made fit to be shown: nothing invisible, nothing endless, no link that acts."""

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit

__all__ = ["bounded", "one_line", "page_name", "safe_url", "visible"]

# What a reader can't see although it changes what they see: controls (C0 but tab and line feed, C1), marks that
# turn the direction of text, characters of no width, line separators, lone surrogates, and non-characters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_LINE = re.compile("[\t\n]")
_PAGE_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]{0,99}")
_LONGEST = 600
_LONGEST_PAGE_NAME = 80


def visible(text: str) -> str:
    """Return `text` with every invisible character written out: ESC as ␛, U+202E as ⟨U+202E⟩."""
    return _INVISIBLE.sub(_written_out, text)


def bounded(text: str, limit: int = _LONGEST) -> str:
    """Return `text`, cut after `limit` characters; what was cut is counted."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… (+{len(text) - limit})"


def one_line(text: str, limit: int = _LONGEST) -> str:
    """Return `text` fit for one line of a terminal: bounded, visible, in composed form (NFC)."""
    return _LINE.sub(_written_out, visible(unicodedata.normalize("NFC", bounded(text, limit))))


def safe_url(text: str) -> str | None:
    """Return `text` when it is an absolute http(s) address without a user name, else None."""
    try:
        parts = urlsplit(text)
        plain = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return None
    return text if plain and text.isprintable() and " " not in text else None


def page_name(identifier: str) -> str:
    """Return the file name of a page for `identifier`, which may not leave its folder."""
    if _PAGE_NAME.fullmatch(identifier):
        return f"{identifier}.html"
    plain = unicodedata.normalize("NFC", identifier).encode("utf-8", "backslashreplace")
    name = plain.hex()
    if len(name) > _LONGEST_PAGE_NAME:  # names may begin alike
        name = f"{name[:40]}-{hashlib.sha256(plain).hexdigest()[:32]}"
    return f"_{name}.html"


def _written_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"
