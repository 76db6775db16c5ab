"""Where a target stands in the files that a person keeps: the inventory, a zone file that is proposed."""

from netaudit.model.common import Record

__all__ = ["Location"]


class Location(Record, frozen=True, kw_only=True):
    """A line of a file, whose path is relative to the repository or to the folder that the scan ran in."""

    file: str
    line: int = 1
