// Between Python's buffers and the kernels' pixels.
#pragma once

#include <pybind11/pybind11.h>

#include <utility>
#include <vector>

#include "pdq.hpp"

namespace raiment {

// Throws ValueError unless the buffer is bytes of shape (rows, columns) or (rows, columns, 3) with
// dense rows. The view lives as long as the buffer_info.
Pixels pixels_of(const pybind11::buffer_info& info);

// The quality and the first count hashes.
pybind11::tuple to_python(const PdqViews& views, std::size_t count = kViews);

// What is cut off the two ends of a side, as shares of it.
using Cut = std::pair<double, double>;

// What the cuts leave of a side, rounded as Python rounds. Throws ValueError for a share outside 0..1 or for
// two of more than 1 together.
std::vector<Extent> extents_of(const std::vector<Cut>& cuts, std::size_t size);

}  // namespace raiment
