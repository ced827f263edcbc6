// The Yahoo streaming benchmark on files of JSON: the pipeline that the benchmarks have, too.

#include "ysb/pipeline.hpp"

#include <filesystem>
#include <fstream>
#include <unordered_map>

#include "files.hpp"
#include "harness/block_stream.hpp"
#include "workloads.hpp"
#include "ysb/events.hpp"
#include "ysb/json_event.hpp"

namespace peers {

namespace {

constexpr auto table_name = "/.campaigns";

/// The campaign of each ad, as written beside the events.
struct campaigns {
  explicit campaigns(std::string const& directory) {
    std::ifstream in{directory + table_name};
    std::string ad;
    std::uint32_t campaign = 0;
    std::vector<std::pair<std::string, std::uint32_t>> rows;
    while (in >> ad >> campaign) rows.emplace_back(ad, campaign);
    names.reserve(rows.size());  // the table's keys point into it
    for (auto const& row : rows) of.emplace(names.emplace_back(row.first), row.second);
  }
  std::vector<std::string> names;
  bench::campaign_table<std::string_view> of;
};

/// The newest count of each campaign and window.
class window_table {
 public:
  void take(sluice::rdd<bench::window_row> const& rows) {
    for (auto const& [key, views] : rows.collect()) newest_[key] = views;
  }
  [[nodiscard]] std::string text() const {
    std::uint64_t views = 0, checksum = 0;
    for (auto const& [key, n] : newest_) {
      views += n;
      checksum += ((key >> 32U) * 1'000'003 + (key & 0xffffffffU)) * n;
    }
    return std::to_string(newest_.size()) + "/" + std::to_string(views) + "/" +
           std::to_string(checksum);
  }

 private:
  std::unordered_map<bench::window_key, std::uint64_t> newest_;
};

/// Not timed: how many lines there are.
std::uint64_t lines_in(std::vector<std::string> const& files) {
  std::uint64_t lines = 0;
  for (auto const& file : files) lines += sluice::count_lines(mapped_file{file}.bytes());
  return lines;
}

/// From lines to the newest counts.
void count_views(auto const& lines, campaigns const& table, window_table& results) {
  auto const events = lines.template flat_map<bench::json_event>(
      [](std::string_view line, auto&& emit) { bench::read_json_event(line, emit); });
  bench::count_views(events, table.of).foreach_rdd([&](auto const& rows) { results.take(rows); });
}

outcome ysb(std::string const& directory) {
  campaigns const table{directory};
  auto const files = files_in(directory);
  auto const queue = std::make_shared<sluice::batch_queue<piece>>();
  window_table results;
  sluice::streaming_context context{bench::stepped_options(workers)};
  auto const lines = context.queue_stream(queue).flat_map<std::string_view>(lines_of);
  count_views(lines, table, results);
  context.start();
  stopwatch const watch;
  for (auto const& file : files) queue->push(pieces_of(file));
  context.run_until_idle();
  auto result = watch.stop(0, results.text());
  context.stop(sluice::stop_mode::drain);
  result.records = lines_in(files);
  return result;
}

/// The library's own file input, and progress and state on disk, as the peer has them.
outcome ysb_durable(std::string const& directory) {
  campaigns const table{directory};
  auto const checkpoints = directory + ".checkpoints";
  std::filesystem::remove_all(checkpoints);
  window_table results;
  auto how = stream_options();
  how.trigger = sluice::available_now();
  how.checkpoint_dir = checkpoints;
  sluice::streaming_context context{how};
  count_views(context.text_file_stream(directory, {.new_files_only = false}), table, results);
  stopwatch const watch;
  context.start();
  context.await_termination();
  auto result = watch.stop(0, results.text());
  std::filesystem::remove_all(checkpoints);
  result.records = lines_in(files_in(directory));
  return result;
}

}  // namespace

void write_ysb(std::string const& directory, std::size_t bytes, std::size_t files) {
  bench::ad_plan plan;
  plan.bytes = bytes;
  bench::json_ads const ads{plan};
  std::ofstream table{directory + table_name};
  for (auto const& [ad, campaign] : ads.campaign_of) table << ad << ' ' << campaign << '\n';
  for (std::size_t i = 0; i != files; ++i) {
    std::ofstream out{directory + "/part-" + std::to_string(1'000 + i).substr(1)};
    for (auto b = ads.blocks.size() * i / files; b != ads.blocks.size() * (i + 1) / files; ++b)
      out << ads.blocks[b];
    if (!out.flush()) throw std::runtime_error{"cannot write into " + directory};
  }
}

std::map<std::string, workload> ysb_workloads() {
  return {{"ysb", ysb}, {"ysb_durable", ysb_durable}};
}

}  // namespace peers
