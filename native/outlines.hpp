// Outlines: straight lines along which a flat ground ends and something else begins.
//
// A line of index i lies before sample i of its direction, as between columns i - 1 and i. A place on
// it counts when the gray jumps across it while, on the side of the ground, next to nothing changes.
// Grass, hair and lettering change on both sides; a contour in a photograph is seldom straight for long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernel.hpp"
#include "large_array.hpp"
#include "plane.hpp"

namespace raiment {

struct Stretch {
    std::size_t line;
    std::size_t from, to;  // half open, along the line
    int weight;            // places counted, less those missing between them
};

struct Sensitivity {
    int jump;   // gray levels; more than this is a jump
    int quiet;  // at most this, or a third of the jump, is next to nothing (JPEG and scaling ring)
};

// On which side of a line nothing changes; on neither, the jump must exceed what does: a seam.
enum class Ground { before, after, neither };

class Outlines {
public:
    // The lines run down the plane, from row to row: give the transposed plane for horizontal ones.
    Outlines(const Plane& plane, Ground ground, Sensitivity sensitivity, Kernel kernel);

    std::size_t lines() const { return lines_; }    // one more than the plane has columns
    std::size_t length() const { return length_; }  // the plane's rows

    // The share, 0..1, of places from..to-1 of the line that count. from < to.
    double share(std::size_t line, std::size_t from, std::size_t to) const {
        const int counted = counts_[to * lines_ + line] - counts_[from * lines_ + line];
        return static_cast<double>(counted) / static_cast<double>(to - from);
    }

    // The heaviest stretches at least shortest long, heaviest first, at most most of them. Of lines
    // next to each other only the heaviest is there. None where the ground is on neither side.
    std::vector<Stretch> stretches(std::size_t shortest, std::size_t most) const;

private:
    std::size_t lines_;
    std::size_t length_;
    LargeArray<std::uint16_t> counts_;  // (length + 1) x lines: places that count above each row
    std::vector<std::int16_t> weight_, from_, to_;  // of each line's heaviest stretch
};

}  // namespace raiment
