// Memory per key: what the process has allocated more when the keys are there than before. What a
// batch needs while it runs and keeps for the next one is part of it.

#include <malloc.h>

#include "cases.hpp"
#include "harness/block_stream.hpp"
#include "harness/keys.hpp"

namespace bench {

namespace {

struct as_number {
  using key = std::uint64_t;
  static constexpr double bytes = 40;
  static constexpr char const* name = "u64 -> u64";
  static key make(std::uint64_t n) { return key_of(n); }
};

struct as_text {
  using key = std::string;
  static constexpr std::size_t length = 12;
  static constexpr double bytes = length + 48;
  static constexpr char const* name = "text of 12 -> u64";
  static key make(std::uint64_t n) {
    std::string text(length, '0');
    for (auto& c : text) {
      c = static_cast<char>('a' + n % 26);
      n /= 26;
    }
    return text;
  }
};

// Little batches, so that the keys and not the records are what is in memory.
constexpr std::uint64_t keys_per_batch = 10'000;

template <class Form>
auto pairs_of(auto const& batches) {
  return batches.template flat_map<std::pair<typename Form::key, std::uint64_t>>(
      [](std::uint32_t batch, auto&& emit) {
        for (std::uint64_t i = 0; i != keys_per_batch; ++i)
          emit(std::pair{Form::make(batch * keys_per_batch + i), std::uint64_t{1}});
      });
}

/// Makes the keys and measures before the stream ends.
template <class Build>
void measure(report& results, std::string const& what, double bar, std::uint64_t keys,
             Build build) {
  malloc_trim(0);
  auto const before = allocated_bytes();
  std::uint64_t seen = 0;
  block_stream stream{stepped_options(1), [&](auto const& batches) { build(batches, seen); },
                      sluice::in_calling_thread()};
  stream.run(static_cast<std::uint32_t>(keys / keys_per_batch), 1);
  malloc_trim(0);
  auto const taken = static_cast<double>(allocated_bytes() - before);
  expect("the number of keys of " + what, keys, seen);
  auto const per_key = taken / static_cast<double>(keys);
  finding result{
      what + ", " + std::to_string(keys / 1000) + " k keys", "memory", {per_key / bar}, 1.0, true};
  result.data = {{"bytes_per_key", per_key}, {"allowed_bytes_per_key", bar}};
  results.add(std::move(result));
}

template <class Form>
void measure_both(report& results, std::uint64_t keys) {
  using key = typename Form::key;
  measure(results, std::string{"update_state_by_key, "} + Form::name, Form::bytes, keys,
          [](auto const& batches, std::uint64_t& seen) {
            pairs_of<Form>(batches)
                .update_state_by_key(
                    [](std::span<std::uint64_t const> fresh, std::optional<std::uint64_t> n) {
                      return std::optional{n.value_or(0) + fresh.size()};
                    })
                .foreach_rdd([&seen](auto const& counts) { seen = counts.count(); });
          });
  measure(results, std::string{"map_with_state, "} + Form::name, Form::bytes, keys,
          [](auto const& batches, std::uint64_t& seen) {
            pairs_of<Form>(batches)
                .map_with_state(sluice::state_spec([](key const&, std::optional<std::uint64_t> n,
                                                      sluice::state<std::uint64_t>& sum) {
                  auto const fresh = !sum.exists();
                  sum.update((fresh ? 0 : sum.get()) + n.value_or(0));
                  return fresh ? 1 : 0;
                }))
                .foreach_rdd([&seen](auto const& news) {
                  news.foreach ([&seen](int fresh) { seen += static_cast<std::uint64_t>(fresh); });
                });
          });
}

}  // namespace

void state_bytes(report& results) {
  // Indexes double when they are seven eighths full: here just before and just after.
  std::vector<std::uint64_t> sizes{110'000, 120'000};
  if (!results.how().quick) sizes = {910'000, 920'000};
  for (auto keys : sizes) {
    measure_both<as_number>(results, keys);
    measure_both<as_text>(results, keys);
  }
  results.note("in the calling thread: what actors hold of batches besides is not part of it");
  results.note("bytes allocated per key / bytes allowed: 40 for numbers, length + 48 for text");
}

}  // namespace bench
