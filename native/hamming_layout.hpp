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

struct Layout {
    // 0 chooses by the number of rows.
    explicit Layout(std::size_t rows, std::size_t chunks = 0);

    std::uint32_t key(const Hash& hash, std::size_t chunk) const;
    // The chunk's key, and the 96 bits after it (cyclic) in the form of an entry.
    std::uint32_t key_and_sketch(const Hash& hash, std::size_t chunk, Entry& sketch) const;

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
