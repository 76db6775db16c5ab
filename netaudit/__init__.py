"""netaudit: DNSSEC, IPv6, dual-stack and multi-homing audits of a province's services."""

__version__ = "0.1.0"
