"""``python -m raiment.cli``: the same as ``raiment``."""

from raiment.cli.main import main

main()
