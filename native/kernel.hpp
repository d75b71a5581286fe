// Which instruction set the kernels use: the best this processor has, or the one a test forces.
#pragma once

#include <string>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__)
#define RAIMENT_X86 1
#define RAIMENT_AVX2 __attribute__((target("avx2,fma,f16c,popcnt,bmi2")))
#if defined(__clang__)
#define RAIMENT_AVX512_SET "avx512f,avx512bw,avx512dq,avx512vl,popcnt,bmi2"
#else
#define RAIMENT_AVX512_SET "avx512f,avx512bw,avx512dq,avx512vl,popcnt,bmi2,prefer-vector-width=512"
#endif
#define RAIMENT_AVX512 __attribute__((target(RAIMENT_AVX512_SET)))
// For what runs only where `counts_bits` says so: the first processors with AVX-512 have no instruction for it.
#define RAIMENT_AVX512_COUNTING __attribute__((target(RAIMENT_AVX512_SET ",avx512vpopcntdq")))
#elif defined(__aarch64__)
#define RAIMENT_NEON 1
#endif

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define RAIMENT_SHUFFLES 1
#endif
#endif

#define RAIMENT_INLINE inline __attribute__((always_inline))

namespace raiment {

enum class Kernel : int { scalar = 0, neon = 1, avx2 = 2, avx512 = 3 };

// The kernels this processor can run, slowest first; scalar is always among them.
std::vector<Kernel> supported_kernels();

Kernel active_kernel();

// Whether this processor counts the bits of AVX-512 registers in one instruction.
bool counts_bits();

// Process-wide. Throws std::invalid_argument when this processor cannot run the kernel.
void use_kernel(Kernel kernel);

const char* kernel_name(Kernel kernel);

// Throws std::invalid_argument for a name that is no kernel.
Kernel kernel_named(const std::string& name);

}  // namespace raiment
