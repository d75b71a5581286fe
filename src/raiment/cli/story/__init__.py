"""The January story, played against a running server: each module is one of its parts."""
