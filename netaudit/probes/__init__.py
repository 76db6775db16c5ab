"""Observes targets and writes facts; has no opinion."""
