"""Secrets: read from a file or the environment, shown nowhere."""

import os
from collections.abc import Mapping
from pathlib import Path
from stat import S_IMODE, S_ISREG

__all__ = ["Secret", "SecretError", "environment_secret", "read_secret"]

_LONGEST = 4_096  # octets
_OTHERS = 0o007


class SecretError(Exception):
    """A secret that can't be had. Its text holds nothing of the secret."""


class Secret:
    """A secret that no message, log or traceback shows by mistake."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret()"

    def reveal(self) -> str:
        """The secret itself, for the one who must send or compare it."""
        return self._value


def read_secret(path: Path) -> Secret:
    """The one line of a file that not everybody may read. Raises SecretError."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if not S_ISREG(found.st_mode):
                raise SecretError(f"{path}: not a file")
            if S_IMODE(found.st_mode) & _OTHERS:
                raise SecretError(f"{path}: everybody on this machine may read or change it: chmod o= {path}")
            content = file.read(_LONGEST + 1)
    except OSError as error:
        raise SecretError(f"{path}: {error.strerror or error}") from error
    return _checked(content, str(path))


def environment_secret(name: str, environment: Mapping[str, str]) -> Secret:
    """A variable of the environment. Raises SecretError."""
    value = environment.get(name)
    if value is None:
        raise SecretError(f"{name}: not in the environment")
    return _checked(value.encode("utf-8", "surrogateescape"), name)


def _checked(content: bytes, place: str) -> Secret:
    if len(content) > _LONGEST:
        raise SecretError(f"{place}: longer than {_LONGEST} octets")
    try:
        text = content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise SecretError(f"{place}: not UTF-8") from None
    if not text or not text.isprintable():
        raise SecretError(f"{place}: not one line of text")
    return Secret(text)
