"""A fault of our own as a failure: it leaves one target or check untested, and never ends the judging."""

import traceback

from netaudit.model.common import Failure, Reason, Side

__all__ = ["bug"]

_DETAIL = 300  # characters


def bug(error: Exception) -> Failure:
    """What was raised, and where: `KeyError: 'x' (tcp.py:41)`."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else ""
    text = traceback.format_exception_only(error)[-1].strip()
    return Failure(reason=Reason.BUG, side=Side.BUG, detail=f"{text[:_DETAIL]}{place}")
