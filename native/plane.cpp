#include "plane.hpp"

#include <algorithm>

namespace raiment {
namespace {

constexpr std::size_t kTile = 16;

std::size_t factor_for(std::size_t rows, std::size_t columns) {
    std::size_t factor = (std::max(rows, columns) + kLongestSide - 1) / kLongestSide;
    factor = std::max<std::size_t>(factor, 1);
    while ((rows / factor) * (columns / factor) > kMostSamples) ++factor;
    return factor;
}

// Luminance of one row, added to sums. Each is at most 255, so 257 rows fit 16 bits.
RAIMENT_INLINE void add_gray_body(const std::uint8_t* __restrict row, std::uint16_t* __restrict sums,
                                  std::size_t columns) {
    for (std::size_t x = 0; x < columns; ++x) sums[x] = static_cast<std::uint16_t>(sums[x] + row[x]);
}

RAIMENT_INLINE void add_colour_body(const std::uint8_t* __restrict row, std::uint16_t* __restrict sums,
                                    std::size_t columns) {
    for (std::size_t x = 0; x < columns; ++x) {
        const auto weighed = static_cast<std::uint16_t>(row[3 * x] * kRed256 + row[3 * x + 1] * kGreen256 +
                                                        row[3 * x + 2] * kBlue256);
        sums[x] = static_cast<std::uint16_t>(sums[x] + ((weighed + 128) >> 8));
    }
}

RAIMENT_INLINE void halve_body(const std::uint16_t* __restrict sums, std::uint8_t* __restrict out,
                               std::size_t columns) {
    for (std::size_t x = 0; x < columns; ++x) {
        out[x] = static_cast<std::uint8_t>((sums[2 * x] + sums[2 * x + 1] + 2) / 4);
    }
}

struct Kernels {
    void (*add_gray)(const std::uint8_t*, std::uint16_t*, std::size_t);
    void (*add_colour)(const std::uint8_t*, std::uint16_t*, std::size_t);
    void (*halve)(const std::uint16_t*, std::uint8_t*, std::size_t);
};

#define RAIMENT_PLANE_KERNELS(NAME, TARGET)                                                            \
    TARGET void NAME##_add_gray(const std::uint8_t* row, std::uint16_t* sums, std::size_t columns) {   \
        add_gray_body(row, sums, columns);                                                             \
    }                                                                                                  \
    TARGET void NAME##_add_colour(const std::uint8_t* row, std::uint16_t* sums, std::size_t columns) { \
        add_colour_body(row, sums, columns);                                                           \
    }                                                                                                  \
    TARGET void NAME##_halve(const std::uint16_t* sums, std::uint8_t* out, std::size_t columns) {      \
        halve_body(sums, out, columns);                                                                \
    }                                                                                                  \
    constexpr Kernels NAME{NAME##_add_gray, NAME##_add_colour, NAME##_halve};

RAIMENT_PLANE_KERNELS(portable, )
#if defined(RAIMENT_X86)
RAIMENT_PLANE_KERNELS(avx2, RAIMENT_AVX2)
RAIMENT_PLANE_KERNELS(avx512, RAIMENT_AVX512)
#endif

const Kernels& kernels_for(Kernel kernel) {
#if defined(RAIMENT_X86)
    if (kernel == Kernel::avx2) return avx2;
    if (kernel == Kernel::avx512) return avx512;
#endif
    (void)kernel;
    return portable;
}

void average(const std::uint16_t* sums, std::size_t factor, std::size_t rows, std::uint8_t* out,
             std::size_t columns) {
    const auto area = static_cast<std::uint32_t>(factor * rows);
    for (std::size_t x = 0; x < columns; ++x) {
        std::uint32_t total = area / 2;
        for (std::size_t i = 0; i < factor; ++i) total += sums[x * factor + i];
        out[x] = static_cast<std::uint8_t>(total / area);
    }
}

}  // namespace

Plane reduced_luminance(const Pixels& pixels, Kernel kernel) {
    const Kernels& kernels = kernels_for(kernel);
    const std::size_t factor = factor_for(pixels.rows, pixels.columns);
    Plane plane;
    plane.rows = pixels.rows / factor;
    plane.columns = pixels.columns / factor;
    plane.factor = factor;
    plane.gray.resize(plane.rows * plane.columns);
    if (plane.gray.empty()) return plane;
    const auto add = pixels.channels == 1 ? kernels.add_gray : kernels.add_colour;
    std::vector<std::uint16_t> sums(plane.columns * factor);
    // Of a very wide block the first rows stand for all: their sum must fit 16 bits.
    const std::size_t added = std::min<std::size_t>(factor, 257);
    for (std::size_t y = 0; y < plane.rows; ++y) {
        std::fill(sums.begin(), sums.end(), std::uint16_t{0});
        for (std::size_t i = 0; i < added; ++i) {
            const auto row = static_cast<std::ptrdiff_t>(y * factor + i);
            add(pixels.data + row * pixels.row_stride, sums.data(), sums.size());
        }
        std::uint8_t* out = plane.gray.data() + y * plane.columns;
        if (factor == 2) {
            kernels.halve(sums.data(), out, plane.columns);
        } else {
            average(sums.data(), factor, added, out, plane.columns);
        }
    }
    return plane;
}

Plane transposed(const Plane& plane) {
    Plane result;
    result.rows = plane.columns;
    result.columns = plane.rows;
    result.factor = plane.factor;
    result.gray.resize(plane.gray.size());
    for (std::size_t top = 0; top < plane.rows; top += kTile) {
        const std::size_t bottom = std::min(top + kTile, plane.rows);
        for (std::size_t x = 0; x < plane.columns; ++x) {
            for (std::size_t y = top; y < bottom; ++y) {
                result.gray[x * plane.rows + y] = plane.gray[y * plane.columns + x];
            }
        }
    }
    return result;
}

Plane part(const Plane& plane, const Extent& rows, const Extent& columns) {
    Plane result;
    result.rows = rows.length();
    result.columns = columns.length();
    result.factor = plane.factor;
    result.gray.reserve(result.rows * result.columns);
    for (std::size_t y = rows.from; y < rows.to; ++y) {
        const std::uint8_t* row = plane.row(y);
        result.gray.insert(result.gray.end(), row + columns.from, row + columns.to);
    }
    return result;
}

}  // namespace raiment
