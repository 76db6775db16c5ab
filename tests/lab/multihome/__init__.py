"""A province with two uplinks among seven routers, both address families, and what goes wrong there.

python -m tests.lab.multihome --record              # record what routers of four makers print of these worlds
python -m tests.lab.multihome --scan 'v6-*'         # scan worlds: is all found that should be?
python -m tests.lab.multihome --scan '*' --accept   # write what was found into expected.yaml: look at the difference
python -m tests.lab.multihome --write               # write docs/routing-lab.md
"""
