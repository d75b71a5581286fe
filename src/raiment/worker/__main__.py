"""``python -m raiment.worker``: the worker, as one process."""

from __future__ import annotations

import sys

from raiment.adapters.observe.process import run_process
from raiment.environment import settings_from_environment
from raiment.worker.work import work


def main() -> int:
    """Run the process."""
    return run_process(lambda: work(settings_from_environment()))


if __name__ == "__main__":
    sys.exit(main())
