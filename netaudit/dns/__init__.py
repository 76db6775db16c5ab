"""DNS evidence: messages, iterative resolution, chain of trust, denial of existence; usable as a library."""
