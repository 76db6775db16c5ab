"""`netaudit plan`: what a scan would send. Sends nothing."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from netaudit.cli.options import extras_option, inventory_argument, inventory_path, read_selection, selection_options
from netaudit.cli.scan import load_inventory
from netaudit.engine.plan import plan_jobs

__all__ = ["plan"]


@click.command(epilog="\b\nExamples:\n  netaudit plan\n  netaudit plan --kind zone --target '*.lamdong.gov.vn'")
@inventory_argument
@selection_options
@extras_option
@click.option("--all", "everything", is_flag=True, help="List every target, not only the sums.")
def plan(position: Path | None, option: Path | None, everything: bool, **values: Any) -> int:
    """Show what would be sent, to what, and about how often. Sends nothing."""
    loaded = load_inventory(inventory_path(position, option))
    jobs = plan_jobs(loaded.inventory, read_selection(loaded.inventory, values))
    console = Console(highlight=False, markup=False)
    table = Table(title=f"{loaded.path.name}: {len(jobs)} targets")
    for column in ("target", "DNS queries", "connections"):
        table.add_column(column, justify="left" if column == "target" else "right")
    sums: dict[str, list[int]] = {}
    for job in jobs:
        kind = job.name.partition(":")[0]
        counted = sums.setdefault(kind, [0, 0, 0])
        for index, amount in enumerate((1, job.queries, job.connections)):
            counted[index] += amount
        if everything:
            table.add_row(job.name, str(job.queries or ""), str(job.connections or ""))
    for kind, (count, queries, connections) in sums.items():
        table.add_row(f"{count} × {kind}", f"≈ {queries}" if queries else "", f"≈ {connections}" if connections else "")
    table.add_section()
    table.add_row("all", f"≈ {sum(s[1] for s in sums.values())}", f"≈ {sum(s[2] for s in sums.values())}")
    console.print(table)
    limits = loaded.inventory.limits
    console.print(
        f"at most {limits.per_server_per_second:g} a second and {limits.per_server_concurrent} at once to one server; "
        f"network: {loaded.inventory.network}"
    )
    return 0 if jobs else 2
