"""Pure helpers that judges share: registries of addresses and algorithms, text similarity."""
