"""DNS evidence: messages, iterative resolution, chain of trust, denial of existence.

Usable as a library on any `Network`, any hints, anchors, clock, policy and budget; see docs/dns.md.
"""
