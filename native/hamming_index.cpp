#include "hamming_index.hpp"

#include <algorithm>
#include <tuple>

namespace raiment {
namespace {

std::uint64_t place_key(const Row& row) {
    return row.id * 0x9E3779B97F4A7C15ULL ^ row.hash.words[0] ^ row.hash.words[3];
}

bool before(const Hit& a, const Hit& b) {
    const auto* x = a.row.hash.words;
    const auto* y = b.row.hash.words;
    return std::tie(a.query, a.distance, a.row.id, x[0], x[1], x[2], x[3]) <
           std::tie(b.query, b.distance, b.row.id, y[0], y[1], y[2], y[3]);
}

bool hollow(const Segment& segment) {
    return (segment.rows() - segment.live()) * 4 > segment.rows();
}

// Segments worth rewriting together with *rows* rows of tails: the smaller ones, so that each row
// is rewritten a logarithmic number of times, and those of which a quarter is dead.
std::vector<std::shared_ptr<Segment>> worth_rewriting(
    std::vector<std::shared_ptr<Segment>> segments, std::size_t rows) {
    std::sort(segments.begin(), segments.end(),
              [](const auto& a, const auto& b) { return a->live() < b->live(); });
    const bool tails = rows > 0;
    std::vector<std::shared_ptr<Segment>> chosen;
    for (const auto& segment : segments) {
        const bool small = rows == 0 || segment->live() <= 2 * rows;
        if (!small && !hollow(*segment)) continue;
        rows += segment->live();
        chosen.push_back(segment);
    }
    if (!tails && chosen.size() == 1 && !hollow(*chosen.front())) chosen.clear();
    return chosen;
}

template <typename Part>
void copy_live(const Part& part, std::vector<std::uint64_t>& ids, std::vector<Hash>& hashes) {
    const std::size_t rows = part.rows();
    for (std::size_t i = 0; i < rows; ++i) {
        if (!part.is_live(i)) continue;
        const Row row = part.row(i);
        ids.push_back(row.id);
        hashes.push_back(row.hash);
    }
}

template <typename Part>
bool contains(const std::vector<std::shared_ptr<Part>>& parts, const std::shared_ptr<Part>& part) {
    return std::find(parts.begin(), parts.end(), part) != parts.end();
}

}  // namespace

void Tail::append(const Row& row) {
    const std::size_t place = size_.load(std::memory_order_relaxed);
    hashes_[place] = row.hash;
    ids_[place] = row.id;
    places_.emplace(place_key(row), static_cast<std::uint32_t>(place));
    size_.store(place + 1, std::memory_order_release);
}

std::size_t Tail::find(const Row& wanted) const {
    const auto [first, last] = places_.equal_range(place_key(wanted));
    for (auto each = first; each != last; ++each) {
        const std::size_t place = each->second;
        if (ids_[place] == wanted.id && hashes_[place] == wanted.hash && is_live(place))
            return place;
    }
    return kNoRow;
}

void Tail::search(const Hash* queries, std::size_t count, std::uint32_t radius,
                  const HammingKernel& kernel, std::vector<Hit>& hits) const {
    const std::size_t size = rows();
    std::vector<std::uint32_t> near(size);
    for (std::uint32_t query = 0; query < count && size > 0; ++query) {
        const std::size_t kept =
            kernel.scan(hashes_.data(), 0, size, queries[query], radius, near.data());
        for (std::size_t i = 0; i < kept; ++i) {
            if (is_live(near[i]))
                hits.push_back({query, distance(hashes_[near[i]], queries[query]), row(near[i])});
        }
    }
}

HammingIndex::HammingIndex(std::size_t chunks) : chunks_(chunks) {
    (void)Layout(0, chunks);  // refuses a number that cannot work before any row comes
    publish({{}, {std::make_shared<Tail>()}});
}

bool HammingIndex::holds(const Row& row) const {
    const Snapshot parts = snapshot();
    return std::any_of(parts->tails.begin(), parts->tails.end(),
                       [&](const auto& tail) { return tail->find(row) != kNoRow; }) ||
           std::any_of(parts->segments.begin(), parts->segments.end(),
                       [&](const auto& segment) { return segment->find(row) != kNoRow; });
}

void HammingIndex::append(const Row& row) {
    Snapshot parts = snapshot();
    if (parts->tails.back()->full()) {
        Parts longer = *parts;
        longer.tails.push_back(std::make_shared<Tail>());
        publish(std::move(longer));
        parts = snapshot();
    }
    parts->tails.back()->append(row);
}

std::size_t HammingIndex::add(const std::uint64_t* ids, const Hash* hashes, std::size_t count) {
    const std::lock_guard<std::mutex> writer(writing_);
    if (count >= kBulk) return add_in_bulk(ids, hashes, count);
    std::size_t added = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Row row{ids[i], hashes[i]};
        if (holds(row)) continue;
        append(row);
        ++added;
    }
    return added;
}

