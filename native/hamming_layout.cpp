#include "hamming_layout.hpp"

#include <algorithm>
#include <stdexcept>

namespace raiment {
namespace {

// Relative costs as measured: a bucket visited, an entry filtered in it, a row compared in a scan.
constexpr double kBucket = 25.0;
constexpr double kEntry = 0.6;
constexpr double kRow = 1.0;
constexpr int kFarthestReach = 2;

int reach_of(std::size_t chunk, std::size_t chunks, std::uint32_t radius) {
    const std::size_t shares = radius + 1;
    return static_cast<int>(shares / chunks + (chunk < shares % chunks ? 1 : 0)) - 1;
}

std::size_t buckets_within(unsigned width, int reach) {
    std::size_t buckets = 0, choose = 1;
    for (int flips = 0; flips <= reach; ++flips) {
        buckets += choose;
        choose = choose * (width - static_cast<std::size_t>(flips)) /
                 static_cast<std::size_t>(flips + 1);
    }
    return buckets;
}

// Up to kFarthestReach bits: what a shorter reach needs is a prefix.
std::vector<std::uint32_t> make_flips(unsigned width) {
    std::vector<std::uint32_t> masks{0};
    for (unsigned a = 0; a < width; ++a) masks.push_back(1U << a);
    for (unsigned a = 1; a < width; ++a) {
        for (unsigned b = 0; b < a; ++b) masks.push_back(1U << a | 1U << b);
    }
    return masks;
}

const std::vector<std::uint32_t>& all_flips(unsigned width) {
    constexpr unsigned kWidest = 256 / kFewestChunks + 1;
    static const auto tables = [] {
        std::array<std::vector<std::uint32_t>, kWidest + 1> made;
        for (unsigned each = 0; each <= kWidest; ++each) made[each] = make_flips(each);
        return made;
    }();
    return tables[width];
}

// Of one query, if the rows lie evenly.
double probing_cost(const Layout& layout, std::size_t rows, std::uint32_t radius) {
    double cost = 0;
    for (std::size_t c = 0; c < layout.chunks; ++c) {
        const double each =
            static_cast<double>(rows) / static_cast<double>(std::uint64_t{1} << layout.width[c]);
        cost += static_cast<double>(
                    buckets_within(layout.width[c], reach_of(c, layout.chunks, radius))) *
                (kBucket + kEntry * each);
    }
    return cost;
}

// Measured at radius 31. Fewer chunks are wider: more buckets to visit, fewer entries in them, and
// less memory. Few rows in many buckets only cost visits.
std::size_t chunks_for(std::size_t rows) {
    if (rows < std::size_t{1} << 15) return 20;
    if (rows < std::size_t{1} << 22) return 16;
    return 14;
}

void cut(Layout& layout, std::size_t chunks) {
    layout.chunks = chunks;
    unsigned start = 0;
    for (std::size_t c = 0; c < chunks; ++c) {
        // The wider chunks come first: they are the ones that get the longer reach.
        layout.start[c] = start;
        layout.width[c] = static_cast<unsigned>(256 / chunks + (c < 256 % chunks ? 1 : 0));
        start += layout.width[c];
    }
}

}  // namespace

Layout::Layout(std::size_t rows, std::size_t wanted) : chunks(0), start{}, width{} {
    if (wanted != 0 && (wanted < kFewestChunks || wanted > kMostChunks)) {
        throw std::invalid_argument("an index has 13 to 32 chunks");
    }
    cut(*this, wanted != 0 ? wanted : chunks_for(rows));
}

Plan::Plan(const Layout& layout, std::size_t rows, std::uint32_t wanted)
    : by_scan(false), radius(wanted), reach{}, flips{} {
    by_scan = reach_of(0, layout.chunks, radius) > kFarthestReach ||
              probing_cost(layout, rows, radius) > kRow * static_cast<double>(rows);
    for (std::size_t c = 0; c < layout.chunks && !by_scan; ++c) {
        reach[c] = reach_of(c, layout.chunks, radius);
        flips[c] = {all_flips(layout.width[c]).data(), buckets_within(layout.width[c], reach[c])};
    }
}

}  // namespace raiment
