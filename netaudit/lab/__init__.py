"""The province in a box: a small signed Internet on loopback, with faults on request."""
