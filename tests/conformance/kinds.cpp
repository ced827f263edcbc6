#include "harness.hpp"

namespace sluice::tests::conformance {

namespace {

using pair = std::pair<int, int>;

constexpr auto batches = 6;

dstream<int> numbers(streaming_context& ssc, scene& in, int factor = 1) {
  std::vector<std::vector<int>> all;
  for (int b = 0; b != batches; ++b) {
    all.emplace_back();
    for (int r = 0; r != b % 4; ++r) all.back().push_back(factor * (b * 10 + r));
  }
  return in.input<int>(ssc, all);
}

auto keyed(dstream<int> const& from) {
  return from.map([](int x) { return pair{x % 3, x}; });
}

void declare_chain(streaming_context& ssc, scene& in) {
  numbers(ssc, in).map([](int x) { return x + 1; }).to(in.output<int>("out"));
}

void declare_shuffle(streaming_context& ssc, scene& in) {
  keyed(numbers(ssc, in)).reduce_by_key(std::plus<>{}).to(in.output<pair>("sums"));
}

void declare_outputs(streaming_context& ssc, scene& in) {
  auto const from = numbers(ssc, in);
  from.to(in.output<int>("all"));
  keyed(from).reduce_by_key(std::plus<>{}).to(in.output<pair>("sums"));
  from.filter([](int x) { return x % 2 == 0; }).to(in.output<int>("even"));
}

void declare_union(streaming_context& ssc, scene& in) {
  numbers(ssc, in).union_with(numbers(ssc, in, 100)).to(in.output<int>("both"));
}

void declare_join(streaming_context& ssc, scene& in) {
  keyed(numbers(ssc, in))
      .reduce_by_key(std::plus<>{})
      .join(keyed(numbers(ssc, in, 7)).reduce_by_key(std::plus<>{}))
      .map([](std::pair<int, std::pair<int, int>> const& r) {
        return pair{r.first, r.second.first * 1000 + r.second.second};
      })
      .to(in.output<pair>("joined"));
}

void declare_window(streaming_context& ssc, scene& in) {
  keyed(numbers(ssc, in))
      .reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, 3h, 1h)
      .to(in.output<pair>("window"));
}

void declare_state(streaming_context& ssc, scene& in) {
  keyed(numbers(ssc, in))
      .update_state_by_key([](std::span<int const> news, std::optional<int> old) {
        int sum = old.value_or(0);
        for (auto n : news) sum += n;
        return std::optional{sum};
      })
      .to(in.output<pair>("totals"));
}

/// Stores at once what it has; its records come in one batch or in several.
class small_receiver final : public receiver<int> {
 public:
  void on_start(receiver_handle<int>& handle) override {
    for (std::uint64_t n = handle.last_position().value_or(0) + 1; n <= 9; ++n)
      handle.store_at(n, static_cast<int>(n));
  }
  void on_stop() override {}
};

void declare_receiver(streaming_context& ssc, scene& in) {
  ssc.receiver_stream(std::make_unique<small_receiver>(), {.replayable = true})
      .to(in.output<int>("received"));
}

experiment_options options_of(std::size_t partitions) {
  experiment_options o;
  o.context = simulated_options();
  o.context.checkpoint_dir.clear();
  o.context.parallelism = partitions;
  o.context.supervision = small_options().supervision;
  return o;
}

}  // namespace

std::vector<kind> const& every_kind() {
  static std::vector<kind> const all{
      {"chain", declare_chain, options_of(1)},     {"shuffle", declare_shuffle, options_of(2)},
      {"outputs", declare_outputs, options_of(2)}, {"union", declare_union, options_of(2)},
      {"join", declare_join, options_of(2)},       {"window", declare_window, options_of(2)},
      {"state", declare_state, options_of(2)},     {"receiver", declare_receiver, options_of(1)},
  };
  return all;
}

kind const& chain() { return every_kind()[0]; }
kind const& shuffle() { return every_kind()[1]; }

}  // namespace sluice::tests::conformance
