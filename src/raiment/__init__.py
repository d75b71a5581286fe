"""Raiment stops AI tools from undressing people, and gets intimate images taken down fast."""

__version__ = "0.1.0"
