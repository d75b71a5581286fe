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
    // matrix has inputs x outputs numbers, row by row; bias one for each output. Multiplied by kernel ever after.
    Product(const float* matrix, const float* bias, std::size_t inputs, std::size_t outputs, Kernel kernel);

    std::size_t inputs() const { return inputs_; }
    std::size_t outputs() const { return outputs_; }

    // made gets count x outputs numbers, row by row, of count x inputs.
    void times(const float* rows, std::size_t count, float* made) const;

   private:
    std::size_t inputs_, outputs_;
    Kernel kernel_;
    // A panel after the other; in each, the weights of kPanel outputs for an input after the other. Kernels that
    // cannot unpack halves have them in single precision, rounded all the same.
    std::vector<std::uint16_t> halves_;
    std::vector<float> singles_;
    std::vector<float> bias_;
};

}  // namespace raiment
