#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cstring>
#include <vector>

#include "bindings.hpp"
#include "corners.hpp"
#include "panels.hpp"
#include "pixels_of.hpp"
#include "plane.hpp"

namespace py = pybind11;

namespace raiment {
namespace {

struct HashedPanel {
    Box box;
    PdqViews views;
};

PdqViews hash_panel(const Pixels& pixels, const Box& box, Kernel kernel) {
    Pixels panel = pixels;
    panel.data += static_cast<std::ptrdiff_t>(box.top) * pixels.row_stride + box.left * pixels.channels;
    panel.rows = box.bottom - box.top;
    panel.columns = box.right - box.left;
    const std::vector<std::uint8_t> filled = filled_corners(panel);
    if (!filled.empty()) {
        panel.data = filled.data();
        panel.row_stride = static_cast<std::ptrdiff_t>(panel.columns * panel.channels);
    }
    return pdq(panel, kernel);
}

std::vector<HashedPanel> hash_panels(const Pixels& pixels, const Plane& plane, std::size_t most, Kernel kernel) {
    std::vector<HashedPanel> panels;
    for (const Box& box : find_panels(pixels, plane, most, kernel)) {
        panels.push_back({box, hash_panel(pixels, box, kernel)});
    }
    return panels;
}

py::list to_python(const std::vector<HashedPanel>& panels) {
    py::list result;
    for (const auto& [box, views] : panels) {
        result.append(py::make_tuple(py::make_tuple(box.top, box.bottom, box.left, box.right), to_python(views)));
    }
    return result;
}

py::list panels_of(const py::buffer& buffer, std::size_t most) {
    const py::buffer_info info = buffer.request();
    const Pixels pixels = pixels_of(info);
    std::vector<HashedPanel> panels;
    {
        const py::gil_scoped_release unlocked;
        const Kernel kernel = active_kernel();
        panels = hash_panels(pixels, reduced_luminance(pixels, kernel), most, kernel);
    }
    return to_python(panels);
}

py::tuple disguises_of(const py::buffer& buffer, std::size_t most, const std::vector<Cut>& insets) {
    const py::buffer_info info = buffer.request();
    const Pixels pixels = pixels_of(info);
    PdqViews whole;
    std::vector<HashedPanel> panels;
    std::vector<PdqViews> parts;
    {
        const py::gil_scoped_release unlocked;
        const Kernel kernel = active_kernel();
        whole = pdq(pixels, kernel);
        const Plane plane = reduced_luminance(pixels, kernel);
        panels = hash_panels(pixels, plane, most, kernel);
        parts = pdq_of_parts(plane.pixels(), extents_of(insets, plane.rows), extents_of(insets, plane.columns), 1,
                             kernel);
    }
    py::list hashed;
    for (const PdqViews& part : parts) hashed.append(to_python(part, 1));
    return py::make_tuple(to_python(whole), to_python(panels), hashed);
}

py::array_t<std::uint8_t> luminance_of(const py::buffer& buffer) {
    const py::buffer_info info = buffer.request();
    const Pixels pixels = pixels_of(info);
    Plane plane;
    {
        const py::gil_scoped_release unlocked;
        plane = reduced_luminance(pixels, active_kernel());
    }
    py::array_t<std::uint8_t> result({plane.rows, plane.columns});
    if (!plane.gray.empty()) std::memcpy(result.mutable_data(), plane.gray.data(), plane.gray.size());
    return result;
}

}  // namespace

void bind_panels(py::module_& module) {
    module.def("panels", &panels_of, py::arg("pixels"), py::arg("most"));
    module.def("disguises", &disguises_of, py::arg("pixels"), py::arg("most"), py::arg("insets"));
    module.def("reduced_luminance", &luminance_of, py::arg("pixels"));
}

}  // namespace raiment
