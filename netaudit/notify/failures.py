"""What can go wrong on the way."""

__all__ = ["SendFailure"]


class SendFailure(Exception):
    """A message was not taken. `lasting`: to try again at once is no use. The text holds no secret and no address."""

    def __init__(self, text: str, *, lasting: bool) -> None:
        super().__init__("".join(c if c.isprintable() else " " for c in text)[:400])
        self.lasting = lasting
