#include "pdq.hpp"

#include <algorithm>
#include <vector>

#include "large_array.hpp"
#include "pdq_axis.hpp"
#include "pdq_stages.hpp"

namespace raiment {
namespace {

constexpr std::size_t kSmallest = 5;
// The weights of a band add up to the square of the width: times 255 that is within 16 bits.
constexpr std::size_t kWidestSummed = 16;
// Four weights of at most this each keep 255 * (their sum) within 16 bits.
constexpr std::size_t kWidestCounted = 64;

// Columns that are reduced together: all that belongs to them stays near.
constexpr std::size_t kStrip = 512;

using Grid = std::array<float, kGrid * kGrid>;
using Frequencies = std::array<float, kHashBits>;

// Reduces rows to kGrid lines, a strip of columns at a time.
class Reducer {
public:
    Reducer(const Pixels& pixels, const PdqStages& stages)
        : pixels_(pixels),
          stages_(stages),
          vertical_(pixels.rows),
          counted_(kStrip * pixels.channels),
          weighted_(kStrip * pixels.channels),
          lines_(4 * kStrip),
          tile_(kStrip * kGrid) {}

    // The luminance of the lines in columns first..first+columns-1, at most kStrip: kGrid of each column.
    const float* strip(std::size_t first, std::size_t columns) {
        const float* lines[4];
        for (std::size_t i = 0; i < 4; ++i) lines[i] = lines_.data() + i * kStrip;
        for (std::size_t k = 0; k < kGrid; ++k) {
            reduce(vertical_.bands[k], first, columns, lines_.data() + k % 4 * kStrip);
            if (k % 4 == 3) stages_.interleave(lines, columns, tile_.data() + k - 3);
        }
        return tile_.data();
    }

private:
    const std::uint8_t* row(std::size_t y, std::size_t first) const {
        return pixels_.data + static_cast<std::ptrdiff_t>(y) * pixels_.row_stride + first * pixels_.channels;
    }

    void reduce(const Band& band, std::size_t first, std::size_t columns, float* line) {
        const bool colour = pixels_.channels == 3;
        const std::size_t samples = columns * pixels_.channels;
        float* sums = colour ? weighted_.data() : line;
        if (band.inner && vertical_.width <= kWidestCounted) {
            sum_counted(band, first, samples, sums);
        } else {
            sum_weighted(band, first, samples, sums);
        }
        if (colour) stages_.luminance(sums, line, columns);
    }

    void sum_counted(const Band& band, std::size_t first, std::size_t samples, float* sums) {
        const float factor = 1.0F / static_cast<float>(vertical_.width * vertical_.width);
        if (vertical_.width <= kWidestSummed) {
            const Rows rows{row(band.first, first), pixels_.row_stride, band.length};
            stages_.sum_rows(rows, vertical_.counts.data() + band.offset, factor, sums, samples);
            return;
        }
        std::fill_n(counted_.begin(), samples, 0);
        for (std::size_t t = 0; t < band.length; t += 4) {
            const std::uint8_t* rows[4];
            for (std::size_t i = 0; i < 4; ++i)
                rows[i] = row(band.first + std::min(t + i, band.length - 1), first);
            // The table is padded with zeros: a row repeated at the end weighs nothing.
            stages_.add_four_rows(rows, vertical_.counts.data() + band.offset + t, counted_.data(), samples);
        }
        stages_.scale(counted_.data(), factor, sums, samples);
    }

    void sum_weighted(const Band& band, std::size_t first, std::size_t samples, float* sums) {
        std::fill_n(sums, samples, 0.0F);
        for (std::size_t t = 0; t < band.length; ++t) {
            stages_.add_row(row(band.first + t, first), vertical_.weights[band.offset + t], sums, samples);
        }
    }