std::size_t HammingIndex::add_in_bulk(const std::uint64_t* ids, const Hash* hashes,
                                      std::size_t count) {
    std::vector<std::uint64_t> new_ids;
    std::vector<Hash> new_hashes;
    if (size() > 0) {
        for (std::size_t i = 0; i < count; ++i) {
            if (holds({ids[i], hashes[i]})) continue;
            new_ids.push_back(ids[i]);
            new_hashes.push_back(hashes[i]);
        }
        ids = new_ids.data();
        hashes = new_hashes.data();
        count = new_ids.size();
    }
    if (count == 0) return 0;
    // A load is waited for; a merge is not, and leaves the other processors to those who ask.
    const std::size_t threads = count < kByTwo ? 1 : 2;
    auto segment = std::make_shared<Segment>(ids, hashes, count, chunks_, threads);
    Parts longer = *snapshot();
    longer.segments.push_back(segment);
    publish(std::move(longer));
    return segment->rows();
}

bool HammingIndex::kill(const Parts& parts, const Row& row) {
    const auto in = [&row](const auto& part) {
        const std::size_t place = part->find(row);
        if (place != kNoRow) part->kill(place);
        return place != kNoRow;
    };
    return std::any_of(parts.tails.begin(), parts.tails.end(), in) ||
           std::any_of(parts.segments.begin(), parts.segments.end(), in);
}

std::size_t HammingIndex::remove(const std::uint64_t* ids, const Hash* hashes, std::size_t count) {
    const std::lock_guard<std::mutex> writer(writing_);
    const Snapshot parts = snapshot();
    std::size_t removed = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Row row{ids[i], hashes[i]};
        if (merge_runs_) removed_meanwhile_.push_back(row);
        removed += kill(*parts, row);
    }
    return removed;
}

std::vector<Hit> HammingIndex::search(const Hash* queries, std::size_t count, std::uint32_t radius,
                                      Kernel kernel) const {
    const HammingKernel& loops = hamming_kernel(kernel);
    const Snapshot parts = snapshot();
    std::vector<Hit> hits;
    for (const auto& segment : parts->segments)
        segment->search(queries, count, radius, loops, hits);
    for (const auto& tail : parts->tails) tail->search(queries, count, radius, loops, hits);
    std::sort(hits.begin(), hits.end(), before);
    return hits;
}

HammingIndex::Parts HammingIndex::begin_merge() {
    const std::lock_guard<std::mutex> writer(writing_);
    Parts now = *snapshot();
    Parts chosen;
    std::size_t rows = 0;
    for (const auto& tail : now.tails) {
        if (tail->rows() == 0) continue;
        rows += tail->live();
        chosen.tails.push_back(tail);
    }
    chosen.segments = worth_rewriting(now.segments, rows);
    if (!chosen.tails.empty() && now.tails.back()->rows() > 0) {
        // What the merge copies must not grow: additions go on in a new tail.
        now.tails.push_back(std::make_shared<Tail>());
        publish(std::move(now));
    }
    removed_meanwhile_.clear();
    merge_runs_ = true;
    return chosen;
}

void HammingIndex::end_merge(const Parts& merged, std::shared_ptr<Segment> segment) {
    const std::lock_guard<std::mutex> writer(writing_);
    merge_runs_ = false;
    if (segment == nullptr) return;
    for (const Row& row : removed_meanwhile_) {
        const std::size_t place = segment->find(row);
        if (place != kNoRow) segment->kill(place);
    }
    const Snapshot now = snapshot();
    Parts next;
    for (const auto& each : now->segments) {
        if (!contains(merged.segments, each)) next.segments.push_back(each);
    }
    for (const auto& each : now->tails) {
        if (!contains(merged.tails, each)) next.tails.push_back(each);
    }
    if (segment->rows() > 0) next.segments.push_back(std::move(segment));
    publish(std::move(next));
}

bool HammingIndex::merge() {
    const std::lock_guard<std::mutex> alone(merging_);
    const Parts chosen = begin_merge();
    std::shared_ptr<Segment> segment;
    if (!chosen.tails.empty() || !chosen.segments.empty()) {
        try {
            std::vector<std::uint64_t> ids;
            std::vector<Hash> hashes;
            for (const auto& each : chosen.segments) copy_live(*each, ids, hashes);
            for (const auto& each : chosen.tails) copy_live(*each, ids, hashes);
            segment = std::make_shared<Segment>(ids.data(), hashes.data(), ids.size(), chunks_);
        } catch (...) {
            end_merge(chosen, nullptr);
            throw;
        }
    }
    end_merge(chosen, segment);
    return segment != nullptr;
}

std::size_t HammingIndex::size() const {
    const Snapshot parts = snapshot();
    std::size_t total = 0;
    for (const auto& segment : parts->segments) total += segment->live();
    for (const auto& tail : parts->tails) total += tail->live();
    return total;
}

std::size_t HammingIndex::unmerged() const {
    const Snapshot parts = snapshot();
    std::size_t total = 0;
    for (const auto& tail : parts->tails) total += tail->rows();
    return total;
}

std::size_t HammingIndex::bytes() const {
    const Snapshot parts = snapshot();
    std::size_t total = 0;
    for (const auto& segment : parts->segments) total += segment->bytes();
    for (const auto& tail : parts->tails) total += tail->bytes();
    return total;
}

std::vector<std::size_t> HammingIndex::segment_sizes() const {
    const Snapshot parts = snapshot();
    std::vector<std::size_t> sizes;
    for (const auto& segment : parts->segments) sizes.push_back(segment->live());
    return sizes;
}

}  // namespace raiment
