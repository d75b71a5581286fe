"""Somebody reported it: hide, decide, remove every copy, tell people, in the time the law gives."""
