"""What happened, when, by which rule, and how a stranger can check it. Explained in docs/log.md."""
