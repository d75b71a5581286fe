"""What every HTTP door shares: problems, keys, limits, headers."""
