"""Certificates and keys as files, for daemons that read nothing else."""

from pathlib import Path

from netaudit.lab.pki import Condition, Pki

__all__ = ["CredentialFiles"]


class CredentialFiles:
    """Writes each certificate once into a folder."""

    def __init__(self, pki: Pki, folder: Path) -> None:
        self._pki = pki
        self._folder = folder
        self._written: dict[tuple[tuple[str, ...], Condition], tuple[Path, Path]] = {}

    def of(self, hosts: tuple[str, ...], condition: Condition) -> tuple[Path, Path]:
        """The files of the certificate that names `hosts` in that condition, and of its key."""
        files = self._written.get((hosts, condition))
        if files is None:
            stem = f"{hosts[0]}-{condition}"
            files = self._folder / f"{stem}.crt", self._folder / f"{stem}.key"
            leaf = self._pki.leaf(hosts, condition)
            files[0].write_text(leaf.certificate)
            files[1].touch(mode=0o600)
            files[1].write_text(leaf.key)
            self._written[hosts, condition] = files
        return files
