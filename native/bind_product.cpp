#include <pybind11/numpy.h>

#include "bindings.hpp"
#include "product.hpp"

namespace py = pybind11;

namespace raiment {
namespace {

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

Product product_of(const Floats& matrix, const Floats& bias) {
    if (matrix.ndim() != 2 || bias.ndim() != 1 || bias.shape(0) != matrix.shape(1)) {
        throw py::value_error("a matrix (inputs, outputs) and a number for each output");
    }
    return {matrix.data(), bias.data(), static_cast<std::size_t>(matrix.shape(0)),
            static_cast<std::size_t>(matrix.shape(1)), active_kernel()};
}

Floats times(const Product& product, const Floats& rows) {
    if (rows.ndim() != 2 || static_cast<std::size_t>(rows.shape(1)) != product.inputs()) {
        throw py::value_error("rows are (count, inputs)");
    }
    Floats made({rows.shape(0), static_cast<py::ssize_t>(product.outputs())});
    float* const into = made.mutable_data();
    const float* const from = rows.data();
    const auto count = static_cast<std::size_t>(rows.shape(0));
    const py::gil_scoped_release unlocked;
    product.times(from, count, into);
    return made;
}

}  // namespace

void bind_product(py::module_& module) {
    py::class_<Product>(module, "Product")
        .def(py::init(&product_of), py::arg("matrix"), py::arg("bias"))
        .def("__call__", &times, py::arg("rows"));
}

}  // namespace raiment
