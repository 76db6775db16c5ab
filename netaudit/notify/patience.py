"""How long a receiver is given: every step of a conversation has its own time limit, but a slow one has many steps."""

import threading
from collections.abc import Callable

from netaudit.notify.failures import SendFailure

__all__ = ["within"]


def within(seconds: float, send: Callable[[], None]) -> None:
    """Send something, and wait so many seconds for it. Raises what `send` raises, SendFailure when it is not over.

    It is left to itself then, for nothing can stop it, and may still arrive: what is sent again has the key it had.
    """
    raised: list[BaseException] = []

    def run() -> None:
        try:
            send()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, name="send", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise SendFailure(f"it was not over after {seconds:g} seconds", lasting=True)
    if raised:
        raise raised[0]
