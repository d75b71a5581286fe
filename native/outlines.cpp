#include "outlines.hpp"

#include <algorithm>
#include <utility>

namespace raiment {
namespace {

// A stretch may have a gap where at least 7 of 20 places around it count.
constexpr int kCounted = 13, kMissing = 7;
static_assert(kLongestSide * kCounted < 32768, "weights fit 16 bits");

constexpr std::size_t kApart = 2;
// The first line with two samples before it; the last has one after its own.
constexpr std::size_t kMargin = 2;

RAIMENT_INLINE std::uint8_t apart(std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(a > b ? a - b : b - a);
}

// The samples around a place: on both sides of the line, and two pairs in which little may change.
struct Row {
    const std::uint8_t *ground, *other;
    const std::uint8_t *quiet, *beyond;
    const std::uint8_t *still, *beside;
};

Row outline_at(const std::uint8_t* here, const std::uint8_t* next, Ground ground) {
    if (ground == Ground::before) return {here - 1, here, here - 1, here - 2, here - 1, next - 1};
    return {here, here - 1, here, here + 1, here, next};
}

Row seam_at(const std::uint8_t* here) { return {here - 1, here, here - 1, here - 2, here, here + 1}; }

// Lines that are looked at together; a loop over fewer would be left to scalars.
constexpr std::size_t kBlock = 64;

std::size_t padded(std::size_t lines) { return (lines + kBlock - 1) / kBlock * kBlock; }

// A mark, 1 or 0, for each of some places of a row. Everything in bytes, as many to a register as there are:
// three times 85 is the most they hold.
RAIMENT_INLINE void mark_some(const Row& row, std::size_t first, std::size_t lines, Sensitivity sensitivity,
                              std::uint8_t* __restrict marks) {
    const auto least = static_cast<std::uint8_t>(sensitivity.jump);
    const auto noise = static_cast<std::uint8_t>(sensitivity.quiet);
    constexpr std::uint8_t kMostTripled = 85;
    const std::uint8_t* __restrict ground = row.ground;
    const std::uint8_t* __restrict other = row.other;
    const std::uint8_t* __restrict quiet = row.quiet;
    const std::uint8_t* __restrict beyond = row.beyond;
    const std::uint8_t* __restrict still = row.still;
    const std::uint8_t* __restrict beside = row.beside;
    for (std::size_t i = first; i < first + lines; ++i) {
        const std::uint8_t jump = apart(ground[i], other[i]);
        const std::uint8_t across = apart(quiet[i], beyond[i]);
        const std::uint8_t along = apart(still[i], beside[i]);
        const std::uint8_t change = across > along ? across : along;
        const auto tripled = static_cast<std::uint8_t>(change + change + change);
        const bool third = (change <= kMostTripled) & (tripled <= jump);
        marks[i] = static_cast<std::uint8_t>((jump > least) & ((change <= noise) | third));
    }
}

// The last block overlaps the one before it.
RAIMENT_INLINE void mark_body(const Row& row, std::size_t lines, Sensitivity sensitivity, std::uint8_t* marks) {
    if (lines < kBlock) {
        mark_some(row, 0, lines, sensitivity, marks);
        return;
    }
    for (std::size_t i = 0; i + kBlock <= lines; i += kBlock) mark_some(row, i, kBlock, sensitivity, marks);
    mark_some(row, lines - kBlock, kBlock, sensitivity, marks);
}

RAIMENT_INLINE void add_body(const std::uint16_t* above, const std::uint8_t* __restrict marks,
                             std::size_t lines, std::uint16_t* below) {
    for (std::size_t i = 0; i < lines; ++i) below[i] = static_cast<std::uint16_t>(above[i] + marks[i]);
}

// By bits: not every compiler makes lanes of a choice between numbers of this size.
RAIMENT_INLINE std::int16_t chosen(bool first, std::int16_t a, std::int16_t b) {
    const auto mask = static_cast<std::int16_t>(-static_cast<std::int16_t>(first));
    return static_cast<std::int16_t>((a & mask) | (b & ~mask));
}

// Kadane's algorithm, one line in each lane.
RAIMENT_INLINE void weigh_body(const std::uint8_t* __restrict marks, std::size_t lines, std::int16_t after,
                               std::int16_t* __restrict open, std::int16_t* __restrict opened,
                               std::int16_t* __restrict weight, std::int16_t* __restrict from,
                               std::int16_t* __restrict to) {
    for (std::size_t i = 0; i < lines; ++i) {
        const auto step = static_cast<std::int16_t>(marks[i] * (kCounted + kMissing) - kMissing);
        const auto grown = static_cast<std::int16_t>(open[i] + step);
        const std::int16_t now = std::max(grown, std::int16_t{0});
        const std::int16_t start = chosen(now > 0, opened[i], after);
        const bool heavier = now > weight[i];
        opened[i] = start;
        open[i] = now;
        from[i] = chosen(heavier, start, from[i]);
        to[i] = chosen(heavier, after, to[i]);
        weight[i] = std::max(now, weight[i]);
    }
}

struct Kernels {
    void (*mark)(const Row&, std::size_t, Sensitivity, std::uint8_t*);
    void (*add)(const std::uint16_t*, const std::uint8_t*, std::size_t, std::uint16_t*);
    void (*weigh)(const std::uint8_t*, std::size_t, std::int16_t, std::int16_t*, std::int16_t*, std::int16_t*,
                  std::int16_t*, std::int16_t*);
};

#define RAIMENT_OUTLINE_KERNELS(NAME, TARGET)                                                              \
    TARGET void NAME##_mark(const Row& row, std::size_t lines, Sensitivity sensitivity, std::uint8_t* marks) { \
        mark_body(row, lines, sensitivity, marks);                                                         \
    }                                                                                                      \
    TARGET void NAME##_add(const std::uint16_t* above, const std::uint8_t* marks, std::size_t lines,       \
                           std::uint16_t* below) {                                                         \
        add_body(above, marks, lines, below);                                                              \
    }                                                                                                      \
    TARGET void NAME##_weigh(const std::uint8_t* marks, std::size_t lines, std::int16_t after,             \
                             std::int16_t* open, std::int16_t* opened, std::int16_t* weight,               \
                             std::int16_t* from, std::int16_t* to) {                                       \
        weigh_body(marks, lines, after, open, opened, weight, from, to);                                   \
    }                                                                                                      \
    constexpr Kernels NAME{NAME##_mark, NAME##_add, NAME##_weigh};

RAIMENT_OUTLINE_KERNELS(portable, )
#if defined(RAIMENT_X86)
// Nor wider: no row lies on the boundary of a register, and what straddles two cache lines is read twice.
RAIMENT_OUTLINE_KERNELS(avx2, RAIMENT_AVX2)
#endif

const Kernels& kernels_for(Kernel kernel) {
#if defined(RAIMENT_X86)
    if (kernel == Kernel::avx2 || kernel == Kernel::avx512) return avx2;
#endif
    (void)kernel;
    return portable;
}

bool too_small(const Plane& plane) { return plane.columns < 4 || plane.rows < 2; }

// Calls each(y, marks) for each row: a mark for every line, none on the outermost ones, then zeros to padded().
template <typename Row_at, typename Each>
void mark_rows(const Plane& plane, Sensitivity sensitivity, const Kernels& kernels, Row_at row_at, Each each) {
    std::vector<std::uint8_t> marks(padded(plane.columns + 1));
    for (std::size_t y = 0; y < plane.rows; ++y) {
        const std::uint8_t* here = plane.row(y) + kMargin;
        const std::uint8_t* next = plane.row(y + 1 < plane.rows ? y + 1 : y - 1) + kMargin;
        kernels.mark(row_at(here, next), plane.columns - kMargin - 1, sensitivity, marks.data() + kMargin);
        each(y, marks.data());
    }
}

bool overlap(const Stretch& a, const Stretch& b) { return a.from < b.to && b.from < a.to; }

}  // namespace

