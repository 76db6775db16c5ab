"""Every attack on a resolver or validator that we know of, with what it may cost and what must come of it.

python -m tests.hostile            # measure all and print the table
python -m tests.hostile --write    # and write docs/hostile.md
"""
