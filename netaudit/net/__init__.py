"""The only door to audited targets."""
