// Look for panels in pictures of every shape, from buffers of exactly their size, with every kernel. Run
// by scripts/fuzz-native.sh under AddressSanitizer, which sees a read beyond a buffer.
#include <memory>

#include "corners.hpp"
#include "fuzz_clock.hpp"
#include "panels.hpp"
#include "plane.hpp"

using namespace raiment;

namespace {

constexpr std::size_t kMost = 4, kMostBoxes = 2 * (kMost + kMostNested) + 4;

std::size_t side(std::mt19937_64& draw) {
    switch (draw() % 6) {
        case 0: return draw() % 40;
        case 1: return draw() % 5000;
        default: return 30 + draw() % 500;
    }
}

// Flat rectangles over each other, some of them of noise: what panels are made of.
void paint(std::uint8_t* bytes, std::size_t rows, std::size_t stride, std::mt19937_64& draw) {
    for (auto rectangles = draw() % 9; rectangles-- > 0 && rows > 0 && stride > 0;) {
        const std::size_t top = draw() % rows, left = draw() % stride;
        const std::size_t bottom = top + draw() % (rows - top) + 1, right = left + draw() % (stride - left) + 1;
        const auto flat = static_cast<std::uint8_t>(draw());
        const bool noise = draw() % 3 == 0;
        for (std::size_t y = top; y < bottom; ++y) {
            for (std::size_t x = left; x < right; ++x) {
                bytes[y * stride + x] = noise ? static_cast<std::uint8_t>(draw()) : flat;
            }
        }
    }
}

bool same(const Box& a, const Box& b) {
    return a.top == b.top && a.bottom == b.bottom && a.left == b.left && a.right == b.right;
}

void look_at_one(std::mt19937_64& draw) {
    std::size_t rows = side(draw);
    const std::size_t columns = side(draw), channels = draw() % 2 ? 3 : 1;
    if (rows * columns > 400000) rows = 30 + draw() % 40;
    const std::size_t stride = columns * channels;
    const auto bytes = std::make_unique<std::uint8_t[]>(rows * stride);
    paint(bytes.get(), rows, stride, draw);
    const Pixels pixels{bytes.get(), rows, columns, channels, static_cast<std::ptrdiff_t>(stride)};
    const std::vector<Box> first = find_panels(pixels, reduced_luminance(pixels, Kernel::scalar), kMost, Kernel::scalar);
    require(first.size() <= kMostBoxes, "boxes are few");
    for (const Box& box : first) {
        require(box.top < box.bottom && box.bottom <= rows && box.left < box.right && box.right <= columns,
                "boxes lie in the picture");
        const Pixels panel{pixels.data + box.top * stride + box.left * channels, box.bottom - box.top,
                           box.right - box.left, channels, pixels.row_stride};
        const std::size_t filled = filled_corners(panel).size();
        require(filled == 0 || filled == panel.rows * panel.columns * channels, "a filled panel is whole");
    }
    for (const Kernel kernel : supported_kernels()) {
        const std::vector<Box> boxes = find_panels(pixels, reduced_luminance(pixels, kernel), kMost, kernel);
        require(boxes.size() == first.size(), "kernels agree");
        for (std::size_t i = 0; i < boxes.size(); ++i) require(same(boxes[i], first[i]), "kernels agree");
    }
}

}  // namespace

int main(int argc, char** argv) {
    const FuzzClock clock(argc, argv);
    std::mt19937_64 draw(clock.seed);
    std::size_t pictures = 0;
    for (; clock.running(); ++pictures) look_at_one(draw);
    std::printf("%zu pictures searched by every kernel\n", pictures);
}
