"""The benchmark: netaudit beside Zonemaster and DNSViz, at the same servers, in one run. See docs/speed.md."""
