// Many rows, indexed once and then only marked dead: the bulk of a Hamming index.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "hamming_layout.hpp"
#include "large_array.hpp"

namespace raiment {

struct Row {
    std::uint64_t id;
    Hash hash;
};

struct Hit {
    std::uint32_t query;  // its place in the batch
    std::uint32_t distance;
    Row row;
};

// Set once each; readers never wait.
class DeadRows {
public:
    explicit DeadRows(std::size_t rows) : words_((rows + 63) / 64) {}

    bool contains(std::size_t row) const {
        return (words_[row / 64].load(std::memory_order_acquire) >> row % 64 & 1) != 0;
    }
    void insert(std::size_t row) {
        words_[row / 64].fetch_or(std::uint64_t{1} << row % 64, std::memory_order_release);
        size_.fetch_add(1, std::memory_order_relaxed);
    }
    std::size_t size() const { return size_.load(std::memory_order_relaxed); }
    std::size_t bytes() const { return words_.size() * sizeof(words_[0]); }

private:
    std::vector<std::atomic<std::uint64_t>> words_;
    std::atomic<std::size_t> size_{0};
};

constexpr std::size_t kNoRow = ~std::size_t{0};

class Segment {
public:
    // Rows that occur twice are kept once. At most 2^32 - 1 rows (std::length_error); chunks as in
    // Layout. So many threads build it, this one among them.
    Segment(const std::uint64_t* ids, const Hash* hashes, std::size_t count,
            std::size_t chunks = 0, std::size_t threads = 1);

    std::size_t rows() const { return rows_; }
    std::size_t live() const { return rows_ - dead_.size(); }
    std::size_t bytes() const;
    const Layout& layout() const { return layout_; }

    // The live row that holds the pair, or kNoRow.
    std::size_t find(const Row& row) const;
    bool is_live(std::size_t row) const { return !dead_.contains(row); }
    void kill(std::size_t row) { dead_.insert(row); }
    Row row(std::size_t index) const { return {ids_[index], hashes_[index]}; }

    // Append every live row within the radius of each query, each once.
    void search(const Hash* queries, std::size_t count, std::uint32_t radius,
                const HammingKernel& kernel, std::vector<Hit>& hits) const;

private:
    struct Parted;
    struct Probe;
    struct Search;

    void place_rows(const std::uint64_t* ids, const Hash* hashes, std::size_t threads);
    void drop_repeats();
    void fill_table(std::size_t chunk, Parted& parted);

    Layout layout_;
    std::size_t rows_;
    LargeArray<Hash> hashes_;  // ordered by the key of chunk 0, which needs no table of entries
    LargeArray<std::uint64_t> ids_;  // likewise
    std::vector<LargeArray<std::uint32_t>>
        offsets_;                             // of each chunk: where each key's bucket starts
    std::vector<LargeArray<Entry>> entries_;  // of each chunk but 0, bucket after bucket
    DeadRows dead_;
};

}  // namespace raiment
