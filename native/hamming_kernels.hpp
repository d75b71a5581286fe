// The two inner loops of Hamming search, one pair for each instruction set. All give the same rows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel.hpp"

namespace raiment {

// 256 bits. Which bit is which does not matter to a distance, so bytes are loaded as they lie.
struct Hash {
    std::uint64_t words[4];
};

RAIMENT_INLINE bool operator==(const Hash& a, const Hash& b) {
    return a.words[0] == b.words[0] && a.words[1] == b.words[1] && a.words[2] == b.words[2] &&
           a.words[3] == b.words[3];
}

// 96 of a row's bits beside its number: most rows are refused without touching their hash.
struct Entry {
    std::uint64_t low;
    std::uint32_t high;
    std::uint32_t row;
};
static_assert(sizeof(Entry) == 16, "four entries fill a cache line");

struct Span {
    std::uint32_t first, last;  // half open
};

struct HammingKernel {
    // Write the rows of the entries in the spans whose 96 bits differ from the query's in at most
    // radius; return how many. rows has room for all of them.
    std::size_t (*filter)(const Entry* entries, const Span* spans, std::size_t count,
                          const Entry& query, std::uint32_t radius, std::uint32_t* rows);
    // Write the rows first..last-1 whose hash differs in at most radius bits; return how many.
    std::size_t (*scan)(const Hash* hashes, std::size_t first, std::size_t last, const Hash& query,
                        std::uint32_t radius, std::uint32_t* rows);
};

const HammingKernel& hamming_kernel(Kernel kernel);

RAIMENT_INLINE std::uint32_t distance(const Hash& a, const Hash& b) {
    std::uint32_t bits = 0;
    for (int i = 0; i < 4; ++i)
        bits += static_cast<std::uint32_t>(__builtin_popcountll(a.words[i] ^ b.words[i]));
    return bits;
}

RAIMENT_INLINE std::uint32_t distance(const Entry& a, const Entry& b) {
    return static_cast<std::uint32_t>(__builtin_popcountll(a.low ^ b.low) +
                                      __builtin_popcount(a.high ^ b.high));
}

}  // namespace raiment