    const Pixels pixels_;
    const PdqStages& stages_;
    const Axis vertical_;
    std::vector<std::int32_t> counted_;
    std::vector<float> weighted_;
    std::vector<float> lines_;  // four
    LargeArray<float> tile_;
};

struct Symmetry {
    bool transposed;
    bool negate_even_rows;     // of the result
    bool negate_even_columns;  // of the result
};

// A flip negates the odd frequencies along its axis, and index 0 is frequency 1.
constexpr Symmetry kSymmetries[kViews] = {
    {false, false, false}, {true, true, false},  {false, true, true},  {true, false, true},
    {false, false, true},  {false, true, false}, {true, false, false}, {true, true, true},
};

Frequencies seen(const Frequencies& frequencies, const Symmetry& symmetry) {
    Frequencies result;
    for (std::size_t i = 0; i < kHashSide; ++i) {
        for (std::size_t j = 0; j < kHashSide; ++j) {
            const float value =
                frequencies[symmetry.transposed ? j * kHashSide + i : i * kHashSide + j];
            const bool negate = (symmetry.negate_even_rows && i % 2 == 0) !=
                                (symmetry.negate_even_columns && j % 2 == 0);
            result[i * kHashSide + j] = negate ? -value : value;
        }
    }
    return result;
}

// The first count views of the picture that the grid stands for.
PdqViews views_of(const Grid& grid, std::size_t count, const PdqStages& stages) {
    PdqViews views{};
    views.quality = std::min(stages.gradient(grid.data()) / 90, 100);
    Frequencies frequencies;
    stages.transform(grid.data(), frequencies.data());
    for (std::size_t view = 0; view < count; ++view) {
        stages.threshold(seen(frequencies, kSymmetries[view]).data(), views.hashes[view].data());
    }
    return views;
}

Grid turned(const Grid& sums, const PdqStages& stages) {
    Grid grid;
    for (std::size_t k = 0; k < kGrid; k += 4) {
        const float* four = sums.data() + k * kGrid;
        const float* const lines[4] = {four, four + kGrid, four + 2 * kGrid, four + 3 * kGrid};
        stages.interleave(lines, kGrid, grid.data() + k);
    }
    return grid;
}

Pixels rows_of(const Pixels& pixels, const Extent& rows) {
    Pixels result = pixels;
    result.data += static_cast<std::ptrdiff_t>(rows.from) * pixels.row_stride;
    result.rows = rows.length();
    return result;
}

}  // namespace

PdqViews pdq(const Pixels& pixels, Kernel kernel) {
    return pdq_of_parts(pixels, {{0, pixels.rows}}, {{0, pixels.columns}}, kViews, kernel).front();
}

std::vector<PdqViews> pdq_of_parts(const Pixels& pixels, const std::vector<Extent>& rows,
                                   const std::vector<Extent>& columns, std::size_t count, Kernel kernel) {
    std::vector<PdqViews> views(rows.size() * columns.size());
    const PdqStages& stages = pdq_stages(kernel);
    std::vector<Axis> axes;
    for (const Extent& column : columns) axes.emplace_back(std::max(column.length(), kSmallest));
    std::vector<Grid> sums(columns.size());
    for (std::size_t y = 0; y < rows.size(); ++y) {
        if (rows[y].length() < kSmallest) continue;
        for (Grid& sum : sums) sum.fill(0.0F);
        Reducer reducer(rows_of(pixels, rows[y]), stages);
        for (std::size_t first = 0; first < pixels.columns; first += kStrip) {
            const std::size_t end = std::min(first + kStrip, pixels.columns);
            const float* tile = reducer.strip(first, end - first);
            for (std::size_t x = 0; x < columns.size(); ++x) {
                const std::size_t from = std::max(first, columns[x].from), to = std::min(end, columns[x].to);
                if (from >= to || columns[x].length() < kSmallest) continue;
                stages.project(tile + (from - first) * kGrid, from - columns[x].from, to - from, axes[x],
                               sums[x].data());
            }
        }
        for (std::size_t x = 0; x < columns.size(); ++x) {
            if (columns[x].length() < kSmallest) continue;
            views[x * rows.size() + y] = views_of(turned(sums[x], stages), count, stages);
        }
    }
    return views;
}

}  // namespace raiment
