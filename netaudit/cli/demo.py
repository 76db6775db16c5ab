"""`netaudit demo`: the sample province, scanned in the lab on this machine."""

from pathlib import Path

import click

from netaudit.cli.errors import INTERRUPTED, Usage
from netaudit.cli.inventories import load_inventory
from netaudit.cli.judge import JudgingOptions, judge_and_write
from netaudit.cli.options import language_option
from netaudit.cli.places import inventory_locations
from netaudit.cli.scan import CollectRequest, collect_into
from netaudit.cli.session import NetworkOptions
from netaudit.content import content_path
from netaudit.engine.plan import Selection
from netaudit.store.runfolder import RunFolder, RunFolderError
from netaudit.writers.notices import Notices

__all__ = ["demo"]


@click.command(epilog="\b\nExamples:\n  netaudit demo\n  netaudit demo --lang en -o demo-en")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="The run folder."
)
@click.option(
    "--delay",
    type=click.FloatRange(0, 5_000),
    default=20.0,
    show_default=True,
    metavar="MS",
    help="Simulated round trip.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@language_option
def demo(output: Path, delay: float, quiet: bool, language: str) -> int:
    """Scan the sample province and write its report; needs no root, no IPv6 and no Internet.

    Exits 0 when the report was written, and prints the code that a scan would have given.
    """
    loaded = load_inventory(content_path("inventory.yaml"))
    try:
        folder = RunFolder.create(output)
    except RunFolderError as error:
        raise Usage(str(error)) from error
    request = CollectRequest(
        Selection(),
        NetworkOptions(delay_ms=delay),
        quiet=quiet,
        language=language,
        locations=inventory_locations(loaded),
    )
    end = collect_into(loaded, folder, request)
    code = judge_and_write(folder, JudgingOptions(), language)
    if end is None:
        return INTERRUPTED
    for line in Notices(language).demonstrated(code, folder.index.resolve()):
        click.echo(line)
    return 0
