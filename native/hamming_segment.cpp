#include "hamming_segment.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <future>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace raiment {
namespace {

std::size_t checked(std::size_t rows) {
    if (rows >= std::numeric_limits<std::uint32_t>::max())
        throw std::length_error("too many rows for one segment");
    return rows;
}

// Bucket sizes, shifted up by one, become bucket starts.
void accumulate(LargeArray<std::uint32_t>& offsets) {
    std::partial_sum(offsets.data(), offsets.data() + offsets.size(), offsets.data());
}

// Filling moved each start to its bucket's end, which is the next one's start.
void move_back(LargeArray<std::uint32_t>& offsets) {
    for (std::size_t key = offsets.size() - 1; key > 0; --key) offsets[key] = offsets[key - 1];
    offsets[0] = 0;
}

bool may_repeat(const std::uint64_t* ids, std::size_t count) {
    constexpr std::size_t kComparedByPairs = 40;  // beyond, sorting is cheaper
    if (count > kComparedByPairs) return true;
    for (std::size_t i = 1; i < count; ++i) {
        if (std::find(ids, ids + i, ids[i]) != ids + i) return true;
    }
    return false;
}

// Do the work that many times at once, each told which one it is. Rethrows, when all have ended.
template <typename Work>
void at_once(std::size_t times, const Work& work) {
    std::vector<std::future<void>> others;
    for (std::size_t which = 1; which < times; ++which)
        others.push_back(std::async([&work, which] { work(which); }));
    work(0);
    for (auto& other : others) other.get();
}

LargeArray<std::uint32_t> no_offsets(unsigned width) {
    LargeArray<std::uint32_t> offsets((std::size_t{1} << width) + 1);
    std::fill(offsets.data(), offsets.data() + offsets.size(), 0);
    return offsets;
}

}  // namespace

// The entries of one table, with the rest of each one's key, in parts of neighbouring keys: few
// enough to write to all of them at once, and each small enough to be put in order in the cache.
struct Segment::Parted {
    static constexpr unsigned kBits = 8;

    explicit Parted(std::size_t rows) : entries(rows), rests(rows) {}

    LargeArray<Entry> entries;
    LargeArray<std::uint16_t> rests;
    std::array<std::uint32_t, std::size_t{1} << kBits> ends{};
};

Segment::Segment(const std::uint64_t* ids, const Hash* hashes, std::size_t count,
                 std::size_t chunks, std::size_t threads)
    : layout_(checked(count), chunks),
      rows_(count),
      hashes_(count),
      ids_(count),
      offsets_(layout_.chunks),
      entries_(layout_.chunks),
      dead_(count) {
    place_rows(ids, hashes, threads);
    drop_repeats();
    std::atomic<std::size_t> next{1};
    at_once(threads, [&](std::size_t) {
        Parted parted(rows_);
        for (std::size_t chunk = next++; chunk < layout_.chunks; chunk = next++)
            fill_table(chunk, parted);
    });
}

void Segment::place_rows(const std::uint64_t* ids, const Hash* hashes, std::size_t threads) {
    auto& offsets = offsets_[0] = no_offsets(layout_.width[0]);
    for (std::size_t i = 0; i < rows_; ++i) ++offsets[layout_.key(hashes[i], 0) + 1];
    accumulate(offsets);
    const std::size_t keys = offsets.size() - 1;
    // Each thread reads all and places a range of keys.
    at_once(threads, [&](std::size_t which) {
        const std::size_t first = keys * which / threads, last = keys * (which + 1) / threads;
        for (std::size_t i = 0; i < rows_; ++i) {
            const std::uint32_t key = layout_.key(hashes[i], 0);
            if (key < first || key >= last) continue;
            const std::uint32_t place = offsets[key]++;
            hashes_[place] = hashes[i];
            ids_[place] = ids[i];
        }
    });
    move_back(offsets);
}

void Segment::drop_repeats() {
    auto& offsets = offsets_[0];
    std::vector<Row> bucket;
    const auto order = [](const Row& a, const Row& b) {
        return a.id != b.id ? a.id < b.id
                            : std::lexicographical_compare(a.hash.words, a.hash.words + 4,
                                                           b.hash.words, b.hash.words + 4);
    };
    const auto same = [](const Row& a, const Row& b) { return a.id == b.id && a.hash == b.hash; };
    std::size_t kept = 0;
    for (std::size_t key = 0; key + 1 < offsets.size(); ++key) {
        const std::size_t first = offsets[key], last = offsets[key + 1];
        bucket.clear();
        for (std::size_t i = first; i < last; ++i) bucket.push_back(row(i));
        if (may_repeat(ids_.data() + first, last - first)) {
            std::sort(bucket.begin(), bucket.end(), order);
            bucket.erase(std::unique(bucket.begin(), bucket.end(), same), bucket.end());
        }
        offsets[key] = static_cast<std::uint32_t>(kept);
        for (const Row& each : bucket) {
            ids_[kept] = each.id;
            hashes_[kept++] = each.hash;
        }
    }
    offsets[offsets.size() - 1] = static_cast<std::uint32_t>(kept);
    rows_ = kept;
}

