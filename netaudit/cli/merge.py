"""`netaudit merge`: scans of one inventory from several places, judged as one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from netaudit.cli.errors import Usage
from netaudit.cli.judge import judged_together, read_judging_options, tell
from netaudit.cli.options import formats_option, judging_options, language_option, quorum_option
from netaudit.cli.stored import history_of, history_option
from netaudit.store.facts import FACTS_FILE
from netaudit.store.runfolder import RunFolder, RunFolderError

__all__ = ["merge"]


@click.command(
    epilog="""\b
Examples:
  netaudit scan lamdong.yaml -o ha-noi --vantage "Hà Nội" --vantage-asn 64496        on one machine
  netaudit scan lamdong.yaml -o da-lat --vantage "Đà Lạt" --vantage-asn 64497        on another
  netaudit merge ha-noi da-lat da-nang -o merged
  netaudit merge ha-noi da-lat da-nang -o merged --quorum 1      what any one of them sees counts
  netaudit judge merged --profile vn-dns-security                later, under another profile
"""
)
@click.argument("runs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The run folder of what they see together."
)
@formats_option
@judging_options
@history_option
@quorum_option
@language_option
def merge(runs: tuple[Path, ...], output: Path, **values: Any) -> int:
    """Judge scans of one inventory from several vantages as one run; every result says who saw what.

    RUNS are folders of scans, or their facts. A vantage that could not test a target has no say in it; of those that
    could, half must see a failure for it to count, or --quorum of them. Nothing is sent.
    """
    if len(runs) < 2:
        raise Usage("one scan alone is no merger; name two or more")
    judging = replace(read_judging_options(values, own=True), history=history_of(values))
    facts = [path / FACTS_FILE if path.is_dir() else path for path in runs]
    run = judged_together(facts, judging, values["quorum"])
    try:
        folder = RunFolder.create(output, resume=True)
        folder.keep_vantages(facts)
        folder.facts.unlink(missing_ok=True)  # of a former scan: a merged run has its vantages' facts alone
    except (RunFolderError, OSError) as error:
        raise Usage(str(error)) from error
    return tell(run, folder, values["language"], values["formats"], judging.history)
