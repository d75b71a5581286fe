// One side of the separable PDQ operator: P = A_height * Y * transpose(A_width).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace raiment {

constexpr std::size_t kGrid = 64;   // P is 64 x 64
constexpr std::size_t kLanes = 16;  // float weights are padded with zeros to a multiple of this

// The non-zero stretch of row k of A_n.
struct Band {
    std::size_t first;   // first input position
    std::size_t length;  // inputs with a non-zero weight
    std::size_t offset;  // where its weights start in Axis::weights and Axis::counts
    bool inner;          // no window reaches over an edge: every weight is counts / (width * width)
};

// A_n: two box filters of PDQ's window and the choice of 64 positions, as one sparse matrix.
struct Axis {
    explicit Axis(std::size_t n);

    std::size_t size;
    std::size_t width;  // of one box window: ceil(n / 128)
    std::array<Band, kGrid> bands;
    std::vector<float> weights;         // each band padded with zeros to kLanes
    std::vector<std::uint16_t> counts;  // width^2 * weight, exact; only for inner bands
};

}  // namespace raiment
