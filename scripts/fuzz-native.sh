#!/usr/bin/env bash
# Fuzz the native kernels: both under AddressSanitizer and UndefinedBehaviorSanitizer, the index under
# ThreadSanitizer too. Usage: scripts/fuzz-native.sh [seconds for each] [seed]
set -euo pipefail
cd "$(dirname "$0")/../native"
seconds="${1:-10}"
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT

build() { # sanitizers, program, sources
  "${CXX:-g++}" -std=c++17 -O1 -g -fno-omit-frame-pointer -ffp-contract=off "-fsanitize=$1" -fno-sanitize-recover=all \
    "fuzz_$2.cpp" "${@:3}" kernel.cpp -pthread -o "$out/$2"
}

build address,undefined pdq pdq.cpp pdq_axis.cpp pdq_stages.cpp
"$out/pdq" "$seconds" ${2:+"$2"}
build address,undefined panels panels.cpp outlines.cpp plane.cpp settle.cpp corners.cpp
"$out/panels" "$seconds" ${2:+"$2"}
index=(hamming_index.cpp hamming_segment.cpp hamming_layout.cpp hamming_kernels.cpp)
build address,undefined hamming "${index[@]}"
"$out/hamming" "$seconds" ${2:+"$2"}
build thread hamming "${index[@]}"
"$out/hamming" "$seconds" ${2:+"$2"}
