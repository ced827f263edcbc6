// A stream that goes on where the one before has ended: its state, its position and its numbers of
// batches come back from the checkpoint directory.

#include <filesystem>
#include <iostream>
#include <sluice/sluice.hpp>

using namespace sluice;

namespace {

std::optional<int> add(std::span<int const> news, std::optional<int> total) {
  for (auto n : news) total = total.value_or(0) + n;
  return total;
}

/// What each process runs. A later one has more to read.
void run(std::string const& directory, std::vector<std::vector<std::string>> orders) {
  options o;
  o.trigger = every(std::chrono::hours{1});
  o.parallelism = 1;
  auto ssc = streaming_context::get_or_create(
      directory,
      [&](streaming_context& made) {
        made.queue_stream<std::string>(std::move(orders))
            .named("orders")
            .map([](std::string const& fruit) {
              return std::pair{fruit, 1};
            })
            .update_state_by_key(add)
            .named("totals")
            .foreach_rdd([](rdd<std::pair<std::string, int>> const& totals) {
              for (auto const& [fruit, n] : totals.collect())
                std::cout << fruit << ' ' << n << "  ";
              std::cout << '\n';
            });
      },
      o);
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
}

}  // namespace

int main() {
  auto const directory = std::filesystem::temp_directory_path() / "sluice-going-on";
  std::filesystem::remove_all(directory);
  std::vector<std::vector<std::string>> orders{{"plum", "fig"}, {"plum"}};
  std::cout << "one process:\n";
  run(directory, orders);
  orders.push_back({"fig", "pear"});
  orders.push_back({"plum"});
  std::cout << "the next:\n";
  run(directory, orders);
  std::filesystem::remove_all(directory);
}