void Segment::fill_table(std::size_t chunk, Parted& parted) {
    auto& offsets = offsets_[chunk] = no_offsets(layout_.width[chunk]);
    auto& entries = entries_[chunk] = LargeArray<Entry>(rows_);
    const unsigned rest = layout_.width[chunk] - Parted::kBits;
    parted.ends.fill(0);
    for (std::size_t row = 0; row < rows_; ++row)
        ++parted.ends[layout_.key(hashes_[row], chunk) >> rest];
    std::exclusive_scan(parted.ends.begin(), parted.ends.end(), parted.ends.begin(), 0U);
    for (std::size_t row = 0; row < rows_; ++row) {
        const std::uint32_t key = layout_.key(hashes_[row], chunk);
        const std::uint32_t place = parted.ends[key >> rest]++;
        parted.rests[place] = static_cast<std::uint16_t>(key & ((1U << rest) - 1));
        // Field by field: an entry read back whole would wait until its fields are written.
        layout_.sketch(hashes_[row], chunk, parted.entries[place]);
        parted.entries[place].row = static_cast<std::uint32_t>(row);
    }
    std::size_t from = 0;
    for (std::size_t part = 0; part < parted.ends.size(); ++part) {
        std::uint32_t* places = &offsets[part << rest];
        for (std::size_t i = from; i < parted.ends[part]; ++i) ++places[parted.rests[i] + 1];
        std::partial_sum(places, places + (std::size_t{1} << rest) + 1, places);
        for (; from < parted.ends[part]; ++from)
            entries[places[parted.rests[from]]++] = parted.entries[from];
    }
    move_back(offsets);
}

std::size_t Segment::find(const Row& wanted) const {
    const std::uint32_t key = layout_.key(wanted.hash, 0);
    for (std::size_t i = offsets_[0][key]; i < offsets_[0][key + 1]; ++i) {
        if (ids_[i] == wanted.id && hashes_[i] == wanted.hash && is_live(i)) return i;
    }
    return kNoRow;
}

std::size_t Segment::bytes() const {
    std::size_t total = hashes_.bytes() + ids_.bytes() + dead_.bytes();
    for (const auto& offsets : offsets_) total += offsets.bytes();
    for (const auto& entries : entries_) total += entries.bytes();
    return total;
}

// The buckets that one query needs in one chunk.
struct Segment::Probe {
    std::uint32_t query = 0;
    std::size_t chunk = 0;
    Entry sketch{0, 0, 0};
    std::vector<Span> spans;
    std::size_t count = 0;    // of spans in use: those with entries
    std::size_t entries = 0;  // in all of them
};

// One batch over one segment.
struct Segment::Search {
    const Segment& segment;
    const Plan plan;
    const HammingKernel& kernel;
    const Hash* queries;
    std::vector<Hit>& hits;
    std::vector<std::uint32_t> rows;

    // Begin to load what aim() will read.
    void announce(std::uint32_t query, std::size_t chunk) const {
        const std::uint32_t key = segment.layout_.key(queries[query], chunk);
        const std::uint32_t* offsets = segment.offsets_[chunk].data();
        for (const std::uint32_t flip : plan.flips[chunk])
            __builtin_prefetch(offsets + (key ^ flip));
    }

    // Find the probe's buckets and begin to load them.
    void aim(Probe& probe, std::uint32_t query, std::size_t chunk) const {
        constexpr std::size_t kAtOnce = 16;  // loads that a core keeps under way
        const Flips& flips = plan.flips[chunk];
        if (probe.spans.size() < flips.count) probe.spans.resize(flips.count);
        const std::uint32_t key = segment.layout_.key(queries[query], chunk);
        segment.layout_.sketch(queries[query], chunk, probe.sketch);
        const std::uint32_t* offsets = segment.offsets_[chunk].data();
        Span* spans = probe.spans.data();
        std::size_t count = 0, entries = 0;
        for (const std::uint32_t flip : flips) {
            Span span;  // a bucket's start, and the next one's
            std::memcpy(&span, offsets + (key ^ flip), sizeof span);
            spans[count] = span;
            count += span.first < span.last;
            entries += span.last - span.first;
        }
        probe.query = query;
        probe.chunk = chunk;
        probe.count = count;
        probe.entries = entries;
        for (std::size_t s = 0; s < std::min(probe.count, kAtOnce); ++s) {
            __builtin_prefetch(
                chunk == 0 ? static_cast<const void*>(&segment.hashes_[probe.spans[s].first])
                           : &segment.entries_[chunk][probe.spans[s].first]);
        }
    }

