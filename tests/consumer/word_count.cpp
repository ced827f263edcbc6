#include <sluice/sluice.hpp>

#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

int main() {
  sluice::streaming_context ssc{{.app_name = "word-count", .trigger = sluice::every(1s)}};
  auto seen = std::make_shared<sluice::collected<std::pair<std::string, long>>>();
  std::vector<std::vector<std::string>> lines{{"to be or", "not to be"}, {"to stream"}};
  auto counts = ssc.queue_stream<std::string>(lines)
                    .flat_map(sluice::split_words)
                    .map([](std::string_view w) {
                      return std::pair{w, 1L};
                    })
                    .reduce_by_key(std::plus<>{});
  counts.collect_into(seen);
  ssc.start();
  ssc.run_until_idle();
  ssc.stop(sluice::stop_mode::drain);

  for (auto batch : seen->batches()) {
    std::ranges::sort(batch);
    for (const auto& [word, count] : batch) std::cout << word << ' ' << count << '\n';
    std::cout << "--\n";
  }
}
