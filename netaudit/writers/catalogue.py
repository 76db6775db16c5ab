"""Which sentences the report needs: read from the templates and the writers, for the test of the catalogues.

`python -m netaudit.writers.catalogue` brings reports/locale up to date after a sentence was added or changed.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from netaudit.content import content_path
from netaudit.dns.reasons import REASONS
from netaudit.model.common import Language

__all__ = ["needed", "update"]

_KEYWORDS = {
    "_": None, "gettext": None, "ngettext": (1, 2), "_say": None,
}  # fmt: skip
_OPTIONS = {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}


def needed() -> Catalog:
    """Return every msgid that the templates, the writers and the reasons of security statuses name, with its place."""
    catalogue = Catalog(project="netaudit", charset="utf-8")
    for name, path, method in _sources():
        found = extract(method, BytesIO(path.read_bytes()), _KEYWORDS, ("NOTE:",), _OPTIONS)
        for line, message, comments, _ in found:
            catalogue.add(message, None, [(name, line)], auto_comments=comments)
    for reason in REASONS.values():
        catalogue.add(reason.text, None, [("netaudit/dns/reasons.py", 0)])
    return catalogue


def update() -> None:
    """Merge the needed msgids into both catalogues; English translates itself, Vietnamese waits for a person."""
    wanted = needed()
    for language in Language:
        path = content_path("reports") / "locale" / language / "LC_MESSAGES" / "netaudit.po"
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language.value)
        catalogue.update(wanted, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        if language is Language.EN:
            for message in catalogue:
                if message.id:
                    message.string = message.id
        body = BytesIO()
        write_po(body, catalogue, width=110, omit_header=True, no_location=True)
        path.write_bytes(_header(catalogue).encode() + body.getvalue())


def _header(catalogue: Catalog) -> str:
    """Only what readers of the file need: no dates and no names, so that a merge changes no line in vain."""
    lines = (
        f"Language: {catalogue.locale_identifier}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {catalogue.plural_forms}",
    )
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines) + "\n"


def _sources() -> Iterator[tuple[str, Path, str]]:
    for path in sorted((content_path("reports") / "templates").glob("*.html")):
        yield f"reports/templates/{path.name}", path, "jinja2.ext:babel_extract"
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.name != Path(__file__).name:
            yield f"netaudit/writers/{path.name}", path, "python"


if __name__ == "__main__":
    update()
