#include "outlines.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

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

Row row_at(const std::uint8_t* here, const std::uint8_t* next, Ground ground) {
    switch (ground) {
        case Ground::before: return {here - 1, here, here - 1, here - 2, here - 1, next - 1};
        case Ground::after: return {here, here - 1, here, here + 1, here, next};
        default: return {here - 1, here, here - 1, here - 2, here, here + 1};
    }
}

RAIMENT_INLINE void count_body(const Row& row, std::size_t lines, Sensitivity sensitivity,
                               const std::uint16_t* __restrict above, std::uint16_t* __restrict below) {
    // Everything in bytes, as many to a register as there are: three times 85 is the most they hold.
    const auto least = static_cast<std::uint8_t>(sensitivity.jump);
    const auto noise = static_cast<std::uint8_t>(sensitivity.quiet);
    constexpr std::uint8_t kMostTripled = 85;
    const std::uint8_t* __restrict ground = row.ground;
    const std::uint8_t* __restrict other = row.other;
    const std::uint8_t* __restrict quiet = row.quiet;
    const std::uint8_t* __restrict beyond = row.beyond;
    const std::uint8_t* __restrict still = row.still;
    const std::uint8_t* __restrict beside = row.beside;
    for (std::size_t i = 0; i < lines; ++i) {
        const std::uint8_t jump = apart(ground[i], other[i]);
        const std::uint8_t across = apart(quiet[i], beyond[i]);
        const std::uint8_t along = apart(still[i], beside[i]);
        const std::uint8_t change = across > along ? across : along;
        const auto tripled = static_cast<std::uint8_t>(change + change + change);
        const bool third = (change <= kMostTripled) & (tripled <= jump);
        const std::uint16_t counts = (jump > least) & ((change <= noise) | third);
        below[i] = static_cast<std::uint16_t>(above[i] + counts);
    }
}

// Kadane's algorithm, one line in each lane.
RAIMENT_INLINE void weigh_body(const std::uint16_t* __restrict above, const std::uint16_t* __restrict below,
                               std::size_t lines, std::int16_t after, std::int16_t* __restrict open,
                               std::int16_t* __restrict opened, std::int16_t* __restrict weight,
                               std::int16_t* __restrict from, std::int16_t* __restrict to) {
    for (std::size_t i = 0; i < lines; ++i) {
        const std::int16_t grown =
            static_cast<std::int16_t>(open[i] + (below[i] == above[i] ? std::int16_t{-kMissing} : std::int16_t{kCounted}));
        const std::int16_t start = grown > 0 ? opened[i] : after;
        const std::int16_t now = grown > 0 ? grown : std::int16_t{0};
        opened[i] = start;
        open[i] = now;
        const bool heavier = now > weight[i];
        from[i] = heavier ? start : from[i];
        to[i] = heavier ? after : to[i];
        weight[i] = heavier ? now : weight[i];
    }
}

struct Kernels {
    void (*count)(const Row&, std::size_t, Sensitivity, const std::uint16_t*, std::uint16_t*);
    void (*weigh)(const std::uint16_t*, const std::uint16_t*, std::size_t, std::int16_t, std::int16_t*,
                  std::int16_t*, std::int16_t*, std::int16_t*, std::int16_t*);
};

#define RAIMENT_OUTLINE_KERNELS(NAME, TARGET)                                                              \
    TARGET void NAME##_count(const Row& row, std::size_t lines, Sensitivity sensitivity,                    \
                             const std::uint16_t* above, std::uint16_t* below) {                           \
        count_body(row, lines, sensitivity, above, below);                                                 \
    }                                                                                                      \
    TARGET void NAME##_weigh(const std::uint16_t* above, const std::uint16_t* below, std::size_t lines,    \
                             std::int16_t after, std::int16_t* open, std::int16_t* opened,                 \
                             std::int16_t* weight, std::int16_t* from, std::int16_t* to) {                 \
        weigh_body(above, below, lines, after, open, opened, weight, from, to);                            \
    }                                                                                                      \
    constexpr Kernels NAME{NAME##_count, NAME##_weigh};

RAIMENT_OUTLINE_KERNELS(portable, )
#if defined(RAIMENT_X86)
RAIMENT_OUTLINE_KERNELS(avx2, RAIMENT_AVX2)
RAIMENT_OUTLINE_KERNELS(avx512, RAIMENT_AVX512)
#endif

const Kernels& kernels_for(Kernel kernel) {
#if defined(RAIMENT_X86)
    if (kernel == Kernel::avx2) return avx2;
    if (kernel == Kernel::avx512) return avx512;
#endif
    (void)kernel;
    return portable;
}

bool overlap(const Stretch& a, const Stretch& b) { return a.from < b.to && b.from < a.to; }

}  // namespace

Outlines::Outlines(const Plane& plane, Ground ground, Sensitivity sensitivity, Kernel kernel)
    : lines_(plane.columns + 1), length_(plane.rows), counts_(lines_ * (length_ + 1)), weight_(lines_),
      from_(lines_), to_(lines_) {
    std::fill_n(counts_.data(), lines_, std::uint16_t{0});
    if (plane.columns < 4 || plane.rows < 2) {
        std::fill_n(counts_.data(), counts_.size(), std::uint16_t{0});
        return;
    }
    const Kernels& kernels = kernels_for(kernel);
    std::vector<std::int16_t> open(lines_), opened(lines_);
    for (std::size_t y = 0; y < length_; ++y) {
        const std::uint8_t* here = plane.row(y) + kMargin;
        const std::uint8_t* next = plane.row(y + 1 < length_ ? y + 1 : y - 1) + kMargin;
        const std::uint16_t* above = counts_.data() + y * lines_;
        std::uint16_t* below = counts_.data() + (y + 1) * lines_;
        const std::size_t looked_at = plane.columns - kMargin - 1;
        kernels.count(row_at(here, next, ground), looked_at, sensitivity, above + kMargin, below + kMargin);
        // Nothing is ever counted on the outermost lines.
        std::fill_n(below, kMargin, std::uint16_t{0});
        std::fill_n(below + kMargin + looked_at, lines_ - kMargin - looked_at, std::uint16_t{0});
        if (ground == Ground::neither) continue;
        kernels.weigh(above, below, lines_, static_cast<std::int16_t>(y + 1), open.data(), opened.data(),
                      weight_.data(), from_.data(), to_.data());
    }
}

std::vector<Stretch> Outlines::stretches(std::size_t shortest, std::size_t most) const {
    std::vector<std::size_t> order(lines_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [this](std::size_t a, std::size_t b) { return weight_[a] > weight_[b]; });
    const int lightest = static_cast<int>(shortest) * kCounted / 2;
    std::vector<Stretch> result;
    for (const std::size_t line : order) {
        if (weight_[line] < lightest || result.size() == most) break;
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
