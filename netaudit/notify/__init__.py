"""What leaves to people and their systems after a run: e-mail and webhooks, on change alone."""
