"""The history of runs, in SQLite or PostgreSQL: what each run found, when it was first found, and how numbers moved."""

from netaudit.store.history.address import HistoryError
from netaudit.store.history.entries import Added, RunEntry, entry_of
from netaudit.store.history.history import History

__all__ = ["Added", "History", "HistoryError", "RunEntry", "entry_of"]
