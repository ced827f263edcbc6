// Batches from a queue: what goes in is decided by the program, so what comes out can be known.
// This is how a pipeline is tried out, and tested, without a network and without waiting for a
// clock.

#include <functional>
#include <iostream>
#include <sluice/sluice.hpp>

using digit_count = std::pair<int, long>;

int main() {
  sluice::streaming_context ssc{{.app_name = "queue-counting"}};

  // Every inner vector is one batch: the last digits of 0 to 99, and again of 0 to 49 modulo 5.
  std::vector<int> digits;
  for (int i = 0; i != 100; ++i) digits.push_back(i % 10);
  for (int i = 0; i != 50; ++i) digits.push_back(i % 5);
  ssc.queue_stream(std::vector<std::vector<int>>(5, digits))
      .map([](int digit) {
        return std::pair{digit, 1L};
      })
      .reduce_by_key(std::plus<>{})
      .foreach_rdd([](sluice::rdd<digit_count> const& counts) {
        std::cout << sluice::show(counts.sort_by_key().collect()) << '\n';
      });

  ssc.start();
  ssc.run_until_idle();  // until the queue is empty and its last batch is committed
}
