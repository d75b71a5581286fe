#include "pdq_stages.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace raiment {
namespace {

// kLanes floats in registers of Bytes bytes each: the widest the kernel's processor has.
template <std::size_t Bytes>
struct Lanes {
    typedef float Register __attribute__((vector_size(Bytes)));
    typedef float Loaded __attribute__((vector_size(Bytes), aligned(4), may_alias));
    static constexpr std::size_t kEach = Bytes / sizeof(float);
    static constexpr std::size_t kRegisters = kLanes / kEach;

    Register registers[kRegisters] = {};

    RAIMENT_INLINE void load(const float* values) {
        for (std::size_t r = 0; r < kRegisters; ++r) {
            registers[r] = *reinterpret_cast<const Loaded*>(values + r * kEach);
        }
    }

    RAIMENT_INLINE void add_scaled(const float* a, float factor) {
        for (std::size_t r = 0; r < kRegisters; ++r) {
            registers[r] += *reinterpret_cast<const Loaded*>(a + r * kEach) * factor;
        }
    }

    // Register by register: an array copied whole would live in memory all along.
    RAIMENT_INLINE void store(float* out) const {
        for (std::size_t r = 0; r < kRegisters; ++r) {
            const Register one = registers[r];
            std::memcpy(out + r * kEach, &one, sizeof one);
        }
    }
};

// PDQ's DCT matrix without the constant term, and its transpose.
struct Dct {
    std::array<float, kHashSide * kGrid> forward;
    std::array<float, kHashSide * kGrid> transposed;

