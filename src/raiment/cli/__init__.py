"""The commands. A module per noun."""
