// Lines of text out of nothing.
//
// Thread rule: one thread at a time. Promise: the same seed gives the same lines; few words are
// frequent and most are rare, as in a language (the n-th word of the list appears in proportion to
// 1/n).
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace word_count {

class sentences {
 public:
  explicit sentences(std::uint32_t seed);
  /// Appends a line of 4 to 11 words and its line end.
  void append_to(std::string& text);

 private:
  std::mt19937 random_;
  std::vector<std::string_view> by_frequency_;  // a word as often as it is likely
};

}  // namespace word_count
