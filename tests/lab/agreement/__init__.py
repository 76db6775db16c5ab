"""Real resolvers as oracle: healthy and broken zones, and what Unbound, BIND, Knot Resolver and netaudit make of them.

python -m tests.lab.agreement            # print the table (root)
python -m tests.lab.agreement --write    # and write docs/agreement.md
"""
