#include "corners.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "plane.hpp"

namespace raiment {
namespace {

constexpr double kLargestRadius = 0.16;  // of the shorter side
constexpr std::size_t kSmallestRadius = 3;
constexpr int kSameGround = 16;  // gray levels
constexpr std::size_t kSoftened = 2;  // pixels where ground and picture mix

// One corner, walked from the outside in.
struct Corner {
    bool right, bottom;

    std::size_t row(const Pixels& panel, std::size_t y) const { return bottom ? panel.rows - 1 - y : y; }
    std::size_t column(const Pixels& panel, std::size_t x) const { return right ? panel.columns - 1 - x : x; }
    int gray(const Pixels& panel, std::size_t y, std::size_t x) const {
        return luminance(panel, row(panel, y), column(panel, x));
    }
};

constexpr Corner kCorners[] = {{false, false}, {true, false}, {false, true}, {true, true}};

int ground_of(const Pixels& panel, const Corner& corner) {
    int grays[9];
    for (std::size_t i = 0; i < 9; ++i) grays[i] = corner.gray(panel, i / 3, i % 3);
    std::nth_element(grays, grays + 4, grays + 9);
    return grays[4];
}

// How many pixels of each row, from the corner on, are ground; empty unless they shrink to none.
std::vector<std::size_t> ground_runs(const Pixels& panel, const Corner& corner, std::size_t most) {
    const int ground = ground_of(panel, corner);
    std::vector<std::size_t> runs;
    for (std::size_t y = 0; y <= most; ++y) {
        std::size_t run = 0;
        while (run <= most && std::abs(corner.gray(panel, y, run) - ground) <= kSameGround) ++run;
        if (run > most || (!runs.empty() && run > runs.back() + 1)) return {};
        if (run == 0) break;
        runs.push_back(run);
    }
    const bool rounded = runs.size() >= kSmallestRadius && runs.size() <= most && runs.front() >= kSmallestRadius;
    return rounded ? runs : std::vector<std::size_t>{};
}

}  // namespace

std::vector<std::uint8_t> filled_corners(const Pixels& panel) {
    const auto most = static_cast<std::size_t>(kLargestRadius * static_cast<double>(std::min(panel.rows, panel.columns)));
    if (most < kSmallestRadius) return {};
    std::vector<std::uint8_t> copy;
    const std::size_t line = panel.columns * panel.channels;
    for (const Corner& corner : kCorners) {
        const std::vector<std::size_t> runs = ground_runs(panel, corner, most);
        if (runs.empty()) continue;
        if (copy.empty()) {
            copy.resize(panel.rows * line);
            for (std::size_t y = 0; y < panel.rows; ++y) {
                std::memcpy(copy.data() + y * line, panel.data + static_cast<std::ptrdiff_t>(y) * panel.row_stride, line);
            }
        }
        for (std::size_t y = 0; y < runs.size(); ++y) {
            std::uint8_t* row = copy.data() + corner.row(panel, y) * line;
            const std::uint8_t* inner = row + corner.column(panel, runs[y] + kSoftened) * panel.channels;
            for (std::size_t x = 0; x < runs[y] + kSoftened; ++x) {
                std::memcpy(row + corner.column(panel, x) * panel.channels, inner, panel.channels);
            }
        }
    }
    return copy;
}

}  // namespace raiment
