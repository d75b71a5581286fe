"""Schema revisions, run by ``migrate``."""
