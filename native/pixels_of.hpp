// Between Python's buffers and the kernels' pixels.
#pragma once

#include <pybind11/pybind11.h>

#include "pdq.hpp"

namespace raiment {

// Throws ValueError unless the buffer is bytes of shape (rows, columns) or (rows, columns, 3) with
// dense rows. The view lives as long as the buffer_info.
Pixels pixels_of(const pybind11::buffer_info& info);

// The quality and the eight hashes.
pybind11::tuple to_python(const PdqViews& views);

}  // namespace raiment
