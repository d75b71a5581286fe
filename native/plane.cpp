#include "plane.hpp"

#include <algorithm>
#include <cstring>

#if defined(RAIMENT_X86)
#include <immintrin.h>
#endif

namespace raiment {
namespace {

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

void portable_add_gray(const std::uint8_t* row, std::uint16_t* sums, std::size_t columns) {
    add_gray_body(row, sums, columns);
}
void portable_add_colour(const std::uint8_t* row, std::uint16_t* sums, std::size_t columns) {
    add_colour_body(row, sums, columns);
}
void portable_halve(const std::uint16_t* sums, std::uint8_t* out, std::size_t columns) {
    halve_body(sums, out, columns);
}
constexpr Kernels portable{portable_add_gray, portable_add_colour, portable_halve};

#if defined(RAIMENT_X86)

RAIMENT_AVX2 void avx2_add_gray(const std::uint8_t* row, std::uint16_t* sums, std::size_t columns) {
    add_gray_body(row, sums, columns);
}
RAIMENT_AVX2 void avx2_halve(const std::uint16_t* sums, std::uint8_t* out, std::size_t columns) {
    halve_body(sums, out, columns);
}

// The luminance of the eight pixels at a place of which 32 bytes can be read, in 32 bits each.
RAIMENT_AVX2 inline __m256i avx2_eight(const std::uint8_t* pixels) {
    constexpr char kNone = -1;
    const __m256i four_a_half = _mm256_permutevar8x32_epi32(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(pixels)), _mm256_setr_epi32(0, 1, 2, 2, 3, 4, 5, 5));
    const __m256i red_green = _mm256_shuffle_epi8(
        four_a_half, _mm256_broadcastsi128_si256(_mm_setr_epi8(0, kNone, 1, kNone, 3, kNone, 4, kNone, 6, kNone, 7,
                                                               kNone, 9, kNone, 10, kNone)));
    const __m256i blue = _mm256_shuffle_epi8(
        four_a_half, _mm256_broadcastsi128_si256(_mm_setr_epi8(2, kNone, kNone, kNone, 5, kNone, kNone, kNone, 8,
                                                               kNone, kNone, kNone, 11, kNone, kNone, kNone)));
    // Beside each blue a one, which is weighed as the half that rounds.
    const __m256i blue_one = _mm256_or_si256(blue, _mm256_set1_epi32(1 << 16));
    const __m256i weighed = _mm256_add_epi32(
        _mm256_madd_epi16(red_green, _mm256_set1_epi32(kGreen256 << 16 | kRed256)),
        _mm256_madd_epi16(blue_one, _mm256_set1_epi32(128 << 16 | kBlue256)));
    return _mm256_srli_epi32(weighed, 8);
}

RAIMENT_AVX2 void avx2_add_colour(const std::uint8_t* row, std::uint16_t* sums, std::size_t columns) {
    std::size_t x = 0;
    for (; 3 * (x + 8) + 32 <= 3 * columns; x += 16) {
        const __m256i halves = _mm256_packus_epi32(avx2_eight(row + 3 * x), avx2_eight(row + 3 * (x + 8)));
        auto* place = reinterpret_cast<__m256i*>(sums + x);
        const __m256i sixteen = _mm256_permute4x64_epi64(halves, 0xD8);
        _mm256_storeu_si256(place, _mm256_add_epi16(_mm256_loadu_si256(place), sixteen));
    }
    add_colour_body(row + 3 * x, sums + x, columns - x);
}

constexpr Kernels avx2{avx2_add_gray, avx2_add_colour, avx2_halve};

#endif

const Kernels& kernels_for(Kernel kernel) {
#if defined(RAIMENT_X86)
    if (kernel == Kernel::avx2 || kernel == Kernel::avx512) return avx2;
#endif
    (void)kernel;
    return portable;
}

// Sums over Factor columns each, or over *factor* where Factor is 0, become averages.
template <std::size_t Factor>
void average_body(const std::uint16_t* sums, std::size_t factor, std::size_t rows, std::uint8_t* out,
                  std::size_t columns) {
    const std::size_t each = Factor ? Factor : factor;
    const std::uint64_t area = each * rows;
    // A multiplication divides exactly: total * area stays below 2^52, as area does below 2^22 in any memory.
    constexpr int kShift = 52;
    const std::uint64_t inverse = (std::uint64_t{1} << kShift) / area + 1;
    for (std::size_t x = 0; x < columns; ++x) {
        std::uint64_t total = area / 2;
        for (std::size_t i = 0; i < each; ++i) total += sums[x * each + i];
        out[x] = static_cast<std::uint8_t>(total * inverse >> kShift);
    }
}

void average(const std::uint16_t* sums, std::size_t factor, std::size_t rows, std::uint8_t* out,
             std::size_t columns) {
    // Of pictures of up to nine megapixels.
    if (factor == 3) return average_body<3>(sums, factor, rows, out, columns);
    if (factor == 4) return average_body<4>(sums, factor, rows, out, columns);
    average_body<0>(sums, factor, rows, out, columns);
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

namespace {

constexpr std::size_t kSquare = 16;

// Sixteen rows of sixteen bytes become columns.
RAIMENT_INLINE void transpose_square(const std::uint8_t* from, std::size_t from_row, std::uint8_t* to,
                                     std::size_t to_row) {
#if defined(RAIMENT_SHUFFLES)
    typedef std::uint8_t Line __attribute__((vector_size(kSquare)));
    Line lines[kSquare], shuffled[kSquare];
    for (std::size_t i = 0; i < kSquare; ++i) std::memcpy(&lines[i], from + i * from_row, kSquare);
    // Each time the top bit of the row changes places with the lowest of the column.
    for (int bit = 0; bit < 4; ++bit) {
        for (std::size_t i = 0; i < kSquare / 2; ++i) {
            const Line a = lines[i], b = lines[i + kSquare / 2];
            shuffled[2 * i] =
                __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            shuffled[2 * i + 1] =
                __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
        for (std::size_t i = 0; i < kSquare; ++i) lines[i] = shuffled[i];
    }
    for (std::size_t i = 0; i < kSquare; ++i) std::memcpy(to + i * to_row, &lines[i], kSquare);
#else
    for (std::size_t y = 0; y < kSquare; ++y) {
        for (std::size_t x = 0; x < kSquare; ++x) to[x * to_row + y] = from[y * from_row + x];
    }
#endif
}

}  // namespace

Plane transposed(const Plane& plane) {
    Plane result;
    result.rows = plane.columns;
    result.columns = plane.rows;
    result.factor = plane.factor;
    result.gray.resize(plane.gray.size());
    const std::size_t rows = plane.rows / kSquare * kSquare, columns = plane.columns / kSquare * kSquare;
    for (std::size_t x = 0; x < columns; x += kSquare) {
        for (std::size_t y = 0; y < rows; y += kSquare) {
            transpose_square(plane.row(y) + x, plane.columns, &result.gray[x * plane.rows + y], plane.rows);
        }
    }
    for (std::size_t y = 0; y < plane.rows; ++y) {
        for (std::size_t x = y < rows ? columns : 0; x < plane.columns; ++x) {
            result.gray[x * plane.rows + y] = plane.row(y)[x];
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
