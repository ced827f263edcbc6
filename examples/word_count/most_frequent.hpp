// The words that occur most often.
//
// Thread rule: pure, one copy per partition. Promise: equal counts are in the order of the
// alphabet, so that the same batch always prints the same.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace word_count {

using word_and_count = std::pair<std::string, long>;

/// For `map_partitions`: the first `size` words of a partition by frequency.
struct most_frequent {
  std::size_t size;

  std::vector<word_and_count> operator()(std::vector<word_and_count> const& counts) const {
    std::vector<word_and_count> first(std::min(size, counts.size()));
    std::partial_sort_copy(counts.begin(), counts.end(), first.begin(), first.end(),
                           [](word_and_count const& a, word_and_count const& b) {
                             return a.second != b.second ? a.second > b.second : a.first < b.first;
                           });
    return first;
  }
};

}  // namespace word_count
