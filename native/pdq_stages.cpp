#include "pdq_stages.hpp"

#include <array>
#include <cmath>
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

    RAIMENT_INLINE void add_products(const float* a, const float* b) {
        for (std::size_t r = 0; r < kRegisters; ++r) {
            registers[r] += *reinterpret_cast<const Loaded*>(a + r * kEach) *
                            *reinterpret_cast<const Loaded*>(b + r * kEach);
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

    // Lane l of four is the sum of lanes l, l + 4, l + 8 and l + 12.
    RAIMENT_INLINE void store_folded(float* out) const {
        typedef float Four __attribute__((vector_size(16), may_alias));
        Four fours[4];
        store(reinterpret_cast<float*>(fours));
        const Four folded = (fours[0] + fours[2]) + (fours[1] + fours[3]);
        std::memcpy(out, &folded, sizeof folded);
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

template <std::size_t Bytes>
RAIMENT_INLINE void project_body(const float* line, const Axis& axis, float* out) {
    float quarters[kGrid][4];
    for (std::size_t k = 0; k < kGrid; ++k) {
        const Band& band = axis.bands[k];
        const float* values = line + band.first;
        const float* weights = axis.weights.data() + band.offset;
        Lanes<Bytes> sum;
        for (std::size_t t = 0; t < band.length; t += kLanes)
            sum.add_products(values + t, weights + t);
        sum.store_folded(quarters[k]);
    }
    for (std::size_t k = 0; k < kGrid; ++k) {
        out[k] = (quarters[k][0] + quarters[k][2]) + (quarters[k][1] + quarters[k][3]);
    }
}

template <std::size_t Bytes>
RAIMENT_INLINE void transform_body(const float* grid, float* frequencies) {
    const Dct& matrices = dct();
    for (std::size_t i = 0; i < kHashSide; ++i) {
        float row[kGrid];
        for (std::size_t part = 0; part < kGrid; part += kLanes) {
            Lanes<Bytes> columns;
            for (std::size_t k = 0; k < kGrid; ++k) {
                columns.add_scaled(grid + k * kGrid + part, matrices.forward[i * kGrid + k]);
            }
            columns.store(row + part);
        }
        Lanes<Bytes> sum;
        for (std::size_t j = 0; j < kGrid; ++j)
            sum.add_scaled(matrices.transposed.data() + j * kHashSide, row[j]);
        sum.store(frequencies + i * kHashSide);
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

#define RAIMENT_PDQ_STAGES(NAME, TARGET, BYTES)                                             \
    TARGET void NAME##_add_four_rows(const std::uint8_t* const rows[4],                     \
                                     const std::uint16_t weights[4], std::int32_t* sums,    \
                                     std::size_t n) {                                       \
        add_four_rows_body(rows, weights, sums, n);                                         \
    }                                                                                       \
    TARGET void NAME##_add_row(const std::uint8_t* row, float weight, float* sums,          \
                               std::size_t n) {                                             \
        add_row_body(row, weight, sums, n);                                                 \
    }                                                                                       \
    TARGET void NAME##_project(const float* line, const Axis& axis, float* out) {           \
        project_body<BYTES>(line, axis, out);                                               \
    }                                                                                       \
    TARGET void NAME##_transform(const float* grid, float* frequencies) {                   \
        transform_body<BYTES>(grid, frequencies);                                           \
    }                                                                                       \
    TARGET void NAME##_threshold(const float* values, std::uint8_t* bits) {                 \
        threshold_body(values, bits);                                                       \
    }                                                                                       \
    constexpr PdqStages NAME##_stages{NAME##_add_four_rows, NAME##_add_row, NAME##_project, \
                                      NAME##_transform, NAME##_threshold};

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
