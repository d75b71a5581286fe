// How long a fuzzing run lasts, and from which seed: <program> [seconds] [seed].
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace raiment {

struct FuzzClock {
    FuzzClock(int argc, char** argv)
        : seconds(argc > 1 ? std::atof(argv[1]) : 10.0),
          seed(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : std::random_device{}()),
          end(std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds)) {
        std::printf("seed %llu, %.0f s\n", static_cast<unsigned long long>(seed), seconds);
    }

    bool running() const { return std::chrono::steady_clock::now() < end; }

    double seconds;
    std::uint64_t seed;
    std::chrono::time_point<std::chrono::steady_clock, std::chrono::duration<double>> end;
};

inline void require(bool holds, const char* promise) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", promise);
    std::abort();
}

}  // namespace raiment
