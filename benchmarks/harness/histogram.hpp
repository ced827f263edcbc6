/// Counts of times, to three digits, for percentiles.
///
/// Thread rule: one thread at a time. Promise: no value is lost however large; a percentile is at
/// most one thousandth above the true one, also of histograms that were merged.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace bench {

/// Linear up to 2,048, then 1,024 steps for each power of two.
class histogram {
 public:
  void add(std::uint64_t value) {
    ++counts_[place_of(value)];
    ++size_;
  }
  void merge(histogram const& other) {
    for (std::size_t i = 0; i != counts_.size(); ++i) counts_[i] += other.counts_[i];
    size_ += other.size_;
  }
  std::uint64_t size() const { return size_; }

  /// The least value that a share `p` of all does not exceed; 0 if there are none.
  std::uint64_t at(double p) const {
    auto const wanted = static_cast<std::uint64_t>(std::ceil(p * static_cast<double>(size_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i != counts_.size(); ++i)
      if (seen += counts_[i]; counts_[i] != 0 && seen >= wanted) return highest_in(i);
    return 0;
  }

 private:
  static constexpr unsigned digits = 10;  // binary ones

  static std::size_t place_of(std::uint64_t value) {
    auto const width = static_cast<unsigned>(std::bit_width(value));
    auto const shift = width > digits + 1 ? width - digits - 1 : 0;
    return (std::size_t{shift} << digits) + static_cast<std::size_t>(value >> shift);
  }
  static std::uint64_t highest_in(std::size_t place) {
    auto const shift = std::max<std::size_t>(place >> digits, 1) - 1;
    auto const step = place - (shift << digits);
    return ((std::uint64_t{step} + 1) << shift) - 1;
  }

  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>((65 - digits) << digits);
  std::uint64_t size_ = 0;
};

}  // namespace bench
