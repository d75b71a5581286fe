#include <vector>

#include "bindings.hpp"
#include "pixels_of.hpp"

namespace py = pybind11;

namespace raiment {

Pixels pixels_of(const py::buffer_info& info) {
    const bool colour = info.ndim == 3 && info.shape[2] == 3;
    if (info.format != py::format_descriptor<std::uint8_t>::format() ||
        (info.ndim != 2 && !colour)) {
        throw py::value_error(
            "pixels must be uint8 of shape (rows, columns) or (rows, columns, 3)");
    }
    const py::ssize_t channels = colour ? 3 : 1;
    const bool dense = info.shape[1] <= 1 || info.strides[1] == channels;
    if (!dense || (colour && info.strides[2] != 1))
        throw py::value_error("the samples of a row must be dense");
    return {static_cast<const std::uint8_t*>(info.ptr), static_cast<std::size_t>(info.shape[0]),
            static_cast<std::size_t>(info.shape[1]), static_cast<std::size_t>(channels),
            info.strides[0]};
}

py::tuple to_python(const PdqViews& views) {
    py::tuple hashes(kViews);
    for (std::size_t view = 0; view < kViews; ++view) {
        const auto& hash = views.hashes[view];
        hashes[view] = py::bytes(reinterpret_cast<const char*>(hash.data()), hash.size());
    }
    return py::make_tuple(views.quality, hashes);
}

namespace {

py::tuple pdq_of(const py::buffer& buffer) {
    const py::buffer_info info = buffer.request();
    const Pixels pixels = pixels_of(info);
    PdqViews views;
    {
        const py::gil_scoped_release unlocked;
        views = pdq(pixels, active_kernel());
    }
    return to_python(views);
}

py::list pdq_of_each(const py::sequence& buffers) {
    std::vector<py::buffer_info> held;
    std::vector<Pixels> batch;
    for (const py::handle& item : buffers) {
        held.push_back(py::cast<py::buffer>(item).request());
        batch.push_back(pixels_of(held.back()));
    }
    std::vector<PdqViews> views(batch.size());
    {
        const py::gil_scoped_release unlocked;
        for (std::size_t i = 0; i < batch.size(); ++i) views[i] = pdq(batch[i], active_kernel());
    }
    py::list result;
    for (const PdqViews& each : views) result.append(to_python(each));
    return result;
}

}  // namespace

void bind_pdq(py::module_& module) {
    module.def("pdq", &pdq_of, py::arg("pixels"));
    module.def("pdq_batch", &pdq_of_each, py::arg("images"));
}

}  // namespace raiment
