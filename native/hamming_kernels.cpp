#include "hamming_kernels.hpp"

#if defined(RAIMENT_X86)
#if !defined(__clang__)
// GCC's own headers start a register from itself (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#elif defined(RAIMENT_NEON)
#include <arm_neon.h>
#endif

namespace raiment {
namespace {

constexpr std::size_t kAhead = 8;  // spans between a prefetch and its use

RAIMENT_INLINE void prefetch(const Entry* entries, const Span* spans, std::size_t index,
                             std::size_t count) {
    if (index + kAhead < count) __builtin_prefetch(entries + spans[index + kAhead].first);
}

RAIMENT_INLINE std::size_t keep(std::uint32_t row, bool near, std::uint32_t* rows,
                                std::size_t kept) {
    rows[kept] = row;
    return kept + near;
}

std::size_t scalar_filter(const Entry* entries, const Span* spans, std::size_t count,
                          const Entry& query, std::uint32_t radius, std::uint32_t* rows) {
    std::size_t kept = 0;
    for (std::size_t s = 0; s < count; ++s) {
        prefetch(entries, spans, s, count);
        for (std::uint32_t e = spans[s].first; e < spans[s].last; ++e) {
            kept = keep(entries[e].row, distance(entries[e], query) <= radius, rows, kept);
        }
    }
    return kept;
}

std::size_t scalar_scan(const Hash* hashes, std::size_t first, std::size_t last, const Hash& query,
                        std::uint32_t radius, std::uint32_t* rows) {
    std::size_t kept = 0;
    for (std::size_t row = first; row < last; ++row) {
        kept = keep(static_cast<std::uint32_t>(row), distance(hashes[row], query) <= radius, rows,
                    kept);
    }
    return kept;
}

#if defined(RAIMENT_X86)

// Bits in each 64-bit lane, by table look-up of nibbles (Mula, Kurz and Lemire, 2018).
RAIMENT_AVX2 inline __m256i avx2_popcount(__m256i value) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                           0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(0x0F);
    const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(value, nibble));
    const __m256i high =
        _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(value, 4), nibble));
    return _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256());
}

RAIMENT_AVX2 std::size_t avx2_filter(const Entry* entries, const Span* spans, std::size_t count,
                                     const Entry& query, std::uint32_t radius,
                                     std::uint32_t* rows) {
    const auto low = static_cast<long long>(query.low), high = static_cast<long long>(query.high);
    const __m256i wanted = _mm256_setr_epi64x(low, high, low, high);
    const __m256i sketch =
        _mm256_setr_epi64x(-1, 0xFFFFFFFFLL, -1, 0xFFFFFFFFLL);  // without the row
    const __m256i limit = _mm256_set1_epi64x(radius);
    std::size_t kept = 0;
    for (std::size_t s = 0; s < count; ++s) {
        prefetch(entries, spans, s, count);
        std::uint32_t e = spans[s].first;
        for (; e + 2 <= spans[s].last; e += 2) {
            const __m256i two = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(entries + e));
            const __m256i lanes =
                avx2_popcount(_mm256_and_si256(_mm256_xor_si256(two, wanted), sketch));
            const __m256i bits = _mm256_add_epi64(lanes, _mm256_shuffle_epi32(lanes, 0x4E));
            const int far =
                _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpgt_epi64(bits, limit)));
            if (far != 15) {
                kept = keep(entries[e].row, (far & 1) == 0, rows, kept);
                kept = keep(entries[e + 1].row, (far & 4) == 0, rows, kept);
            }
        }
        if (e < spans[s].last)
            kept = keep(entries[e].row, distance(entries[e], query) <= radius, rows, kept);
    }
    return kept;
}

RAIMENT_AVX2 std::size_t avx2_scan(const Hash* hashes, std::size_t first, std::size_t last,
                                   const Hash& query, std::uint32_t radius, std::uint32_t* rows) {
    const __m256i wanted = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(&query));
    std::size_t kept = 0;
    for (std::size_t row = first; row < last; ++row) {
        const __m256i hash = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(hashes + row));
        const __m256i lanes = avx2_popcount(_mm256_xor_si256(hash, wanted));
        const __m128i two =
            _mm_add_epi64(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
        const auto bits =
            static_cast<std::uint32_t>(_mm_cvtsi128_si32(two) + _mm_extract_epi32(two, 2));
        kept = keep(static_cast<std::uint32_t>(row), bits <= radius, rows, kept);
    }
    return kept;
}

