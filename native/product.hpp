// Rows times a matrix of weights kept in half precision: what a small transformer does nearly all the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernel.hpp"

namespace raiment {

// One matrix (a row per input, a column per output) and what is added to every product with it. The weights are
// rounded to IEEE 754 half precision and packed, so that few rows are multiplied at the speed of reading them.
class Product {
   public:
    // matrix has inputs x outputs numbers, row by row; bias one for each output.
    Product(const float* matrix, const float* bias, std::size_t inputs, std::size_t outputs);

    std::size_t inputs() const { return inputs_; }
    std::size_t outputs() const { return outputs_; }

    // made gets count x outputs numbers, row by row, of count x inputs.
    void times(const float* rows, std::size_t count, float* made, Kernel kernel) const;

   private:
    std::size_t inputs_, outputs_;
    // A panel after the other; in each, the weights of kPanel outputs for an input after the other.
    std::vector<std::uint16_t> panels_;
    std::vector<float> bias_;
};

}  // namespace raiment
