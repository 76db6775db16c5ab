"""`netaudit serve`: the latest reports, runs and metrics over HTTP, read-only."""
