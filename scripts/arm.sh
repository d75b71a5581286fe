#!/usr/bin/env bash
# Run the kernels as a 64-bit ARM processor would, NEON among them, in an emulator, and compare the hashes with
# this processor's. Usage: scripts/arm.sh [seconds for each] [seed]
set -euo pipefail
cd "$(dirname "$0")/../native"
../scripts/debian-packages.sh arm
seconds="${1:-20}"
seed="${2:-7}"
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT

build() { # program, compiler, sources
  "$2" -std=c++17 -O2 -ffp-contract=off -static "fuzz_${1%-*}.cpp" "${@:3}" kernel.cpp -pthread -o "$out/$1"
}

arm=aarch64-linux-gnu-g++
hash=(pdq.cpp pdq_axis.cpp pdq_stages.cpp)
build pdq-here "${CXX:-g++}" "${hash[@]}"
build pdq-arm "$arm" "${hash[@]}"
build panels-arm "$arm" panels.cpp outlines.cpp plane.cpp settle.cpp corners.cpp
build hamming-arm "$arm" hamming_index.cpp hamming_segment.cpp hamming_layout.cpp hamming_kernels.cpp

for program in pdq-arm panels-arm hamming-arm; do
  echo "== $program"
  qemu-aarch64-static "$out/$program" "$seconds" "$seed" | tee "$out/$program.said"
done
echo "== pdq-here"
"$out/pdq-here" 0 "$seed" | tee "$out/pdq-here.said"
diff <(grep digest "$out/pdq-here.said") <(grep digest "$out/pdq-arm.said") && echo "the same hashes on both"
