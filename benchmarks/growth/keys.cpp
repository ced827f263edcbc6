// Ten times as many keys, and ten times as many values to tell apart.

#include <memory>

#include "numbers.hpp"
#include "state/counters.hpp"

namespace bench {

namespace {

std::string name_of(std::string const& how, std::uint64_t n) {
  return how + ", " +
         (n < 1'000'000 ? std::to_string(n / 1'000) + " k" : std::to_string(n / 1'000'000) + " M");
}

/// How many different values the records of each group have, batch by batch.
class distinct_stream {
 public:
  static constexpr std::uint64_t groups = 8;

  distinct_stream(counted_keys const& values)
      : values_{values}, stream_{stepped_options(1), [&](auto const& indices) {
                                   numbers_of(indices, values.blocks)
                                       .map([](std::uint64_t x) {
                                         return std::pair{std::pair{x % groups, x}, true};
                                       })
                                       .reduce_by_key([](bool, bool) { return true; })
                                       .map([](auto const& once) {
                                         return std::pair{once.first.first, std::uint64_t{1}};
                                       })
                                       .reduce_by_key(std::plus<>{})
                                       .foreach_rdd([this](auto const& counts) {
                                         for (auto const& each : counts.collect()) {
                                           ++groups_found_;
                                           distinct_ += each.second;
                                         }
                                       });
                                 }} {}
  void run() {
    distinct_ = groups_found_ = 0;
    stream_.run(static_cast<std::uint32_t>(values_.blocks.size()), values_.blocks_per_batch);
    expect("the number of groups", groups, groups_found_);
    expect("the number of distinct values", values_.distinct, distinct_);
  }

 private:
  counted_keys const& values_;
  std::uint64_t distinct_ = 0;
  std::uint64_t groups_found_ = 0;
  block_stream stream_;
};

}  // namespace

void key_growth_10m(report& results) {
  auto const quick = results.how().quick;
  std::uint64_t const fewer = quick ? 10'000 : 1'000'000;
  std::uint32_t const per_batch = quick ? 8 : 256;
  counted_keys const small{fewer, quick ? 2U : 4U, per_batch};
  counted_keys const large{10 * fewer, quick ? 2U : 4U, per_batch};
  mapping_stream few{small};
  mapping_stream many{large};
  experiment work;
  work.records = small.records;
  work.contenders = {{name_of("map_with_state", fewer), [&] { few.run(); }},
                     {name_of("map_with_state", 10 * fewer), [&] { many.run(); }}};
  work.growths = {{name_of("map_with_state", 10 * fewer), name_of("map_with_state", fewer), 1.3}};
  results.interleave(work);
  results.note("the same number of records, drawn from ten times as many keys, batches of " +
               std::to_string(per_batch * keys_per_block));
}

void distinct_values(report& results) {
  auto const quick = results.how().quick;
  std::vector<std::uint64_t> sizes{1'000, 10'000, 100'000};
  if (!quick) sizes.insert(sizes.end(), {1'000'000, 10'000'000});
  std::vector<std::unique_ptr<counted_keys>> given;
  std::vector<std::unique_ptr<distinct_stream>> streams;
  experiment work;
  for (auto n : sizes) {
    // One batch: its values are to be told apart.
    auto& values = *given.emplace_back(std::make_unique<counted_keys>(n, 1, quick ? 16 : 1'024));
    auto& stream = *streams.emplace_back(std::make_unique<distinct_stream>(values));
    work.records = values.records;
    work.contenders.push_back({name_of("distinct", n), [&stream] { stream.run(); }});
  }
  for (std::size_t i = 1; i != sizes.size(); ++i) {
    growth g{name_of("distinct", sizes[i]), name_of("distinct", sizes[i - 1])};
    if (sizes[i] > 1'000'000) g.bar = 1.3;  // the table has left the cache before
    work.growths.push_back(std::move(g));
  }
  results.interleave(work);
  results.note("values in 8 groups, counted once each by two reduce_by_key; one batch of " +
               std::to_string(work.records) + " records");
}

}  // namespace bench
