// What the main example's feed sends.

#include "sentences.hpp"

#include <doctest/doctest.h>
#include <sstream>

namespace word_count {

TEST_CASE("sentences are the same for the same seed") {
  std::string first;
  std::string second;
  std::string other;
  sentences a{7};
  sentences b{7};
  sentences c{8};
  for (int i = 0; i != 100; ++i) {
    a.append_to(first);
    b.append_to(second);
    c.append_to(other);
  }
  CHECK(first == second);
  CHECK(first != other);
}

TEST_CASE("sentences have 4 to 11 words of which few are frequent and most are rare") {
  std::map<std::string, int> counts;
  sentences source{1};
  for (int i = 0; i != 10'000; ++i) {
    std::string line;
    source.append_to(line);
    CHECK(line.ends_with('\n'));
    std::istringstream words{line};
    int n = 0;
    for (std::string word; words >> word; ++n) ++counts[word];
    CHECK(n >= 4);
    CHECK(n <= 11);
  }
  CHECK(counts["the"] > counts["river"]);
  CHECK(counts["river"] > counts["heron"]);
  CHECK(counts["anchor"] > 0);
}

}  // namespace word_count
