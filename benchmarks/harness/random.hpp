/// Random numbers that are the same on every machine.
///
/// Thread rule: an object of `random_bits` is used by one thread. Promise: the same seed gives the
/// same numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

/// SplitMix64.
class random_bits {
 public:
  explicit random_bits(std::uint64_t seed) : state_{seed} {}
  std::uint64_t operator()() {
    auto z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  /// Evenly from 0 to, excluding, `n`, which is small.
  std::uint64_t below(std::uint64_t n) { return ((*this)() >> 32U) * n >> 32U; }
  /// Uniform in [0, 1).
  double unit() { return static_cast<double>((*this)() >> 11U) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

/// Draws rank r, from 0, with a probability proportional to 1 / (r + 1): Walker's alias method.
class zipf {
 public:
  explicit zipf(std::size_t n) : keep_(n), alias_(n) {
    double sum = 0;
    for (std::size_t r = 0; r != n; ++r) sum += 1.0 / static_cast<double>(r + 1);
    std::vector<std::uint32_t> small, large;
    for (std::size_t r = 0; r != n; ++r) {
      keep_[r] = static_cast<double>(n) / (sum * static_cast<double>(r + 1));
      (keep_[r] < 1 ? small : large).push_back(static_cast<std::uint32_t>(r));
    }
    while (!small.empty() && !large.empty()) {
      auto const low = small.back();
      auto const high = large.back();
      small.pop_back();
      alias_[low] = high;
      keep_[high] -= 1 - keep_[low];
      if (keep_[high] < 1) {
        large.pop_back();
        small.push_back(high);
      }
    }
    for (auto rest : small) keep_[rest] = 1;
    for (auto rest : large) keep_[rest] = 1;
  }
  std::size_t operator()(random_bits& random) const {
    auto const at = static_cast<std::size_t>(random.unit() * static_cast<double>(keep_.size()));
    return random.unit() < keep_[at] ? at : alias_[at];
  }

 private:
  std::vector<double> keep_;
  std::vector<std::uint32_t> alias_;
};

}  // namespace bench
