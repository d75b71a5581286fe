"""
Write tests/matching/golden_pdq.json: what pdqhash, Meta's own code, says of our drawn pictures.

Run in an environment with requirements/bench.lock installed: ``python benchmarks/pdq_golden.py``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pdqhash

TESTS = Path(__file__).parent.parent / "tests" / "matching"
sys.path.insert(0, str(TESTS))

from drawings import SIZES, drawing  # noqa: E402 - the path of the tests comes first

# pdqhash's order of the dihedral hashes, in the words of raiment.matching.view.
ORDER = (
    "as-is",
    "turned-90",
    "turned-180",
    "turned-270",
    "flipped-top-bottom",
    "flipped-left-right",
    "transposed",
    "transversed",
)


def main() -> None:
    """Hash every drawing and write the file."""
    golden = []
    for rows, columns in SIZES:
        hashes, quality = pdqhash.compute_dihedral(drawing(rows, columns, 0))
        views = {
            view: np.packbits(bits).tobytes().hex()
            for view, bits in zip(ORDER, hashes, strict=True)
        }
        golden.append({"rows": rows, "columns": columns, "quality": quality, "views": views})
    (TESTS / "golden_pdq.json").write_text(json.dumps(golden, indent=1) + "\n")
    print(f"{len(golden)} drawings written")


if __name__ == "__main__":
    main()
