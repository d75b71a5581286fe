// Hash pictures of every shape from buffers of exactly their size, with every kernel. Run by
// scripts/fuzz-native.sh under AddressSanitizer, which sees a read beyond a buffer.
#include <cstring>
#include <memory>

#include "fuzz_clock.hpp"
#include "pdq.hpp"

using namespace raiment;

namespace {

std::size_t side(std::mt19937_64& draw) {
    switch (draw() % 8) {
        case 0:
            return draw() % 6;
        case 1:
            return 120 + draw() % 20;
        case 2:
            return draw() % 9000;  // past the widest window that is summed in integers
        default:
            return draw() % 400;
    }
}

void fill(std::uint8_t* bytes, std::size_t size, std::mt19937_64& draw) {
    const auto flat = static_cast<int>(draw() % 256);
    const auto kind = draw() % 4;
    for (std::size_t i = 0; i < size; ++i) {
        switch (kind) {
            case 0:
                bytes[i] = static_cast<std::uint8_t>(draw());
                break;
            case 1:
                bytes[i] = static_cast<std::uint8_t>(flat);
                break;
            case 2:
                bytes[i] = static_cast<std::uint8_t>(i / 7);
                break;
            default:
                bytes[i] = draw() % 2 ? 255 : 0;
        }
    }
}

Extent extent(std::size_t size, std::mt19937_64& draw) {
    const std::size_t from = draw() % (size + 1);
    return {from, from + draw() % (size - from + 1)};
}

// Parts hashed together are hashed as each alone.
void hash_parts(const Pixels& pixels, std::mt19937_64& draw) {
    const std::vector<Extent> rows{extent(pixels.rows, draw), extent(pixels.rows, draw)};
    const std::vector<Extent> columns{extent(pixels.columns, draw), extent(pixels.columns, draw)};
    for (const Kernel kernel : supported_kernels()) {
        const std::vector<PdqViews> parts = pdq_of_parts(pixels, rows, columns, kViews, kernel);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const Extent& row = rows[i % 2];
            const Extent& column = columns[i / 2];
            Pixels alone = pixels;
            alone.data += static_cast<std::ptrdiff_t>(row.from) * pixels.row_stride + column.from * pixels.channels;
            alone.rows = row.to - row.from;
            alone.columns = column.to - column.from;
            const PdqViews views = pdq(alone, Kernel::scalar);
            require(views.quality == parts[i].quality && views.hashes == parts[i].hashes, "parts are as each alone");
        }
    }
}

// The scalar kernel's hashes of one picture.
PdqViews hash_one(std::mt19937_64& draw) {
    std::size_t rows = side(draw), columns = side(draw);
    if (rows * columns > 400000) rows = draw() % 64;
    const std::size_t channels = draw() % 2 ? 3 : 1;
    const std::size_t gap = draw() % 3 ? 0 : draw() % 40;
    const std::size_t stride = columns * channels + gap;
    const std::size_t size = rows == 0 ? 0 : (rows - 1) * stride + columns * channels;
    const auto bytes = std::make_unique<std::uint8_t[]>(size);
    fill(bytes.get(), size, draw);
    Pixels pixels{bytes.get(), rows, columns, channels, static_cast<std::ptrdiff_t>(stride)};
    if (draw() % 4 == 0 && rows > 0) {
        pixels.data = bytes.get() + (rows - 1) * stride;
        pixels.row_stride = -pixels.row_stride;
    }
    const PdqViews first = pdq(pixels, Kernel::scalar);
    require(first.quality >= 0 && first.quality <= 100, "quality is 0..100");
    for (const Kernel kernel : supported_kernels()) {
        const PdqViews views = pdq(pixels, kernel);
        require(views.quality == first.quality && views.hashes == first.hashes, "kernels agree");
    }
    hash_parts(pixels, draw);
    return first;
}

// FNV-1a over every hash: the same for the same seed on any processor.
std::uint64_t digest(std::uint64_t before, const PdqViews& views) {
    for (const auto& hash : views.hashes) {
        for (const std::uint8_t byte : hash) before = (before ^ byte) * 1099511628211u;
    }
    return before;
}

constexpr std::size_t kCompared = 100;

}  // namespace

int main(int argc, char** argv) {
    const FuzzClock clock(argc, argv);
    std::mt19937_64 draw(clock.seed);
    std::uint64_t sum = 14695981039346656037u;
    std::size_t pictures = 0;
    for (; clock.running() || pictures < kCompared; ++pictures) {
        const PdqViews views = hash_one(draw);
        if (pictures < kCompared) sum = digest(sum, views);
    }
    std::printf("%zu pictures hashed by %zu kernels\n", pictures, supported_kernels().size());
    std::printf("digest of the first %zu: %016llx\n", kCompared, static_cast<unsigned long long>(sum));
}
