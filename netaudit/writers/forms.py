"""The forms of a report that are one or two files: tables, Markdown, metrics, PDF, files for pipelines."""

from collections.abc import Callable, Sequence
from pathlib import Path

from netaudit.model.run import Run
from netaudit.writers.code_quality import write_code_quality
from netaudit.writers.csv import write_csv
from netaudit.writers.junit import write_junit
from netaudit.writers.markdown import write_markdown
from netaudit.writers.oscal import write_oscal
from netaudit.writers.pdf import PdfUnavailable, weasyprint, write_pdf
from netaudit.writers.prometheus import write_prometheus
from netaudit.writers.sarif import write_sarif
from netaudit.writers.xlsx import write_xlsx

__all__ = ["FORMS", "forms_problem", "write_forms"]

FORMS: dict[str, Callable[[Run, Path, str], list[Path]]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "md": write_markdown,
    "pdf": write_pdf,
    "prom": write_prometheus,
    "sarif": write_sarif,
    "junit": write_junit,
    "codequality": write_code_quality,
    "oscal": write_oscal,
}
"""By the word of `--format`: what writes a run below a folder in a language, and returns the paths."""


def write_forms(run: Run, out: Path, language: str, formats: Sequence[str]) -> list[Path]:
    """Write those of `formats` that are such files, in their order, and return the paths. Raises OSError."""
    return [path for form in formats if form in FORMS for path in FORMS[form](run, out, language)]


def forms_problem(formats: Sequence[str]) -> str:
    """Say what keeps one of `formats` from being written on this machine; empty: nothing does."""
    try:
        if "pdf" in formats:
            weasyprint()
    except PdfUnavailable as error:
        return str(error)
    return ""