    Dct() {
        const double scale = std::sqrt(2.0 / kGrid);
        const double step = std::acos(-1.0) / 2.0 / kGrid;
        for (std::size_t i = 0; i < kHashSide; ++i) {
            for (std::size_t j = 0; j < kGrid; ++j) {
                const double angle = step * static_cast<double>((i + 1) * (2 * j + 1));
                forward[i * kGrid + j] = static_cast<float>(scale * std::cos(angle));
                transposed[j * kHashSide + i] = forward[i * kGrid + j];
            }
        }
    }
};

const Dct& dct() {
    static const Dct matrices;
    return matrices;
}

// Some columns at a time, whose sums stay at hand while all rows pass.
RAIMENT_INLINE void sum_some(const Rows& rows, std::size_t first, const std::uint16_t* weights, float factor,
                             float* __restrict out, std::size_t n) {
    constexpr std::size_t kMost = 128;
    std::uint16_t sums[kMost] = {};
    for (std::size_t t = 0; t < rows.count; ++t) {
        const std::uint8_t* __restrict row = rows.first + static_cast<std::ptrdiff_t>(t) * rows.stride + first;
        const std::uint16_t weight = weights[t];
        for (std::size_t i = 0; i < n; ++i) sums[i] = static_cast<std::uint16_t>(sums[i] + row[i] * weight);
    }
    for (std::size_t i = 0; i < n; ++i) out[first + i] = static_cast<float>(sums[i]) * factor;
}

RAIMENT_INLINE void sum_rows_body(const Rows& rows, const std::uint16_t* weights, float factor, float* out,
                                  std::size_t n) {
    constexpr std::size_t kAtOnce = 128;
    std::size_t x = 0;
    for (; x + kAtOnce <= n; x += kAtOnce) sum_some(rows, x, weights, factor, out, kAtOnce);
    if (x < n) sum_some(rows, x, weights, factor, out, n - x);
}

RAIMENT_INLINE void add_four_rows_body(const std::uint8_t* const rows[4],
                                       const std::uint16_t weights[4],
                                       std::int32_t* __restrict sums, std::size_t n) {
    const std::uint8_t* __restrict a = rows[0];
    const std::uint8_t* __restrict b = rows[1];
    const std::uint8_t* __restrict c = rows[2];
    const std::uint8_t* __restrict d = rows[3];
    const std::uint16_t u = weights[0], v = weights[1], w = weights[2], z = weights[3];
    for (std::size_t x = 0; x < n; ++x) {
        const auto first = static_cast<std::uint16_t>(static_cast<std::uint16_t>(a[x] * u) +
                                                      static_cast<std::uint16_t>(b[x] * v));
        const auto second = static_cast<std::uint16_t>(static_cast<std::uint16_t>(c[x] * w) +
                                                       static_cast<std::uint16_t>(d[x] * z));
        sums[x] += static_cast<std::uint16_t>(first + second);
    }
}

RAIMENT_INLINE void add_row_body(const std::uint8_t* __restrict row, float weight,
                                 float* __restrict sums, std::size_t n) {
    for (std::size_t x = 0; x < n; ++x) sums[x] += weight * static_cast<float>(row[x]);
}

RAIMENT_INLINE void scale_body(const std::int32_t* __restrict sums, float factor, float* __restrict out,
                               std::size_t n) {
    for (std::size_t x = 0; x < n; ++x) out[x] = static_cast<float>(sums[x]) * factor;
}

// ITU-R BT.601, as in the reference implementation.
constexpr float kRed = 0.299F, kGreen = 0.587F, kBlue = 0.114F;

RAIMENT_INLINE void luminance_body(const float* __restrict colours, float* __restrict out, std::size_t n) {
    for (std::size_t x = 0; x < n; ++x) {
        out[x] = kRed * colours[3 * x] + kGreen * colours[3 * x + 1] + kBlue * colours[3 * x + 2];
    }
}

RAIMENT_INLINE void interleave_body(const float* const lines[4], std::size_t n, float* tile) {
    std::size_t x = 0;
#if defined(RAIMENT_SHUFFLES)
    typedef float Four __attribute__((vector_size(16)));
    for (; x + 4 <= n; x += 4) {
        Four line[4];
        for (std::size_t i = 0; i < 4; ++i) std::memcpy(&line[i], lines[i] + x, sizeof line[i]);
        const Four low01 = __builtin_shufflevector(line[0], line[1], 0, 4, 1, 5);
        const Four high01 = __builtin_shufflevector(line[0], line[1], 2, 6, 3, 7);
        const Four low23 = __builtin_shufflevector(line[2], line[3], 0, 4, 1, 5);
        const Four high23 = __builtin_shufflevector(line[2], line[3], 2, 6, 3, 7);
        const Four columns[4] = {__builtin_shufflevector(low01, low23, 0, 1, 4, 5),
                                 __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
                                 __builtin_shufflevector(high01, high23, 0, 1, 4, 5),
                                 __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
        for (std::size_t i = 0; i < 4; ++i) std::memcpy(tile + (x + i) * kGrid, &columns[i], sizeof columns[i]);
    }
#endif
    for (; x < n; ++x) {
        for (std::size_t i = 0; i < 4; ++i) tile[x * kGrid + i] = lines[i][x];
    }
}

constexpr std::size_t kParts = kGrid / kLanes;

template <std::size_t Bytes>
RAIMENT_INLINE void project_body(const float* tile, std::size_t at, std::size_t n, const Axis& axis, float* sums) {
    for (std::size_t k = 0; k < kGrid; ++k) {
        const Band& band = axis.bands[k];
        const std::size_t from = std::max(band.first, at), to = std::min(band.first + band.length, at + n);
        if (from >= to) continue;
        Lanes<Bytes> lines[kParts];
        for (std::size_t part = 0; part < kParts; ++part) lines[part].load(sums + k * kGrid + part * kLanes);
        for (std::size_t x = from; x < to; ++x) {
            const float weight = axis.weights[band.offset + (x - band.first)];
            const float* column = tile + (x - at) * kGrid;
            for (std::size_t part = 0; part < kParts; ++part) lines[part].add_scaled(column + part * kLanes, weight);
        }
        for (std::size_t part = 0; part < kParts; ++part) lines[part].store(sums + k * kGrid + part * kLanes);
    }
}

// The sum of the steps from u to the entry *apart* further on, over *count* entries.
RAIMENT_INLINE int steps(const float* u, std::size_t apart, std::size_t count) {
    int sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        sum += std::abs(static_cast<int>((u[i] - u[i + apart]) * 100.0F / 255.0F));
    }
    return sum;
}

RAIMENT_INLINE int gradient_body(const float* grid) {
    int gradient = steps(grid, kGrid, kGrid * (kGrid - 1));
    for (std::size_t i = 0; i < kGrid; ++i) gradient += steps(grid + i * kGrid, 1, kGrid - 1);
    return gradient;
}

// Several sums at once: each waits for its own last addition only.
template <std::size_t Bytes>
RAIMENT_INLINE void transform_body(const float* grid, float* frequencies) {
    const Dct& matrices = dct();
    float rows[kHashSide][kGrid];
    for (std::size_t i = 0; i < kHashSide; ++i) {
        Lanes<Bytes> columns[kParts];
        for (std::size_t k = 0; k < kGrid; ++k) {
            const float factor = matrices.forward[i * kGrid + k];
            for (std::size_t part = 0; part < kParts; ++part) {
                columns[part].add_scaled(grid + k * kGrid + part * kLanes, factor);
            }
        }
        for (std::size_t part = 0; part < kParts; ++part) columns[part].store(rows[i] + part * kLanes);
    }
    constexpr std::size_t kAtOnce = 4;
    for (std::size_t i = 0; i < kHashSide; i += kAtOnce) {
        Lanes<Bytes> sums[kAtOnce];
        for (std::size_t j = 0; j < kGrid; ++j) {
            const float* column = matrices.transposed.data() + j * kHashSide;
            for (std::size_t r = 0; r < kAtOnce; ++r) sums[r].add_scaled(column, rows[i + r][j]);
        }
        for (std::size_t r = 0; r < kAtOnce; ++r) sums[r].store(frequencies + (i + r) * kHashSide);
    }
}

RAIMENT_INLINE void threshold_body(const float* values, std::uint8_t* bits) {
    std::int32_t keys[kHashBits];
    for (std::size_t b = 0; b < kHashBits; ++b) {
        const float value =
            values[b] + 0.0F;  // -0 becomes 0: they compare equal, so must their keys
        std::int32_t raw;
        std::memcpy(&raw, &value, sizeof raw);
        keys[b] = raw ^ static_cast<std::int32_t>(static_cast<std::uint32_t>(raw >> 31) >> 1);
    }
    // The smallest key with half of the keys at or below it, found bit by bit from the top.
    std::uint32_t median = 0;
    for (int bit = 31; bit >= 0; --bit) {
        const std::uint32_t high = median | ((std::uint32_t{1} << bit) - 1);
        const auto bound = static_cast<std::int32_t>(high ^ 0x80000000U);
        std::int32_t below = 0;
        for (std::size_t b = 0; b < kHashBits; ++b) below += keys[b] <= bound;
        if (below < static_cast<std::int32_t>(kHashBits / 2)) median |= std::uint32_t{1} << bit;
    }
    const auto bound = static_cast<std::int32_t>(median ^ 0x80000000U);
    for (std::size_t byte = 0; byte < kHashBits / 8; ++byte) {
        unsigned packed = 0;
        for (std::size_t bit = 0; bit < 8; ++bit) {
            packed |= static_cast<unsigned>(keys[byte * 8 + bit] > bound) << bit;
        }
        bits[kHashBits / 8 - 1 - byte] = static_cast<std::uint8_t>(packed);
    }
}

#define RAIMENT_PDQ_STAGES(NAME, TARGET, BYTES)                                                            \
    TARGET void NAME##_sum_rows(const Rows& rows, const std::uint16_t* weights, float factor, float* out,  \
                                std::size_t n) {                                                           \
        sum_rows_body(rows, weights, factor, out, n);                                               \
    }                                                                                                      \
    TARGET void NAME##_add_four_rows(const std::uint8_t* const rows[4], const std::uint16_t weights[4],    \
                                     std::int32_t* sums, std::size_t n) {                                  \
        add_four_rows_body(rows, weights, sums, n);                                                        \
    }                                                                                                      \
    TARGET void NAME##_add_row(const std::uint8_t* row, float weight, float* sums, std::size_t n) {        \
        add_row_body(row, weight, sums, n);                                                                \
    }                                                                                                      \
    TARGET void NAME##_scale(const std::int32_t* sums, float factor, float* out, std::size_t n) {          \
        scale_body(sums, factor, out, n);                                                                  \
    }                                                                                                      \
    TARGET void NAME##_luminance(const float* colours, float* out, std::size_t n) {                        \
        luminance_body(colours, out, n);                                                                   \
    }                                                                                                      \
    TARGET void NAME##_interleave(const float* const lines[4], std::size_t n, float* tile) {               \
        interleave_body(lines, n, tile);                                                                   \
    }                                                                                                      \
    TARGET void NAME##_project(const float* tile, std::size_t at, std::size_t n, const Axis& axis,         \
                               float* sums) {                                                              \
        project_body<BYTES>(tile, at, n, axis, sums);                                                      \
    }                                                                                                      \
    TARGET int NAME##_gradient(const float* grid) { return gradient_body(grid); }                          \
    TARGET void NAME##_transform(const float* grid, float* frequencies) {                                  \
        transform_body<BYTES>(grid, frequencies);                                                          \
    }                                                                                                      \
    TARGET void NAME##_threshold(const float* values, std::uint8_t* bits) { threshold_body(values, bits); } \
    constexpr PdqStages NAME##_stages{NAME##_sum_rows,  NAME##_add_four_rows, NAME##_add_row,              \
                                      NAME##_scale,     NAME##_luminance,     NAME##_interleave,           \
                                      NAME##_project,   NAME##_gradient,      NAME##_transform,            \
                                      NAME##_threshold};

// NEON is part of every 64-bit ARM processor: the plain build already uses it there.
RAIMENT_PDQ_STAGES(plain, , 16)
#if defined(RAIMENT_X86)
RAIMENT_PDQ_STAGES(avx2, RAIMENT_AVX2, 32)
RAIMENT_PDQ_STAGES(avx512, RAIMENT_AVX512, 64)
#endif

}  // namespace

const PdqStages& pdq_stages(Kernel kernel) {
    switch (kernel) {
#if defined(RAIMENT_X86)
        case Kernel::avx2:
            return avx2_stages;
        case Kernel::avx512:
            return avx512_stages;
#endif
        default:
            return plain_stages;
    }
}

}  // namespace raiment
