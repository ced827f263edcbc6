// Batches from a queue: what goes in is decided by the program, so what comes out can be known.
// This is how a pipeline is tried out, and tested, without a network and without waiting for a
// clock.

#include <algorithm>
#include <functional>
#include <iostream>
#include <sluice/sluice.hpp>

using colour_count = std::pair<std::string, long>;

int main() {
  sluice::streaming_context ssc{{.app_name = "queue-counting"}};
  auto const seen = std::make_shared<sluice::collected<colour_count>>();

  // Every inner vector is one batch. The second one is empty, and is a batch all the same.
  ssc.queue_stream<std::string>({{"red", "blue", "red"}, {}, {"green", "red", "green", "green"}})
      .map([](std::string const& colour) {
        return std::pair{colour, 1L};
      })
      .reduce_by_key(std::plus<>{})
      .collect_into(seen);

  ssc.start();
  ssc.run_until_idle();  // until the queue is empty and its last batch is committed
  ssc.stop();

  int number = 0;
  for (auto counts : seen->batches()) {
    std::ranges::sort(counts);
    std::cout << "batch " << ++number << ": " << sluice::show(counts) << '\n';
  }
}
