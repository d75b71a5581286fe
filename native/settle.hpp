// A panel's sides, moved to the very pixel where the picture changes most.
#pragma once

#include <cstddef>

#include "panels.hpp"

namespace raiment {

// Move each side that is not the picture's own edge by at most reach pixels.
Box settled(const Pixels& pixels, const Box& box, std::size_t reach);

}  // namespace raiment
