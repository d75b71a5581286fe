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

enum class Ground { before, after };  // on which side of a line nothing changes

class Outlines {
public:
    // The lines run down the plane, from row to row: give the transposed plane for horizontal ones. The plane
    // must outlive the outlines.
    Outlines(const Plane& plane, Ground ground, Sensitivity sensitivity, Kernel kernel);

    std::size_t lines() const { return plane_.columns + 1; }
    std::size_t length() const { return plane_.rows; }

    // The share, 0..1, of places from..to-1 of the line that count. from < to. The first question of a pair
    // of threads must not come at the same time.
    double share(std::size_t line, std::size_t from, std::size_t to) const {
        if (counts_.size() == 0) count();
        const int counted = counts_[to * weight_.size() + line] - counts_[from * weight_.size() + line];
        return static_cast<double>(counted) / static_cast<double>(to - from);
    }

    // The heaviest stretches at least shortest long, heaviest first, at most most of them. Of lines
    // next to each other only the heaviest is there.
    std::vector<Stretch> stretches(std::size_t shortest, std::size_t most) const;

private:
    void count() const;

    const Plane& plane_;
    const Ground ground_;
    const Sensitivity sensitivity_;
    const Kernel kernel_;
    // (length + 1) x padded lines: places that count above each row. Made when somebody asks: most photographs have no
    // outline worth a question.
    mutable LargeArray<std::uint16_t> counts_;
    std::vector<std::int16_t> weight_, from_, to_;  // of each line's heaviest stretch, padded
};

// How many places of each line count, from edge to edge, where the jump exceeds what changes on both sides: a
// seam of two pictures.
std::vector<std::uint16_t> seams(const Plane& plane, Sensitivity sensitivity, Kernel kernel);

}  // namespace raiment
