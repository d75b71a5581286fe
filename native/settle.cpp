#include "settle.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "plane.hpp"

namespace raiment {
namespace {

// A few bright pixels must not outweigh a long faint edge.
constexpr int kLargestStep = 48;
constexpr std::size_t kMostPlaces = 400;

struct Reach {
    std::size_t first, last;  // half open: candidates for the side
};

Reach around(std::size_t side, std::size_t size, std::size_t reach) {
    return {std::max<std::size_t>(side > reach ? side - reach : 0, 1), std::min(side + reach + 1, size - 1)};
}

std::uint32_t step(int a, int b) { return static_cast<std::uint32_t>(std::min(a > b ? a - b : b - a, kLargestStep)); }

// Where, across the places from..to-1 of the other axis, the change between line - 1 and line is largest.
template <typename Gray>
std::size_t sharpest(std::size_t side, std::size_t size, std::size_t reach, std::size_t from, std::size_t to,
                     Gray gray) {
    if (side == 0 || side == size || size < 3) return side;
    const Reach lines = around(side, size, reach);
    std::vector<std::uint32_t> change(lines.last - lines.first);
    const std::size_t margin = (to - from) / 12;  // rounded corners
    const std::size_t skip = std::max<std::size_t>(1, (to - from) / kMostPlaces);
    for (std::size_t place = from + margin; place + margin < to; place += skip) {
        int before = gray(lines.first - 1, place);
        for (std::size_t line = lines.first; line < lines.last; ++line) {
            const int here = gray(line, place);
            change[line - lines.first] += step(before, here);
            before = here;
        }
    }
    return lines.first + static_cast<std::size_t>(std::max_element(change.begin(), change.end()) - change.begin());
}

}  // namespace

Box settled(const Pixels& pixels, const Box& box, std::size_t reach) {
    const auto in_row = [&pixels](std::size_t line, std::size_t place) { return luminance(pixels, line, place); };
    const auto in_column = [&pixels](std::size_t line, std::size_t place) { return luminance(pixels, place, line); };
    const Box result{sharpest(box.top, pixels.rows, reach, box.left, box.right, in_row),
                     sharpest(box.bottom, pixels.rows, reach, box.left, box.right, in_row),
                     sharpest(box.left, pixels.columns, reach, box.top, box.bottom, in_column),
                     sharpest(box.right, pixels.columns, reach, box.top, box.bottom, in_column)};
    return result.top < result.bottom && result.left < result.right ? result : box;
}

}  // namespace raiment
