"""The executive summary as a PDF of two pages, through WeasyPrint: an extra, `pip install 'netaudit[pdf]'`."""

from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from netaudit.model.run import Run
from netaudit.writers.files import make_folder, write_whole
from netaudit.writers.html import summary_html

__all__ = ["PDF_FILE", "PdfUnavailable", "run_pdf", "weasyprint", "write_pdf"]

PDF_FILE = "summary.pdf"

_VARIANT = "pdf/a-2a"  # ISO 19005-2 level A: to be kept for years, and tagged for those who listen


class PdfUnavailable(RuntimeError):
    """WeasyPrint, or a library that it draws with, is not on this machine; the message says what to do."""


def weasyprint() -> Any:
    """Return the library. It takes most of a second to load, and no other form needs it. Raises PdfUnavailable."""
    try:
        return import_module("weasyprint")
    except ImportError as error:
        raise PdfUnavailable(
            f"PDF needs WeasyPrint: pip install 'netaudit[pdf]' ({error}); or print summary.html from a browser"
        ) from error
    except OSError as error:  # its libraries are loaded by name: Pango, HarfBuzz, Fontconfig
        reason = str(error).partition("\n")[0][:200]
        raise PdfUnavailable(
            "PDF of netaudit[pdf] needs Pango (Debian, Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 "
            f"libharfbuzz-subset0; macOS: brew install pango): {reason}; or print summary.html from a browser"
        ) from error


def write_pdf(run: Run, out: Path, language: str) -> list[Path]:
    """Write `out/summary.pdf` and return its path; `language` is `vi` or `en`. Raises OSError, PdfUnavailable."""
    make_folder(out)
    path = out / PDF_FILE
    write_whole(path, run_pdf(run, language))
    return [path]


def run_pdf(run: Run, language: str) -> bytes:
    """Return the summary as PDF: the same bytes for the same run with the same fonts. Raises PdfUnavailable.

    Title, language and dates are those of the page; nothing is fetched, from wherever a text may ask for it.
    """
    page = weasyprint().HTML(string=summary_html(run, language), url_fetcher=_NoFetcher())
    document: bytes = page.write_pdf(pdf_variant=_VARIANT)
    return document


class _NoFetcher:
    """What WeasyPrint asks for whatever is not in the page: there is nothing of the kind, and it gets nothing."""

    _fail_on_errors = False  # WeasyPrint looks at it: a refusal leaves a gap in the page, not the report unwritten

    def __call__(self, url: str, *_arguments: object, **_options: object) -> NoReturn:
        raise ValueError(f"not fetched: {url[:80]}")
