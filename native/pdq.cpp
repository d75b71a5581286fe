#include "pdq.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "pdq_axis.hpp"
#include "pdq_stages.hpp"

namespace raiment {
namespace {

constexpr std::size_t kSmallest = 5;
// Four weights of at most this each keep 255 * (their sum) within 16 bits.
constexpr std::size_t kWidestCounted = 64;

// ITU-R BT.601, as in the reference implementation.
constexpr float kRed = 0.299F, kGreen = 0.587F, kBlue = 0.114F;

using Grid = std::array<float, kGrid * kGrid>;
using Frequencies = std::array<float, kHashBits>;

class Reducer {
public:
    Reducer(const Pixels& pixels, const PdqStages& stages)
        : pixels_(pixels),
          stages_(stages),
          vertical_(pixels.rows),
          samples_(pixels.columns * pixels.channels),
          counted_(samples_),
          weighted_(samples_),
          line_(pixels.columns + kLanes, 0.0F) {}

    // Calls each(k, line) for each of the kGrid lines: a luminance for every column, then zeros.
    template <typename Each>
    void lines(Each each) {
        for (std::size_t k = 0; k < kGrid; ++k) {
            const Band& band = vertical_.bands[k];
            if (band.inner && vertical_.width <= kWidestCounted) {
                sum_counted(band);
            } else {
                sum_weighted(band);
            }
            to_luminance();
            each(k, line_.data());
        }
    }

private:
    const std::uint8_t* row(std::size_t y) const {
        return pixels_.data + static_cast<std::ptrdiff_t>(y) * pixels_.row_stride;
    }

    void sum_counted(const Band& band) {
        std::fill(counted_.begin(), counted_.end(), 0);
        for (std::size_t t = 0; t < band.length; t += 4) {
            const std::uint8_t* rows[4];
            for (std::size_t i = 0; i < 4; ++i)
                rows[i] = row(band.first + std::min(t + i, band.length - 1));
            // The table is padded with zeros: a row repeated at the end weighs nothing.
            stages_.add_four_rows(rows, vertical_.counts.data() + band.offset + t, counted_.data(),
                                  samples_);
        }
        const float scale = 1.0F / static_cast<float>(vertical_.width * vertical_.width);
        for (std::size_t x = 0; x < samples_; ++x)
            weighted_[x] = static_cast<float>(counted_[x]) * scale;
    }

    void sum_weighted(const Band& band) {
        std::fill(weighted_.begin(), weighted_.end(), 0.0F);
        for (std::size_t t = 0; t < band.length; ++t) {
            stages_.add_row(row(band.first + t), vertical_.weights[band.offset + t],
                            weighted_.data(), samples_);
        }
    }

    void to_luminance() {
        if (pixels_.channels == 1) {
            std::copy(weighted_.begin(), weighted_.end(), line_.begin());
            return;
        }
        for (std::size_t x = 0; x < pixels_.columns; ++x) {
            line_[x] = kRed * weighted_[3 * x] + kGreen * weighted_[3 * x + 1] +
                       kBlue * weighted_[3 * x + 2];
        }
    }

    const Pixels pixels_;
    const PdqStages& stages_;
    const Axis vertical_;
    const std::size_t samples_;
    std::vector<std::int32_t> counted_;
    std::vector<float> weighted_;
    std::vector<float> line_;
};

// The sum of the steps from u to the entry *apart* further on, over *count* entries.
int steps(const float* u, std::size_t apart, std::size_t count) {
    int sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        sum += std::abs(static_cast<int>((u[i] - u[i + apart]) * 100.0F / 255.0F));
    }
    return sum;
}

int quality(const Grid& grid) {
    int gradient = steps(grid.data(), kGrid, kGrid * (kGrid - 1));
    for (std::size_t i = 0; i < kGrid; ++i)
        gradient += steps(grid.data() + i * kGrid, 1, kGrid - 1);
    return std::min(gradient / 90, 100);
}

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
    views.quality = quality(grid);
    Frequencies frequencies;
    stages.transform(grid.data(), frequencies.data());
    for (std::size_t view = 0; view < count; ++view) {
        stages.threshold(seen(frequencies, kSymmetries[view]).data(), views.hashes[view].data());
    }
    return views;
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
    std::vector<Grid> grids(columns.size());
    for (std::size_t y = 0; y < rows.size(); ++y) {
        if (rows[y].length() < kSmallest) continue;
        Reducer(rows_of(pixels, rows[y]), stages).lines([&](std::size_t k, const float* line) {
            for (std::size_t x = 0; x < columns.size(); ++x) {
                if (columns[x].length() < kSmallest) continue;
                stages.project(line + columns[x].from, axes[x], grids[x].data() + k * kGrid);
            }
        });
        for (std::size_t x = 0; x < columns.size(); ++x) {
            if (columns[x].length() < kSmallest) continue;
            views[x * rows.size() + y] = views_of(grids[x], count, stages);
        }
    }
    return views;
}

}  // namespace raiment
