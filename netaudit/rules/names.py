"""Names as facts and inventories have them."""

import dns.name

__all__ = ["name_text"]


def name_text(name: dns.name.Name) -> str:
    """A name as facts have it: lower case, no trailing dot, the root as `.`."""
    return "." if name == dns.name.root else name.canonicalize().to_text(omit_final_dot=True)
