// A picture's luminance, reduced by a whole factor: small enough to look for lines in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pdq.hpp"

namespace raiment {

// ITU-R BT.601 in 256ths.
constexpr int kRed256 = 77, kGreen256 = 150, kBlue256 = 29;

RAIMENT_INLINE int luminance(const Pixels& pixels, std::size_t y, std::size_t x) {
    const std::uint8_t* pixel =
        pixels.data + static_cast<std::ptrdiff_t>(y) * pixels.row_stride + x * pixels.channels;
    if (pixels.channels == 1) return pixel[0];
    return (pixel[0] * kRed256 + pixel[1] * kGreen256 + pixel[2] * kBlue256) / 256;
}

struct Plane {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::size_t factor = 1;          // picture pixels to one sample, each way
    std::vector<std::uint8_t> gray;  // row after row

    const std::uint8_t* row(std::size_t y) const { return gray.data() + y * columns; }

    Pixels pixels() const { return {gray.data(), rows, columns, 1, static_cast<std::ptrdiff_t>(columns)}; }
};

// At most kMostSamples, and at most kLongestSide of them in a row or column. What is left over at the
// right and at the bottom, less than one factor, is not in it.
constexpr std::size_t kMostSamples = 300000;
constexpr std::size_t kLongestSide = 2048;

Plane reduced_luminance(const Pixels& pixels, Kernel kernel);

Plane transposed(const Plane& plane);

Plane part(const Plane& plane, const Extent& rows, const Extent& columns);

}  // namespace raiment
