"""The one place that reads the environment, once in a process."""

from __future__ import annotations

import os

from raiment.settings import Settings, read_settings


def settings_from_environment() -> Settings:
    """Return the settings of this process; raise ConfigurationError naming the first bad variable."""
    return read_settings(os.environ)
