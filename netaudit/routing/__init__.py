"""Routing evidence: route collectors' files to the routes of our prefixes."""