Outlines::Outlines(const Plane& plane, Ground ground, Sensitivity sensitivity, Kernel kernel)
    : plane_(plane), ground_(ground), sensitivity_(sensitivity), kernel_(kernel), weight_(padded(lines())),
      from_(weight_.size()), to_(weight_.size()) {
    if (too_small(plane)) return;
    const Kernels& kernels = kernels_for(kernel);
    std::vector<std::int16_t> open(weight_.size()), opened(weight_.size());
    const auto weigh = [&](std::size_t y, const std::uint8_t* marks) {
        kernels.weigh(marks, open.size(), static_cast<std::int16_t>(y + 1), open.data(), opened.data(), weight_.data(),
                      from_.data(), to_.data());
    };
    const auto at = [ground](const auto* here, const auto* next) { return outline_at(here, next, ground); };
    mark_rows(plane, sensitivity, kernels, at, weigh);
}

void Outlines::count() const {
    const std::size_t row = weight_.size();
    LargeArray<std::uint16_t> counts(row * (length() + 1));
    std::fill_n(counts.data(), too_small(plane_) ? counts.size() : row, std::uint16_t{0});
    const Kernels& kernels = kernels_for(kernel_);
    const auto add = [&](std::size_t y, const std::uint8_t* marks) {
        std::uint16_t* above = counts.data() + y * row;
        kernels.add(above, marks, row, above + row);
    };
    const auto at = [this](const auto* here, const auto* next) { return outline_at(here, next, ground_); };
    if (!too_small(plane_)) mark_rows(plane_, sensitivity_, kernels, at, add);
    counts_ = std::move(counts);
}

std::vector<std::uint16_t> seams(const Plane& plane, Sensitivity sensitivity, Kernel kernel) {
    std::vector<std::uint16_t> counts(padded(plane.columns + 1));
    const Kernels& kernels = kernels_for(kernel);
    const auto add = [&](std::size_t, const std::uint8_t* marks) {
        kernels.add(counts.data(), marks, counts.size(), counts.data());
    };
    const auto at = [](const auto* here, const auto*) { return seam_at(here); };
    if (!too_small(plane)) mark_rows(plane, sensitivity, kernels, at, add);
    counts.resize(plane.columns + 1);
    return counts;
}

std::vector<Stretch> Outlines::stretches(std::size_t shortest, std::size_t most) const {
    const int lightest = static_cast<int>(shortest) * kCounted / 2;
    std::vector<std::size_t> order;
    for (std::size_t line = 0; line < lines(); ++line) {
        if (weight_[line] >= lightest) order.push_back(line);
    }
    std::stable_sort(order.begin(), order.end(),
                     [this](std::size_t a, std::size_t b) { return weight_[a] > weight_[b]; });
    std::vector<Stretch> result;
    for (const std::size_t line : order) {
        if (result.size() == most) break;
        const Stretch one{line, static_cast<std::size_t>(from_[line]), static_cast<std::size_t>(to_[line]),
                          weight_[line]};
        const auto same = [&one](const Stretch& other) {
            return (one.line > other.line ? one.line - other.line : other.line - one.line) <= kApart &&
                   overlap(one, other);
        };
        if (one.to - one.from < shortest || std::any_of(result.begin(), result.end(), same)) continue;
        result.push_back(one);
    }
    return result;
}

}  // namespace raiment
