"""The lab's private keys, kept in a file when asked: a lab that is started again is then the same lab."""

import os
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

__all__ = ["SHORT_RSA", "Keyring"]

SHORT_RSA = "RSASHA256/1024"
"""RSASHA256 with keys that are too short on purpose."""


class Keyring:
    """Keys by name, made when first wanted. A file that holds none of ours is written anew; OSError passes through."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._kept = _read(path) if path is not None else {}

    def key(self, name: str, algorithm: str) -> Any:
        """The private key of that name. `algorithm` is a mnemonic of the DNSSEC registry, or `SHORT_RSA`."""
        wanted = f"{name} {algorithm}"
        kept = self._kept.get(wanted)
        if kept is not None:
            return serialization.load_pem_private_key(kept.encode(), None)
        made = _generate(algorithm)
        self._kept[wanted] = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        return made

    def save(self) -> None:
        """Write the keys to the file, for its owner only."""
        if self._path is not None:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(self._kept))


def _read(path: Path) -> dict[str, str]:
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        for pem in kept.values():
            serialization.load_pem_private_key(pem.encode(), None)
    except (FileNotFoundError, msgspec.MsgspecError, ValueError, TypeError, UnsupportedAlgorithm):
        return {}
    return kept


def _generate(algorithm: str) -> Any:
    if algorithm.startswith("RSA"):
        return rsa.generate_private_key(public_exponent=65537, key_size=1024 if algorithm == SHORT_RSA else 2048)
    if algorithm == "ED25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1() if "256" in algorithm else ec.SECP384R1())
