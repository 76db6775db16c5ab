"""Renders a run: HTML, JSON, text. Reads the run and nothing else."""
