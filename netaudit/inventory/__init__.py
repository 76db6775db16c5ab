"""Reads, checks and begins inventories; keeps line numbers for every error."""
