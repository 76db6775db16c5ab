"""Faults of services, planted one a host in a world of real daemons, and what a scan must find of each.

python -m tests.lab.faults --write          # write docs/faults.md from the table
python -m tests.lab.faults --healthy 20     # scan a healthy world that often, and as often with lost packets
"""
