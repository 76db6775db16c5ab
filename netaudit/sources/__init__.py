"""Live sources of evidence about number resources: what they say is fetched into files, which readers read."""
