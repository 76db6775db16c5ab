"""The templates of `reports/templates`, as every page is made of them: escaped, bounded, in one language."""

import base64
import hashlib
from collections.abc import Callable
from functools import cache

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from netaudit.content import content_path
from netaudit.writers.wording import Wording

__all__ = ["hash_source", "template_environment"]


def template_environment(wording: Wording, shown: Callable[[str], str]) -> Environment:
    """An environment without names of its own. `shown` makes text fit to be printed; what is markup stays as it is."""
    environment = Environment(
        loader=FileSystemLoader(content_path("reports") / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        finalize=lambda value: shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
        bytecode_cache=_compiled(wording.language),
    )
    environment.install_gettext_translations(wording.translations, newstyle=True)  # type: ignore[attr-defined]
    return environment


def hash_source(text: str) -> str:
    """The hash-source of a style or script, as a content security policy names it (CSP level 3)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class _Compiled(BytecodeCache):
    """Templates compiled once for all reports of a process. Jinja compiles again what has changed since."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


@cache
def _compiled(language: str) -> _Compiled:
    """Of each language its own: filters of constants are called while a template is compiled."""
    return _Compiled()
