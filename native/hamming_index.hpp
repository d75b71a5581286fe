// Exact range search over (id, hash) pairs that come and go while others search.
//
// New pairs go to a short tail that every search scans. merge() turns full tails and the smaller
// segments into one segment; the caller decides when and on which thread. Searches work on an
// immutable list of parts and never wait for a writer or a merge; a search begun before a change
// may or may not see it. One writer at a time, the others wait.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "hamming_segment.hpp"

namespace raiment {

// Up to kRows pairs in the order they came.
class Tail {
public:
    static constexpr std::size_t kRows = 16384;

    Tail() : hashes_(kRows), ids_(kRows), dead_(kRows) {}

    std::size_t rows() const { return size_.load(std::memory_order_acquire); }
    std::size_t live() const { return rows() - dead_.size(); }
    std::size_t bytes() const { return hashes_.bytes() + ids_.bytes() + dead_.bytes(); }
    bool full() const { return rows() == kRows; }

    // Writers only.
    void append(const Row& row);
    std::size_t find(const Row& row) const;

    bool is_live(std::size_t row) const { return !dead_.contains(row); }
    void kill(std::size_t row) { dead_.insert(row); }
    Row row(std::size_t index) const { return {ids_[index], hashes_[index]}; }
    void search(const Hash* queries, std::size_t count, std::uint32_t radius,
                const HammingKernel& kernel, std::vector<Hit>& hits) const;

private:
    LargeArray<Hash> hashes_;
    LargeArray<std::uint64_t> ids_;
    DeadRows dead_;
    std::atomic<std::size_t> size_{0};
    std::unordered_multimap<std::uint64_t, std::uint32_t> places_;
};

class HammingIndex {
public:
    // chunks: see Layout; 0 chooses for each segment by its size.
    explicit HammingIndex(std::size_t chunks = 0);

    // Add the pairs that are not there yet; return how many those were. From kBulk pairs on they
    // become a segment at once, from kByTwo on built by two threads.
    std::size_t add(const std::uint64_t* ids, const Hash* hashes, std::size_t count);

    // Remove the pairs that are there; return how many those were.
    std::size_t remove(const std::uint64_t* ids, const Hash* hashes, std::size_t count);

    // Every live pair within the radius of each query, ordered by query, distance, id, hash.
    std::vector<Hit> search(const Hash* queries, std::size_t count, std::uint32_t radius,
                            Kernel kernel) const;

    // Turn the tails, and segments that are small beside them or hold many dead rows, into one
    // segment. Return whether anything changed. Holds both old and new parts until the last search
    // over the old ones ends.
    bool merge();

    std::size_t size() const;
    std::size_t unmerged() const;  // rows that every search scans
    std::size_t bytes() const;
    std::vector<std::size_t> segment_sizes() const;

    static constexpr std::size_t kBulk = 4 * Tail::kRows;
    static constexpr std::size_t kByTwo = 16 * kBulk;

private:
    struct Parts {
        std::vector<std::shared_ptr<Segment>> segments;
        std::vector<std::shared_ptr<Tail>> tails;  // never empty; the last one grows
    };
    using Snapshot = std::shared_ptr<const Parts>;

    Snapshot snapshot() const { return std::atomic_load(&parts_); }
    void publish(Parts parts) {
        std::atomic_store(&parts_, Snapshot(std::make_shared<const Parts>(std::move(parts))));
    }
    bool holds(const Row& row) const;
    bool kill(const Parts& parts, const Row& row);
    void append(const Row& row);
    std::size_t add_in_bulk(const std::uint64_t* ids, const Hash* hashes, std::size_t count);
    Parts begin_merge();
    void end_merge(const Parts& merged, std::shared_ptr<Segment> segment);

    const std::size_t chunks_;
    Snapshot parts_;
    std::mutex writing_;                  // held to change parts_ or any part
    std::mutex merging_;                  // held for the length of a merge
    bool merge_runs_ = false;             // under writing_
    std::vector<Row> removed_meanwhile_;  // under writing_: what a running merge may have copied
};

}  // namespace raiment
