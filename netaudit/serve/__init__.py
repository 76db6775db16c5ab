"""Serves runs over HTTP, to read only: metrics, reports, and a JSON interface with its own description."""
