#include "product.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#if defined(RAIMENT_X86)
#if !defined(__clang__)
// GCC's own headers start a register from itself (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#endif

namespace raiment {
namespace {

// Outputs computed together.
constexpr std::size_t kPanel = 16;
// Rows computed together: as many as leave registers for the weights.
constexpr std::size_t kMostRows = 12, kAvx2Rows = 6;

// To nearest, ties to even; what is too large becomes infinite, what is too small a subnormal or zero.
std::uint16_t to_half(float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
    const std::uint32_t magnitude = bits & 0x7fffffffU;
    if (magnitude > 0x7f800000U) return static_cast<std::uint16_t>(sign | 0x7e00U);
    if (magnitude >= 0x477ff000U) return static_cast<std::uint16_t>(sign | 0x7c00U);
    if (magnitude < 0x38800000U) {
        float small;
        std::memcpy(&small, &magnitude, sizeof small);
        return static_cast<std::uint16_t>(sign | static_cast<std::uint32_t>(std::lrint(small * 0x1p24F)));
    }
    const std::uint32_t rounded = magnitude + 0xfffU + ((magnitude >> 13) & 1U);
    return static_cast<std::uint16_t>(sign | ((rounded >> 13) - (112U << 10)));
}

float to_float(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000U) << 16, magnitude = half & 0x7fffU;
    if (magnitude < 0x0400U) {
        const float small = static_cast<float>(magnitude) * 0x1p-24F;
        return sign != 0U ? -small : small;
    }
    const std::uint32_t exponent = magnitude >= 0x7c00U ? 0x70000000U : 112U << 23;
    const std::uint32_t bits = sign | ((magnitude << 13) + exponent);
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

struct Panel {
    const std::uint16_t* halves;
    const float* singles;
    const float* bias;
    std::size_t inputs;
};

// What some rows make of a panel, kPanel numbers for each row.
using SomeRows = void (*)(const Panel& panel, const float* rows, float* made);

// The kernels take their rows one by one as template arguments: what is summed stays in registers only
// where each index is a constant from the start (a loop over rows had GCC store every sum in each round).

template <std::size_t... Row>
void scalar_rows(const Panel& panel, const float* rows, float* made) {
    for (std::size_t row = 0; row < sizeof...(Row); ++row) {
        float sums[kPanel];
        std::copy_n(panel.bias, kPanel, sums);
        for (std::size_t i = 0; i < panel.inputs; ++i) {
            const float value = rows[row * panel.inputs + i];
            for (std::size_t o = 0; o < kPanel; ++o) sums[o] += value * panel.singles[i * kPanel + o];
        }
        std::copy_n(sums, kPanel, made + row * kPanel);
    }
}

#if defined(RAIMENT_X86)

template <std::size_t... Row>
RAIMENT_AVX2 void avx2_rows(const Panel& panel, const float* rows, float* made) {
    __m256 low[sizeof...(Row)], high[sizeof...(Row)];
    ((low[Row] = _mm256_loadu_ps(panel.bias), high[Row] = _mm256_loadu_ps(panel.bias + 8)), ...);
    const auto* weights = reinterpret_cast<const __m128i*>(panel.halves);
    const std::size_t inputs = panel.inputs;
    for (std::size_t i = 0; i < inputs; ++i, weights += 2, ++rows) {
        const __m256 first = _mm256_cvtph_ps(_mm_loadu_si128(weights));
        const __m256 second = _mm256_cvtph_ps(_mm_loadu_si128(weights + 1));
        __m256 value;
        ((value = _mm256_broadcast_ss(rows + Row * inputs),
          low[Row] = _mm256_fmadd_ps(value, first, low[Row]),
          high[Row] = _mm256_fmadd_ps(value, second, high[Row])),
         ...);
    }
    ((_mm256_storeu_ps(made + Row * kPanel, low[Row]),
      _mm256_storeu_ps(made + Row * kPanel + 8, high[Row])),
     ...);
}

template <std::size_t... Row>
RAIMENT_AVX512 void avx512_rows(const Panel& panel, const float* rows, float* made) {
    __m512 sums[sizeof...(Row)];
    ((sums[Row] = _mm512_loadu_ps(panel.bias)), ...);
    const auto* weights = reinterpret_cast<const __m256i*>(panel.halves);
    const std::size_t inputs = panel.inputs;
    for (std::size_t i = 0; i < inputs; ++i, ++rows) {
        const __m512 some = _mm512_cvtph_ps(_mm256_loadu_si256(weights + i));
        ((sums[Row] = _mm512_fmadd_ps(_mm512_set1_ps(rows[Row * inputs]), some, sums[Row])), ...);
    }
    (_mm512_storeu_ps(made + Row * kPanel, sums[Row]), ...);
}

#endif

// By how many rows, less one.
struct ByRows {
    std::size_t most;
    std::array<SomeRows, kMostRows> each;
};

#define RAIMENT_BY_ROWS(NAME, MOST)                                                   \
    template <std::size_t... Row>                                                     \
    constexpr SomeRows NAME##_of(std::index_sequence<Row...>) {                       \
        return NAME##_rows<Row...>;                                                   \
    }                                                                                 \
    template <std::size_t... Less>                                                    \
    constexpr ByRows NAME##_table(std::index_sequence<Less...>) {                     \
        return {MOST, {NAME##_of(std::make_index_sequence<Less + 1>{})...}};          \
    }                                                                                 \
    constexpr ByRows NAME##_by_rows = NAME##_table(std::make_index_sequence<MOST>{});

RAIMENT_BY_ROWS(scalar, kMostRows)
#if defined(RAIMENT_X86)
RAIMENT_BY_ROWS(avx2, kAvx2Rows)
RAIMENT_BY_ROWS(avx512, kMostRows)
#endif

const ByRows& by_rows(Kernel kernel) {
    switch (kernel) {
#if defined(RAIMENT_X86)
        case Kernel::avx2:
            return avx2_by_rows;
        case Kernel::avx512:
            return avx512_by_rows;
#endif
        default:
            return scalar_by_rows;
    }
}

}  // namespace

Product::Product(const float* matrix, const float* bias, std::size_t inputs, std::size_t outputs,
                 Kernel kernel)
    : inputs_(inputs), outputs_(outputs), kernel_(kernel) {
    const std::size_t panels = (outputs + kPanel - 1) / kPanel;
    const bool unpacks = kernel == Kernel::avx2 || kernel == Kernel::avx512;
    if (unpacks) {
        halves_.resize(panels * inputs * kPanel);
    } else {
        singles_.resize(panels * inputs * kPanel);
    }
    bias_.assign(panels * kPanel, 0.0F);
    std::copy_n(bias, outputs, bias_.begin());
    for (std::size_t i = 0; i < inputs; ++i) {
        for (std::size_t o = 0; o < outputs; ++o) {
            const std::size_t place = (o / kPanel * inputs + i) * kPanel + o % kPanel;
            const std::uint16_t half = to_half(matrix[i * outputs + o]);
            if (unpacks) {
                halves_[place] = half;
            } else {
                singles_[place] = to_float(half);
            }
        }
    }
}

void Product::times(const float* rows, std::size_t count, float* made) const {
    const ByRows& kernels = by_rows(kernel_);
    float block[kMostRows * kPanel];
    for (std::size_t first = 0; first < outputs_; first += kPanel) {
        Panel panel{nullptr, nullptr, bias_.data() + first, inputs_};
        if (singles_.empty()) {
            panel.halves = halves_.data() + first * inputs_;
        } else {
            panel.singles = singles_.data() + first * inputs_;
        }
        const std::size_t width = std::min(kPanel, outputs_ - first);
        for (std::size_t row = 0; row < count; row += kernels.most) {
            const std::size_t some = std::min(kernels.most, count - row);
            kernels.each[some - 1](panel, rows + row * inputs_, block);
            for (std::size_t each = 0; each < some; ++each) {
                std::copy_n(block + each * kPanel, width, made + (row + each) * outputs_ + first);
            }
        }
    }
}

}  // namespace raiment
