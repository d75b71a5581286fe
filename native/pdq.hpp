// PDQ, the perceptual hash: 256 bits and a quality from 8-bit pixels, and its eight dihedral forms.
//
// Source: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Meta, 2019)
// and its reference implementation. Here the filter and the decimation are one separable linear
// operator, about one multiply-add a pixel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernel.hpp"

namespace raiment {

// A view of 8-bit pixels. Rows may lie apart, or upside down; the samples of a row are dense.
struct Pixels {
    const std::uint8_t* data;
    std::size_t rows;
    std::size_t columns;
    std::size_t channels;       // 1: luminance, 3: red, green, blue
    std::ptrdiff_t row_stride;  // bytes
};

// In the order of raiment.matching.view.DIHEDRAL: as is; turned by 90, 180, 270 degrees against the
// clock; flipped left-right; flipped top-bottom; transposed; transversed.
constexpr std::size_t kViews = 8;

struct PdqViews {
    std::array<std::array<std::uint8_t, 32>, kViews> hashes;  // bit 255 first
    int quality;                                              // 0..100
};

// Fewer than 5 rows or columns: all hashes zero, quality 0.
PdqViews pdq(const Pixels& pixels, Kernel kernel);

// Half open, within the rows or the columns of a picture.
struct Extent {
    std::size_t from, to;

    std::size_t length() const { return to - from; }
    bool operator==(const Extent& other) const { return from == other.from && to == other.to; }
};

// The first count views of the part in rows[y] and columns[x], at x * rows.size() + y; the other hashes
// are zero. The same as pdq of each part, for a small share of the work: each row is read once for all
// columns.
std::vector<PdqViews> pdq_of_parts(const Pixels& pixels, const std::vector<Extent>& rows,
                                   const std::vector<Extent>& columns, std::size_t count, Kernel kernel);

}  // namespace raiment
