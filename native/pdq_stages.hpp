// The loops of PDQ, written so that a compiler vectorises them, one set for each kernel.
//
// Integer sums are exact and float sums keep one order (no fused multiply-add: the build says
// -ffp-contract=off), so every kernel gives the same bits on every machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel.hpp"
#include "pdq_axis.hpp"

namespace raiment {

constexpr std::size_t kHashSide = 16;
constexpr std::size_t kHashBits = kHashSide * kHashSide;

struct Rows {
    const std::uint8_t* first;
    std::ptrdiff_t stride;  // bytes
    std::size_t count;
};

struct PdqStages {
    // out[x] = factor * the weighted sum of some rows. The weights add up to at most 257 (16 bits).
    void (*sum_rows)(const Rows& rows, const std::uint16_t* weights, float factor, float* out, std::size_t n);
    // sums[x] += the weighted sum of four rows. The four weights add up to at most 257, too.
    void (*add_four_rows)(const std::uint8_t* const rows[4], const std::uint16_t weights[4],
                          std::int32_t* sums, std::size_t n);
    void (*add_row)(const std::uint8_t* row, float weight, float* sums, std::size_t n);
    void (*scale)(const std::int32_t* sums, float factor, float* out, std::size_t n);
    // Of n samples of red, green and blue.
    void (*luminance)(const float* colours, float* out, std::size_t n);
    // tile[x * kGrid + i] = lines[i][x]: four lines become four places of each of n columns.
    void (*interleave)(const float* const lines[4], std::size_t n, float* tile);
    // Adds to sums (64 for each of the axis's outputs, one of each line) what columns at..at+n-1 of the axis
    // bring, which the tile holds.
    void (*project)(const float* tile, std::size_t at, std::size_t n, const Axis& axis, float* sums);
    // PDQ's sum of gradients within a grid, in hundredths of the range.
    int (*gradient)(const float* grid);
    // frequencies (16x16) = D * grid (64x64) * transpose(D).
    void (*transform)(const float* grid, float* frequencies);
    // Bit b of the result (bit 255 is the top bit of byte 0) is: values[b] > lower median.
    void (*threshold)(const float* values, std::uint8_t* bits);
};

const PdqStages& pdq_stages(Kernel kernel);

}  // namespace raiment
