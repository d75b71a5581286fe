// Panels: the pictures inside a picture, as a screenshot, a meme or a collage shows them.
#pragma once

#include <cstddef>
#include <vector>

#include "kernel.hpp"
#include "pdq.hpp"

namespace raiment {

// Half open, in pixels of the picture.
struct Box {
    std::size_t top, bottom, left, right;
};

// The likeliest panels, likeliest first: at most most of them told apart, each perhaps again without its
// padding, and up to four at seams; none is the whole picture. The work is bounded whatever the picture
// shows: one look at each pixel, and a search over kMostSamples.
std::vector<Box> find_panels(const Pixels& pixels, std::size_t most, Kernel kernel);

}  // namespace raiment
