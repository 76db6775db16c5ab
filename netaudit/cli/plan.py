"""`netaudit plan`: what a scan would send. Sends nothing."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from netaudit.cli.inventories import load_inventory
from netaudit.cli.options import (
    browser_option,
    extras_option,
    inject_option,
    inventory_argument,
    inventory_path,
    language_option,
    path_option,
    read_selection,
    selection_options,
    sources_option,
)
from netaudit.engine.plan import plan_jobs
from netaudit.writers.notices import Notices

__all__ = ["plan"]


@click.command(epilog="\b\nExamples:\n  netaudit plan\n  netaudit plan --kind zone --target '*.lamdong.gov.vn'")
@inventory_argument
@selection_options
@extras_option
@path_option
@inject_option
@browser_option
@sources_option
@click.option("--all", "everything", is_flag=True, help="List every target, not only the sums.")
@language_option
def plan(position: Path | None, option: Path | None, everything: bool, language: str, **values: Any) -> int:
    """Show what would be sent, to what, and about how often. Sends nothing."""
    loaded = load_inventory(inventory_path(position, option))
    jobs = plan_jobs(loaded.inventory, read_selection(loaded.inventory, values))
    console = Console(highlight=False, markup=False)
    notices = Notices(language)
    table = Table(title=notices.planned(loaded.path.name, len(jobs)))
    for number, column in enumerate(notices.plan_columns()):
        table.add_column(column, justify="right" if number else "left")
    sums: dict[str, list[int]] = {}
    for job in jobs:
        kind = job.name.partition(":")[0]
        counted = sums.setdefault(kind, [0, 0, 0])
        for index, amount in enumerate((1, job.queries, job.connections)):
            counted[index] += amount
        if everything:
            table.add_row(job.name, str(job.queries or ""), str(job.connections or ""))
    for kind, (count, queries, connections) in sums.items():
        table.add_row(
            f"{count} × {notices.job_kind(kind)}",
            f"≈ {queries}" if queries else "",
            f"≈ {connections}" if connections else "",
        )
    table.add_section()
    table.add_row(
        notices.all_of_them(), f"≈ {sum(s[1] for s in sums.values())}", f"≈ {sum(s[2] for s in sums.values())}"
    )
    console.print(table)
    console.print(notices.politeness(loaded.inventory.limits, loaded.inventory.network))
    return 0 if jobs else 2
