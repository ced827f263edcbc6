// The pipeline that the kit is tried on: running totals and a window, exactly once.
#pragma once

#include <sluice/testkit.hpp>

namespace sluice::tests {

inline void declare_word_count(streaming_context& ssc, testkit::scene& in) {
  using namespace std::chrono_literals;
  using word = std::pair<std::string, long>;
  auto words =
      in.input<std::string>(
            ssc, {{"a b a", "c"}, {"b"}, {}, {"a c c"}, {"d"}, {"a", "b c"}, {"x y x"}, {"a"}})
          .flat_map(split_words)
          .map([](std::string_view w) {
            return word{std::string{w}, 1};
          });
  words.reduce_by_key(std::plus<>{})
      .update_state_by_key([](std::span<long const> news, std::optional<long> old) {
        long sum = old.value_or(0);
        for (auto n : news) sum += n;
        return std::optional{sum};
      })
      .to(in.output<word>("totals"));
  words.reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, 3h, 1h)
      .save_as_text_files("out/window", "txt");
}

}  // namespace sluice::tests
