#include "kernel.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>

namespace raiment {
namespace {

std::atomic<Kernel>& choice() {
    static std::atomic<Kernel> active{supported_kernels().back()};
    return active;
}

}  // namespace

std::vector<Kernel> supported_kernels() {
    std::vector<Kernel> kernels{Kernel::scalar};
#if defined(RAIMENT_X86)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") &&
        __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("f16c")) {
        kernels.push_back(Kernel::avx2);
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
            kernels.push_back(Kernel::avx512);
        }
    }
#elif defined(RAIMENT_NEON)
    kernels.push_back(Kernel::neon);
#endif
    return kernels;
}

bool counts_bits() {
#if defined(RAIMENT_X86)
    static const bool counts = [] {
        __builtin_cpu_init();
        return __builtin_cpu_supports("avx512vpopcntdq") != 0;
    }();
    return counts;
#else
    return false;
#endif
}

Kernel active_kernel() {
    return choice().load(std::memory_order_relaxed);
}

void use_kernel(Kernel kernel) {
    const auto kernels = supported_kernels();
    if (std::find(kernels.begin(), kernels.end(), kernel) == kernels.end()) {
        throw std::invalid_argument(std::string("this processor cannot run ") +
                                    kernel_name(kernel));
    }
    choice().store(kernel, std::memory_order_relaxed);
}

const char* kernel_name(Kernel kernel) {
    switch (kernel) {
        case Kernel::neon:
            return "neon";
        case Kernel::avx2:
            return "avx2";
        case Kernel::avx512:
            return "avx512";
        case Kernel::scalar:
            break;
    }
    return "scalar";
}

Kernel kernel_named(const std::string& name) {
    for (Kernel kernel : {Kernel::scalar, Kernel::neon, Kernel::avx2, Kernel::avx512}) {
        if (name == kernel_name(kernel)) return kernel;
    }
    throw std::invalid_argument("no such kernel: " + name);
}

}  // namespace raiment