    void look(const Probe& probe) {
        if (probe.chunk == 0) {
            for (std::size_t s = 0; s < probe.count; ++s)
                scan(probe.query, probe.spans[s].first, probe.spans[s].last);
            return;
        }
        if (rows.size() < probe.entries + 1) rows.resize(probe.entries + 1);
        const std::size_t kept =
            kernel.filter(segment.entries_[probe.chunk].data(), probe.spans.data(), probe.count,
                          probe.sketch, plan.radius, rows.data());
        for (std::size_t i = 0; i < kept; ++i) __builtin_prefetch(&segment.hashes_[rows[i]]);
        for (std::size_t i = 0; i < kept; ++i) judge(probe.query, probe.chunk, rows[i]);
    }

    // Chunk by chunk, so that a chunk's table stays near while all queries use it; and in step, so
    // that offsets and buckets arrive while the probe before is looked through. Queries that have
    // looked at more entries than there are rows are left to scan.
    void probe_all(std::vector<std::uint64_t>& looked_at) {
        const auto count = static_cast<std::uint32_t>(looked_at.size());
        Probe now, next;
        for (std::size_t chunk = 0; chunk < segment.layout_.chunks; ++chunk) {
            for (std::uint32_t query = 0; query < count; ++query) {
                if (query + 1 < count) {
                    announce(query + 1, chunk);
                } else if (chunk + 1 < segment.layout_.chunks) {
                    announce(0, chunk + 1);
                }
                if (looked_at[query] > segment.rows_) continue;
                aim(next, query, chunk);
                looked_at[query] += next.entries;
                look(now);
                std::swap(now, next);
            }
        }
        look(now);
    }

    void scan(std::uint32_t query, std::size_t first, std::size_t last) {
        constexpr std::size_t kBlock = 4096;
        if (rows.size() < kBlock) rows.resize(kBlock);
        for (; first < last; first += kBlock) {
            const std::size_t kept =
                kernel.scan(segment.hashes_.data(), first, std::min(last, first + kBlock),
                            queries[query], plan.radius, rows.data());
            for (std::size_t i = 0; i < kept; ++i) accept(query, rows[i]);
        }
    }

    void judge(std::uint32_t query, std::size_t chunk, std::uint32_t row) {
        const Hash& hash = segment.hashes_[row];
        if (distance(hash, queries[query]) > plan.radius) return;
        for (std::size_t earlier = 0; earlier < chunk; ++earlier) {
            const std::uint32_t differing =
                segment.layout_.key(hash, earlier) ^ segment.layout_.key(queries[query], earlier);
            if (__builtin_popcount(differing) <= plan.reach[earlier])
                return;  // that chunk found it
        }
        accept(query, row);
    }

    void accept(std::uint32_t query, std::uint32_t row) {
        if (!segment.is_live(row)) return;
        hits.push_back({query, distance(segment.hashes_[row], queries[query]), segment.row(row)});
    }
};

void Segment::search(const Hash* queries, std::size_t count, std::uint32_t radius,
                     const HammingKernel& kernel, std::vector<Hit>& hits) const {
    Search search{*this, Plan(layout_, rows_, radius), kernel, queries, hits, {}};
    const std::size_t from = hits.size();
    // Where rows crowd into few buckets a scan is cheaper: such a query starts over with one.
    std::vector<std::uint64_t> looked_at(count, search.plan.by_scan ? rows_ + 1 : 0);
    if (!search.plan.by_scan) search.probe_all(looked_at);
    const auto crowded = [&](std::uint32_t query) { return looked_at[query] > rows_; };
    hits.erase(std::remove_if(hits.begin() + static_cast<std::ptrdiff_t>(from), hits.end(),
                              [&](const Hit& hit) { return crowded(hit.query); }),
               hits.end());
    for (std::uint32_t query = 0; query < count; ++query) {
        if (crowded(query)) search.scan(query, 0, rows_);
    }
}

}  // namespace raiment
