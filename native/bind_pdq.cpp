#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
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

py::tuple to_python(const PdqViews& views, std::size_t count) {
    py::tuple hashes(count);
    for (std::size_t view = 0; view < count; ++view) {
        const auto& hash = views.hashes[view];
        hashes[view] = py::bytes(reinterpret_cast<const char*>(hash.data()), hash.size());
    }
    return py::make_tuple(views.quality, hashes);
}

std::vector<Extent> extents_of(const std::vector<Cut>& cuts, std::size_t size) {
    std::vector<Extent> extents;
    const auto side = static_cast<double>(size);
    for (const auto& [begin, end] : cuts) {
        if (!(begin >= 0.0 && end >= 0.0 && begin + end <= 1.0)) {
            throw py::value_error("cuts are shares of a side, at most all of it");
        }
        const auto from = static_cast<std::size_t>(std::nearbyint(begin * side));
        extents.push_back({from, std::max(from, size - static_cast<std::size_t>(std::nearbyint(end * side)))});
    }
    return extents;
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

py::list pdq_of_each_part(const py::buffer& buffer, const std::vector<Cut>& columns, const std::vector<Cut>& rows,
                          std::size_t views) {
    if (views > kViews) throw py::value_error("a picture has eight views");
    const py::buffer_info info = buffer.request();
    const Pixels pixels = pixels_of(info);
    const std::vector<Extent> along = extents_of(rows, pixels.rows), across = extents_of(columns, pixels.columns);
    std::vector<PdqViews> parts;
    {
        const py::gil_scoped_release unlocked;
        parts = pdq_of_parts(pixels, along, across, views, active_kernel());
    }
    py::list result;
    for (const PdqViews& each : parts) result.append(to_python(each, views));
    return result;
}

}  // namespace

void bind_pdq(py::module_& module) {
    module.def("pdq", &pdq_of, py::arg("pixels"));
    module.def("pdq_batch", &pdq_of_each, py::arg("images"));
    module.def("pdq_parts", &pdq_of_each_part, py::arg("pixels"), py::arg("columns"), py::arg("rows"),
               py::arg("views"));
}

}  // namespace raiment
