"""Where content lives: `checks/`, `reports/`, the sample; in a checkout or in an installed wheel."""

from importlib.resources import files
from pathlib import Path

__all__ = ["content_path"]


def content_path(name: str) -> Path:
    """Return the path of a piece of content: `checks`, `reports`, `sample`, `inventory.yaml`.

    The checkout wins over `netaudit/_content`, because an editable install copies a snapshot there
    that grows stale while the checkout is edited. Raises FileNotFoundError when neither has it.
    """
    package = Path(str(files("netaudit")))
    for root in (package.parent, package / "_content"):
        if (root / name).exists() and (root.name == "_content" or (root / "pyproject.toml").is_file()):
            return root / name
    raise FileNotFoundError(f"content {name!r} is neither in the checkout nor in the installed package")
