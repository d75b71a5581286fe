"""
The demonstration platform: a tiny picture site to try Raiment against.

A process of its own that knows Raiment as any platform does: by its API, its webhooks and their secret.
"""
