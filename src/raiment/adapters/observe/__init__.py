"""Logs and metrics that cannot tell on anybody."""
