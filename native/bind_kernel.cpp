#include "bindings.hpp"
#include "kernel.hpp"

namespace py = pybind11;

namespace raiment {

void bind_kernel(py::module_& module) {
    module.def("kernel", [] { return kernel_name(active_kernel()); });
    module.def(
        "use_kernel", [](const std::string& name) { use_kernel(kernel_named(name)); },
        py::arg("name"));
    module.def("supported_kernels", [] {
        py::list names;
        for (Kernel kernel : supported_kernels()) names.append(kernel_name(kernel));
        return py::tuple(names);
    });
}

}  // namespace raiment
