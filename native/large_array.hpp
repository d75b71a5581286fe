// An array of plain values, not initialised, on huge pages where the system has them.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace raiment {

template <typename Value>
class LargeArray {
    static_assert(std::is_trivially_copyable_v<Value> && std::is_trivially_destructible_v<Value>);

public:
    LargeArray() = default;

    // Throws std::bad_alloc.
    explicit LargeArray(std::size_t size) : size_(size) {
        if (size == 0) return;
        const std::size_t bytes = size * sizeof(Value);
        const std::size_t page = bytes < kHugePage ? kCacheLine : kHugePage;
        void* memory = std::aligned_alloc(page, (bytes + page - 1) / page * page);
        if (memory == nullptr) throw std::bad_alloc();
        values_.reset(static_cast<Value*>(memory));
#if defined(__linux__)
        // Only advice: random probes miss the address cache far less often with it.
        if (page == kHugePage) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    }

    Value& operator[](std::size_t index) { return values_.get()[index]; }
    const Value& operator[](std::size_t index) const { return values_.get()[index]; }
    Value* data() { return values_.get(); }
    const Value* data() const { return values_.get(); }
    std::size_t size() const { return size_; }
    std::size_t bytes() const { return size_ * sizeof(Value); }

private:
    static constexpr std::size_t kCacheLine = 64;
    static constexpr std::size_t kHugePage = std::size_t{2} << 20;

    struct Free {
        void operator()(void* memory) const { std::free(memory); }
    };

    std::unique_ptr<Value, Free> values_;
    std::size_t size_ = 0;
};

}  // namespace raiment
