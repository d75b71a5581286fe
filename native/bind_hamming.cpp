#include <pybind11/numpy.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "bindings.hpp"
#include "hamming_index.hpp"

namespace py = pybind11;

namespace raiment {
namespace {

template <typename Value>
using Dense = py::array_t<Value, py::array::c_style | py::array::forcecast>;

// A dense copy where the array has gaps. Throws TypeError, without showing values, for another type
// of value: nothing is converted silently.
template <typename Value>
Dense<Value> dense(const py::array& array, const char* refusal) {
    if (!py::isinstance<py::array_t<Value>>(array)) throw py::type_error(refusal);
    return Dense<Value>::ensure(array);
}

// Any number of rows of 32 bytes on word boundaries: the array's own where they lie so, else copies.
class Rows {
public:
    // Throws ValueError for another shape.
    explicit Rows(const py::array& array)
        : bytes_(dense<std::uint8_t>(array, "hashes must be uint8")) {
        if (bytes_.ndim() != 2 || bytes_.shape(1) != static_cast<py::ssize_t>(sizeof(Hash))) {
            throw py::value_error("hashes must have shape (count, 32)");
        }
        const void* given = bytes_.data();
        if (reinterpret_cast<std::uintptr_t>(given) % alignof(Hash) == 0) {
            data_ = static_cast<const Hash*>(given);
        } else if (size() > 0) {
            copies_.resize(size());
            std::memcpy(copies_.data(), given, size() * sizeof(Hash));
            data_ = copies_.data();
        }
    }

    std::size_t size() const { return static_cast<std::size_t>(bytes_.shape(0)); }
    // Usable without the interpreter's lock.
    const Hash* data() const { return data_; }

private:
    Dense<std::uint8_t> bytes_;
    std::vector<Hash> copies_;
    const Hash* data_ = nullptr;
};

using Change = std::size_t (HammingIndex::*)(const std::uint64_t*, const Hash*, std::size_t);

template <Change change>
std::size_t changed(HammingIndex& index, const py::array& ids, const py::array& hashes) {
    const auto numbers = dense<std::uint64_t>(ids, "ids must be uint64");
    const Rows words(hashes);
    if (numbers.ndim() != 1 || static_cast<std::size_t>(numbers.shape(0)) != words.size()) {
        throw py::value_error("there must be one id for each hash");
    }
    const std::uint64_t* data = numbers.data();
    const py::gil_scoped_release unlocked;
    return (index.*change)(data, words.data(), words.size());
}

py::tuple to_python(const std::vector<Hit>& hits) {
    const auto count = static_cast<py::ssize_t>(hits.size());
    py::array_t<std::uint32_t> queries(count);
    py::array_t<std::uint16_t> distances(count);
    py::array_t<std::uint64_t> ids(count);
    py::array_t<std::uint8_t> hashes({count, static_cast<py::ssize_t>(sizeof(Hash))});
    for (std::size_t i = 0; i < hits.size(); ++i) {
        queries.mutable_data()[i] = hits[i].query;
        distances.mutable_data()[i] = static_cast<std::uint16_t>(hits[i].distance);
        ids.mutable_data()[i] = hits[i].row.id;
        std::memcpy(hashes.mutable_data() + i * sizeof(Hash), &hits[i].row.hash, sizeof(Hash));
    }
    return py::make_tuple(queries, distances, ids, hashes);
}

py::tuple search(const HammingIndex& index, const py::array& queries, std::uint32_t radius) {
    const Rows words(queries);
    std::vector<Hit> hits;
    {
        const py::gil_scoped_release unlocked;
        hits = index.search(words.data(), words.size(), radius, active_kernel());
    }
    return to_python(hits);
}

}  // namespace

void bind_hamming(py::module_& module) {
    using Unlocked = py::call_guard<py::gil_scoped_release>;
    py::class_<HammingIndex>(module, "HammingIndex")
        .def(py::init<std::size_t>(), py::arg("chunks") = 0)
        .def("add", &changed<&HammingIndex::add>, py::arg("ids"), py::arg("hashes"))
        .def("remove", &changed<&HammingIndex::remove>, py::arg("ids"), py::arg("hashes"))
        .def("search", &search, py::arg("queries"), py::arg("radius"))
        .def("merge", &HammingIndex::merge, Unlocked())
        .def("__len__", &HammingIndex::size)
        .def_property_readonly("unmerged", &HammingIndex::unmerged)
        .def_property_readonly("memory", &HammingIndex::bytes)
        .def_property_readonly("segments", [](const HammingIndex& index) {
            const std::vector<std::size_t> sizes = index.segment_sizes();
            py::tuple result(sizes.size());
            for (std::size_t i = 0; i < sizes.size(); ++i) result[i] = sizes[i];
            return result;
        });
}

}  // namespace raiment
