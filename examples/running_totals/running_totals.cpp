// Running totals: what each customer has spent since the start. A customer who is closed, by an
// amount of nothing, is forgotten.

#include <iostream>
#include <numeric>
#include <sluice/sluice.hpp>

using payment = std::pair<std::string, long>;

namespace {

std::optional<long> total(std::span<long const> amounts, std::optional<long> before) {
  if (amounts.size() == 1 && amounts[0] == 0) return std::nullopt;
  return std::accumulate(amounts.begin(), amounts.end(), before.value_or(0));
}

}  // namespace

int main() {
  sluice::streaming_context ssc{{.app_name = "running-totals", .parallelism = 1}};

  ssc.queue_stream<payment>({{{"ada", 10}, {"ben", 5}, {"ada", 7}}, {}, {{"cleo", 3}, {"ben", 0}}})
      .update_state_by_key(total)
      .foreach_rdd([](sluice::rdd<payment> const& totals) {
        std::cout << sluice::show(totals.sort_by_key().collect()) << '\n';
      });

  ssc.start();
  ssc.run_until_idle();
}
