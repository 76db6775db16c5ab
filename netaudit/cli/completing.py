"""The words that a shell may complete: ids of profiles and of checks."""

import click

__all__ = ["complete_checks", "complete_profiles"]


def complete_profiles(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The profiles that begin so."""
    from netaudit.judge.profiles import load_profiles  # a shell asks for it alone; commands load it when they need it

    return sorted(profile for profile in load_profiles() if profile.startswith(begun))


def complete_checks(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The checks that begin so, and the globs of families: 'dnssec.*'."""
    from netaudit.judge.catalogue import load_catalogue

    checks = load_catalogue().checks
    families = {f"{check.partition('.')[0]}.*" for check in checks}
    return sorted(word for word in families.union(checks) if word.startswith(begun))
