#!/usr/bin/env bash
# Resolve requirements/*.in into hash-locked requirements/*.lock. Run by a maintainer, never by make run or make test.
set -euo pipefail
cd "$(dirname "$0")/.."
for name in build run onnx test bench train; do
  # What a peer declares and does not need for what is measured of it (requirements/bench.override).
  override=()
  if [ -e "requirements/$name.override" ]; then override=(--override "requirements/$name.override"); fi
  uv pip compile "${override[@]}" --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
    --python-version 3.11 --universal "$@" "requirements/$name.in" --output-file "requirements/$name.lock"
done
