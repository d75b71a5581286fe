#pragma once

#include <pybind11/pybind11.h>

namespace raiment {

void bind_kernel(pybind11::module_& module);
void bind_pdq(pybind11::module_& module);
void bind_panels(pybind11::module_& module);
void bind_hamming(pybind11::module_& module);
void bind_product(pybind11::module_& module);

}  // namespace raiment
