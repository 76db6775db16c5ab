"""A province with two uplinks among seven routers, both address families, and what goes wrong there.

python -m tests.lab.multihome --record    # record what routers of four makers print of these worlds
python -m tests.lab.multihome --write     # write docs/routing-lab.md from the table
"""
