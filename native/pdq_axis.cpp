#include "pdq_axis.hpp"

#include <algorithm>
#include <cmath>

namespace raiment {
namespace {

struct Window {
    std::size_t first, last;
    std::size_t inputs() const { return last - first + 1; }
};

// The box window of PDQ's Jarosz filter around output i (reference: pdq's jaroszFilterFloat).
Window window(std::size_t i, std::size_t n, std::size_t width) {
    const std::size_t half = (width + 2) / 2;
    const std::size_t first = i + half > width ? i + half - width : 0;
    return {first, std::min(n - 1, i + half - 1)};
}

}  // namespace

Axis::Axis(std::size_t n) : size(n), width((n + 127) / 128) {
    std::vector<double> steps;
    for (std::size_t k = 0; k < kGrid; ++k) {
        const auto centre = static_cast<std::size_t>((static_cast<double>(k) + 0.5) *
                                                     static_cast<double>(n) / kGrid);
        const Window outer = window(centre, n, width);
        Band band{window(outer.first, n, width).first, 0, weights.size(), outer.inputs() == width};
        band.length = window(outer.last, n, width).last - band.first + 1;
        // Both tables as running sums of steps: O(length), whatever the window is.
        steps.assign(band.length + 1, 0.0);
        for (std::size_t j = outer.first; j <= outer.last; ++j) {
            const Window inner = window(j, n, width);
            band.inner = band.inner && inner.inputs() == width;
            const double share = 1.0 / static_cast<double>(inner.inputs());
            steps[inner.first - band.first] += share;
            steps[inner.last + 1 - band.first] -= share;
        }
        const std::size_t padded = (band.length + kLanes - 1) / kLanes * kLanes;
        weights.resize(band.offset + padded, 0.0F);
        counts.resize(band.offset + padded, 0);
        double running = 0.0;
        for (std::size_t t = 0; t < band.length; ++t) {
            running += steps[t];
            weights[band.offset + t] =
                static_cast<float>(running / static_cast<double>(outer.inputs()));
            if (band.inner) {
                counts[band.offset + t] =
                    static_cast<std::uint16_t>(std::lround(running * static_cast<double>(width)));
            }
        }
        bands[k] = band;
    }
}

}  // namespace raiment
