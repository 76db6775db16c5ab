"""Zones as an authoritative server has them: content, answers, messages, master files. No sockets, no policy."""
