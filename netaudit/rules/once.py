"""What many judges derive from the same evidence, derived once."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from netaudit.model.evidence import Evidence
from netaudit.model.exchange import Exchange

__all__ = ["by_content", "once"]

E = TypeVar("E", bound=Evidence)
P = ParamSpec("P")
T = TypeVar("T")


def once(derive: Callable[Concatenate[E, P], T]) -> Callable[Concatenate[E, P], T]:
    """Keep the result of a pure function with the evidence that it was derived from.

    Evidence never changes, so the result stays true. The further arguments must be hashable.
    """

    @wraps(derive)
    def remembering(evidence: E, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (derive, args, *kwargs.items())
        if key not in evidence.derived:
            evidence.derived[key] = derive(evidence, *args, **kwargs)
        return cast("T", evidence.derived[key])

    return remembering


def by_content(read: Callable[[Exchange], T]) -> Callable[[Exchange], T]:
    """Read equal responses to one question once: `read` looks at nothing but what they say."""
    known: dict[bytes, T] = {}

    def remembering(exchange: Exchange) -> T:
        content = exchange.content
        if content not in known:
            known[content] = read(exchange)
        return known[content]

    return remembering
