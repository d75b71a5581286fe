// The loops of PDQ, written so that a compiler vectorises them, one set for each kernel.
//
// Integer sums are exact and float sums keep one order (16 lanes, no fused multiply-add: the build
// says -ffp-contract=off), so every kernel gives the same bits on every machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel.hpp"
#include "pdq_axis.hpp"

namespace raiment {

constexpr std::size_t kHashSide = 16;
constexpr std::size_t kHashBits = kHashSide * kHashSide;

struct PdqStages {
    // sums[x] += the weighted sum of four rows. The four weights add up to at most 257 (16 bits).
    void (*add_four_rows)(const std::uint8_t* const rows[4], const std::uint16_t weights[4],
                          std::int32_t* sums, std::size_t n);
    void (*add_row)(const std::uint8_t* row, float weight, float* sums, std::size_t n);
    // line has kLanes readable floats beyond axis.size.
    void (*project)(const float* line, const Axis& axis, float* out);
    // frequencies (16x16) = D * grid (64x64) * transpose(D).
    void (*transform)(const float* grid, float* frequencies);
    // Bit b of the result (bit 255 is the top bit of byte 0) is: values[b] > lower median.
    void (*threshold)(const float* values, std::uint8_t* bits);
};

const PdqStages& pdq_stages(Kernel kernel);

}  // namespace raiment
