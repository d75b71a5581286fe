"""The native kernels under sanitizers, for a few seconds; `make fuzz` runs the same for long."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "fuzz-native.sh"
SECONDS_EACH = 2


@pytest.mark.timeout(600)
def test_no_input_breaks_memory_or_promises() -> None:
    """No read beyond a buffer, no race, no overflow; every kernel gives the same answer."""
    run = subprocess.run(
        [str(SCRIPT), str(SECONDS_EACH)], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr
    programs = re.findall(r"^== (\S+)$", run.stdout, re.MULTILINE)
    done = re.findall(r"^(\d+) (?:pictures|indexes) ", run.stdout, re.MULTILINE)
    assert programs == ["pdq", "panels", "hamming", "hamming-threads"]
    assert len(done) == len(programs)
    assert all(int(count) > 0 for count in done)
