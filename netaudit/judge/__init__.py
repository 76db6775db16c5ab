"""Facts in, run out: derives evidence, asks the checks, applies profiles, rolls up. Pure."""