RAIMENT_AVX512_COUNTING std::size_t avx512_filter(const Entry* entries, const Span* spans, std::size_t count,
                                         const Entry& query, std::uint32_t radius,
                                         std::uint32_t* rows) {
    const auto low = static_cast<long long>(query.low), high = static_cast<long long>(query.high);
    const __m512i wanted = _mm512_setr_epi64(low, high, low, high, low, high, low, high);
    const __m512i sketch =
        _mm512_setr_epi64(-1, 0xFFFFFFFFLL, -1, 0xFFFFFFFFLL, -1, 0xFFFFFFFFLL, -1, 0xFFFFFFFFLL);
    const __m512i limit = _mm512_set1_epi64(radius);
    std::size_t kept = 0;
    for (std::size_t s = 0; s < count; ++s) {
        prefetch(entries, spans, s, count);
        for (std::uint32_t e = spans[s].first; e < spans[s].last; e += 4) {
            const std::uint32_t left = spans[s].last - e;
            const __mmask8 valid = left >= 4 ? 0xFF : static_cast<__mmask8>((1U << (2 * left)) - 1);
            const __m512i four = _mm512_maskz_loadu_epi64(valid, entries + e);
            const __m512i lanes =
                _mm512_popcnt_epi64(_mm512_and_si512(_mm512_xor_si512(four, wanted), sketch));
            const __m512i bits =
                _mm512_add_epi64(lanes, _mm512_shuffle_epi32(lanes, _MM_PERM_BADC));
            unsigned near = _mm512_mask_cmple_epu64_mask(valid & 0x55, bits, limit);
            for (; near != 0; near &= near - 1) {
                rows[kept++] = entries[e + static_cast<unsigned>(__builtin_ctz(near)) / 2].row;
            }
        }
    }
    return kept;
}

RAIMENT_AVX512_COUNTING std::size_t avx512_scan(const Hash* hashes, std::size_t first, std::size_t last,
                                       const Hash& query, std::uint32_t radius,
                                       std::uint32_t* rows) {
    const __m512i wanted =
        _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(&query)));
    const __m512i limit = _mm512_set1_epi64(radius);
    std::size_t kept = 0;
    for (std::size_t row = first; row < last; row += 2) {
        const __mmask8 valid = row + 1 < last ? 0xFF : 0x0F;
        const __m512i two = _mm512_maskz_loadu_epi64(valid, hashes + row);
        const __m512i lanes = _mm512_popcnt_epi64(_mm512_xor_si512(two, wanted));
        const __m512i pairs = _mm512_add_epi64(lanes, _mm512_shuffle_epi32(lanes, _MM_PERM_BADC));
        const __m512i bits = _mm512_add_epi64(pairs, _mm512_permutex_epi64(pairs, 0x4E));
        const unsigned near = _mm512_mask_cmple_epu64_mask(valid & 0x11, bits, limit);
        if (near != 0) {
            if ((near & 1) != 0) rows[kept++] = static_cast<std::uint32_t>(row);
            if ((near & 16) != 0) rows[kept++] = static_cast<std::uint32_t>(row + 1);
        }
    }
    return kept;
}

#elif defined(RAIMENT_NEON)

std::size_t neon_filter(const Entry* entries, const Span* spans, std::size_t count,
                        const Entry& query, std::uint32_t radius, std::uint32_t* rows) {
    const uint8x16_t wanted =
        vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(query.low), vcreate_u64(query.high)));
    const uint8x16_t sketch =
        vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(~0ULL), vcreate_u64(0xFFFFFFFFULL)));
    std::size_t kept = 0;
    for (std::size_t s = 0; s < count; ++s) {
        prefetch(entries, spans, s, count);
        for (std::uint32_t e = spans[s].first; e < spans[s].last; ++e) {
            const uint8x16_t entry = vld1q_u8(reinterpret_cast<const std::uint8_t*>(entries + e));
            const std::uint32_t bits =
                vaddvq_u8(vcntq_u8(vandq_u8(veorq_u8(entry, wanted), sketch)));
            kept = keep(entries[e].row, bits <= radius, rows, kept);
        }
    }
    return kept;
}

std::size_t neon_scan(const Hash* hashes, std::size_t first, std::size_t last, const Hash& query,
                      std::uint32_t radius, std::uint32_t* rows) {
    const auto* wanted = reinterpret_cast<const std::uint8_t*>(&query);
    const uint8x16_t one = vld1q_u8(wanted), other = vld1q_u8(wanted + 16);
    std::size_t kept = 0;
    for (std::size_t row = first; row < last; ++row) {
        const auto* hash = reinterpret_cast<const std::uint8_t*>(hashes + row);
        const uint8x16_t halves = vaddq_u8(vcntq_u8(veorq_u8(vld1q_u8(hash), one)),
                                           vcntq_u8(veorq_u8(vld1q_u8(hash + 16), other)));
        kept = keep(static_cast<std::uint32_t>(row), vaddlvq_u8(halves) <= radius, rows, kept);
    }
    return kept;
}

#endif

constexpr HammingKernel kScalar{scalar_filter, scalar_scan};
#if defined(RAIMENT_X86)
constexpr HammingKernel kAvx2{avx2_filter, avx2_scan};
constexpr HammingKernel kAvx512{avx512_filter, avx512_scan};
#elif defined(RAIMENT_NEON)
constexpr HammingKernel kNeon{neon_filter, neon_scan};
#endif

}  // namespace

const HammingKernel& hamming_kernel(Kernel kernel) {
    switch (kernel) {
#if defined(RAIMENT_X86)
        case Kernel::avx2:
            return kAvx2;
        case Kernel::avx512:
            return counts_bits() ? kAvx512 : kAvx2;
#elif defined(RAIMENT_NEON)
        case Kernel::neon:
            return kNeon;
#endif
        default:
            return kScalar;
    }
}

}  // namespace raiment
