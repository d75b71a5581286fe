// raiment._native: what Python sees of the kernels.
#include <pybind11/pybind11.h>

#include "bindings.hpp"

PYBIND11_MODULE(_native, module) {
    module.doc() = "Raiment's kernels: PDQ hashing, pictures in pictures, exact Hamming search, products.";
    raiment::bind_kernel(module);
    raiment::bind_pdq(module);
    raiment::bind_panels(module);
    raiment::bind_hamming(module);
    raiment::bind_product(module);
}
