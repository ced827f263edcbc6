// The most frequent words of the last three batches.

#include <functional>
#include <iostream>
#include <sluice/sluice.hpp>

using namespace std::chrono_literals;
using word_count = std::pair<std::string, long>;

int main() {
  sluice::streaming_context ssc{{.app_name = "top-words", .trigger = sluice::every(1s)}};

  auto const by_count = [](word_count const& a, word_count const& b) {
    return a.second != b.second ? a.second < b.second : a.first > b.first;
  };
  ssc.queue_stream<std::string>(
         {{"the sea the sky"}, {"the ship"}, {"a ship a storm a sea"}, {"a calm"}, {"the sea"}})
      .flat_map(sluice::split_words)
      .map([](std::string_view word) {
        return std::pair{word, 1L};
      })
      .reduce_by_key_and_window(std::plus<>{}, 3s)
      .foreach_rdd([by_count](sluice::rdd<word_count> const& counts) {
        std::cout << sluice::show(counts.top(3, by_count)) << '\n';
      });

  ssc.start();
  ssc.run_until_idle();
}
