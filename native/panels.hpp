// Panels: the pictures inside a picture, as a screenshot, a meme or a collage shows them.
#pragma once

#include <cstddef>
#include <vector>

#include "kernel.hpp"
#include "pdq.hpp"
#include "plane.hpp"

namespace raiment {

// Half open, in pixels of the picture.
struct Box {
    std::size_t top, bottom, left, right;
};

// The likeliest panels, likeliest first: at most most of them told apart, each perhaps again without its
// padding, up to kMostNested in one that is itself a page, each likewise, and up to four at seams; none is
// the whole picture. plane is the picture's own. The work is bounded whatever the picture shows: a search
// over at most twice kMostSamples.
constexpr std::size_t kMostNested = 2;

std::vector<Box> find_panels(const Pixels& pixels, const Plane& plane, std::size_t most, Kernel kernel);

}  // namespace raiment
