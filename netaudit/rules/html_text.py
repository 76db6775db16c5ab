"""Reading HTML that may be hostile with the standard library's parser, at a cost that grows with its size alone."""

import html.parser

__all__ = ["read_html"]

_BYTES = 262_144  # of a body


def read_html(parser: html.parser.HTMLParser, body: bytes) -> bool:
    """Feed a body to a parser that never recurses; False where not all of it was read.

    The parser is never closed: closing makes it take each unfinished tag for text and search the rest anew for each,
    which a page of `<a href='` makes quadratic. The last tag of a page that was cut in it is lost instead.
    """
    try:
        parser.feed(body[:_BYTES].decode("utf-8", "replace") + _END)
    except (AssertionError, ValueError):  # malformed declarations: what came before counts
        return False
    return len(body) <= _BYTES


_END = "<!---->"  # lets go of text at the end, which the parser holds back until it sees a tag
