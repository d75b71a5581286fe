"""Reproducible training of the request-screening head, from texts written for it."""
