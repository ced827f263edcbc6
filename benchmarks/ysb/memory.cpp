// Events in memory: one stream and one loop for both of their forms.

#include <memory>

#include "cases.hpp"
#include "harness/block_stream.hpp"
#include "pipeline.hpp"

namespace bench {

namespace {

constexpr std::uint32_t blocks_per_batch = 64;

/// The events of a block, one by one.
void each_event(std::string const& lines, auto&& emit) {
  sluice::for_each_line(lines, [&](std::string_view line) { read_json_event(line, emit); });
}
void each_event(std::vector<binary_event> const& block, auto&& emit) {
  for (auto const& event : block) emit(event);
}

auto events_of(auto const& indices, json_ads const& data) {
  return indices
      .template flat_map<std::string_view>(
          [&data](std::uint32_t at, auto&& emit) { sluice::for_each_line(data.blocks[at], emit); })
      .template flat_map<json_event>(
          [](std::string_view line, auto&& emit) { read_json_event(line, emit); });
}
auto events_of(auto const& indices, binary_ads const& data) {
  return indices.template flat_map<binary_event>(
      [&data](std::uint32_t at, auto&& emit) { each_event(data.blocks[at], emit); });
}

template <class Data>
class counting_stream {
 public:
  counting_stream(Data const& data, std::size_t passes, std::size_t parallelism)
      : data_{data},
        passes_{passes},
        table_{data.campaigns},
        stream_{stepped_options(parallelism), [&](auto const& indices) {
                  count_views(events_of(indices, data), data.campaign_of)
                      .foreach_rdd([this](auto const& rows) { table_.take(rows); });
                }} {}
  void run() {
    for (std::size_t i = 0; i != passes_; ++i)
      stream_.run(static_cast<std::uint32_t>(data_.blocks.size()), blocks_per_batch);
    data_.expected.check(table_.newest(), ++runs_ * passes_);
  }

 private:
  Data const& data_;
  std::size_t passes_;
  std::uint64_t runs_ = 0;
  window_table table_;
  block_stream stream_;
};

template <class Data>
contender hand(Data const& data, std::size_t passes) {
  return {"hand", [&data, passes, counter = hand_counter{data.campaign_of},
                   runs = std::uint64_t{0}]() mutable {
            for (std::size_t i = 0; i != passes; ++i)
              for (auto const& block : data.blocks)
                each_event(block, [&](auto const& event) { counter.count(event); });
            counter.check(data, ++runs * passes);
          }};
}

struct promised {
  double bar, aim, bar_of_two;
};
constexpr promised of_json{0.80, 1.3, 1.5};
constexpr promised of_binary{0.35, 0.7, 1.0};

ad_plan plan_for(report const& results) {
  ad_plan plan;
  if (results.how().quick) plan.bytes = std::size_t{8} << 20U;
  return plan;
}

template <class Data>
void compare(report& results, ad_plan const& plan, std::string const& form, promised const& limits,
             std::size_t passes) {
  Data const data{plan};
  if (results.how().quick) passes = 1;
  counting_stream<Data> one{data, passes, 1};
  counting_stream<Data> two{data, passes, 2};
  auto by_hand = hand(data, passes);
  auto const stream = form;
  auto const both = form + ", two workers";
  experiment work;
  work.records = passes * data.records;
  work.bytes = passes * data.bytes;
  work.contenders = {by_hand, {stream, [&] { one.run(); }}, {both, [&] { two.run(); }}};
  work.comparisons = {{stream, "hand", limits.bar, by::cpu, limits.aim},
                      {both, "hand", limits.bar_of_two, by::busiest}};
  results.interleave(work);
  results.note(form + ": " + std::to_string(data.bytes >> 20U) + " MiB, " +
               std::to_string(data.records) + " events, " +
               std::to_string(data.campaign_of.size()) + " ads, " + std::to_string(data.campaigns) +
               " campaigns");
}

void compare_json(report& results, ad_plan const& plan) {
  compare<json_ads>(results, plan, "json", of_json, 2);
  results.note("JSON: the loop has the stream's parser; what differs is the engine");
}
void compare_binary(report& results, ad_plan const& plan) {
  compare<binary_ads>(results, plan, "binary", of_binary, 8);
}

}  // namespace

void ysb_json(report& results) { compare_json(results, plan_for(results)); }
void ysb_binary(report& results) { compare_binary(results, plan_for(results)); }

void ysb_many_campaigns(report& results) {
  auto plan = plan_for(results);
  plan.campaigns = results.how().quick ? 1'000 : 10'000;
  plan.ads_per_campaign = 100;
  compare_json(results, plan);
  compare_binary(results, plan);
}

void ysb_zipf(report& results) {
  auto plan = plan_for(results);
  plan.zipf = true;
  compare_json(results, plan);
  compare_binary(results, plan);
}

}  // namespace bench
