// How 256 bits are cut into chunks, and which buckets of each chunk a radius needs.
//
// Pigeonhole, general form: give each chunk c a reach t_c >= -1 with the sum of (t_c + 1) equal to
// radius + 1. Two hashes within the radius then have a chunk that differs in at most t_c bits, so
// the buckets within t_c flips of the query's own, over all chunks, hold every neighbour.
// (Qin et al., "GPH: Similarity Search in Hamming Space", ICDE 2018.)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "hamming_kernels.hpp"

namespace raiment {

constexpr std::size_t kMostChunks = 32;
constexpr std::size_t kFewestChunks = 13;

inline std::uint64_t bits_at(const Hash& hash, unsigned position) {
    const unsigned word = position / 64 % 4, shift = position % 64;
    const std::uint64_t low = hash.words[word] >> shift;
    return shift == 0 ? low : low | hash.words[(word + 1) % 4] << (64 - shift);
}

struct Layout {
    // 0 chooses by the number of rows.
    explicit Layout(std::size_t rows, std::size_t chunks = 0);

    std::uint32_t key(const Hash& hash, std::size_t chunk) const {
        return static_cast<std::uint32_t>(bits_at(hash, start[chunk]) &
                                          ((std::uint64_t{1} << width[chunk]) - 1));
    }

    // The 96 bits after the chunk's key (cyclic) in the form of an entry.
    void sketch(const Hash& hash, std::size_t chunk, Entry& sketch) const {
        const unsigned after = start[chunk] + width[chunk];
        sketch.low = bits_at(hash, after);
        sketch.high = static_cast<std::uint32_t>(bits_at(hash, after + 64));
    }

    std::size_t chunks;
    std::array<unsigned, kMostChunks> start;
    std::array<unsigned, kMostChunks> width;  // bits, 8..20
};

// Masks to xor to a key, those with fewer bits first.
struct Flips {
    const std::uint32_t* first = nullptr;
    std::size_t count = 0;

    const std::uint32_t* begin() const { return first; }
    const std::uint32_t* end() const { return first + count; }
};

struct Plan {
    Plan(const Layout& layout, std::size_t rows, std::uint32_t radius);

    bool by_scan;  // probing would cost more than looking at every row
    std::uint32_t radius;
    std::array<int, kMostChunks> reach;
    std::array<Flips, kMostChunks> flips;
};

}  // namespace raiment
