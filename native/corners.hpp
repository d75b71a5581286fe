// Rounded corners: what a screen shows of a picture whose corners it cut off.
#pragma once

#include <cstdint>
#include <vector>

#include "panels.hpp"

namespace raiment {

// The panel with its rounded corners filled from beside them, dense; empty when no corner is rounded.
std::vector<std::uint8_t> filled_corners(const Pixels& panel);

}  // namespace raiment
