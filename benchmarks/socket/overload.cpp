// More lines than the stream can process. Whoever has to drop must not spend on that what the rest
// needs.

#include <atomic>
#include <chrono>
#include <sluice/sluice.hpp>
#include <thread>

#include "cases.hpp"
#include "flood_sender.hpp"

namespace bench {

namespace {

using namespace std::chrono_literals;

sluice::options options_for() {
  sluice::options o;
  o.app_name = "bench";
  o.parallelism = 2;                // inputs drop while a stage is at work
  o.trigger = sluice::every(10ms);  // a batch tells the counters, be it empty
  o.receiver_buffer.bytes = std::size_t{8} << 20U;
  o.log_level = "off";
  return o;
}

// So much work that a flood is several times too much.
std::uint64_t work_on(std::string_view line) {
  std::uint64_t sum = 0;
  for (int round = 0; round != 20; ++round)
    for (auto const c : line) sum = sum * 31 + static_cast<unsigned char>(c);
  return sum | 1U;
}

struct newest_counters final : sluice::streaming_listener {
  void on_batch_completed(sluice::batch_info const& info) override {
    auto const& all = info.inputs.at(0).counters;
    auto const of = [&](char const* name) {
      auto const found = all.find(name);
      return found == all.end() ? 0 : found->second;
    };
    received = of("records");
    dropped = of("dropped_head") + of("dropped_new");
  }
  std::atomic<std::uint64_t> received = 0;
  std::atomic<std::uint64_t> dropped = 0;
};

/// A stream with one policy, and a peer of its own.
class flooded_stream {
 public:
  explicit flooded_stream(sluice::overflow policy) : context_{options_for()} {
    context_.add_listener(newest_);
    context_.socket_text_stream("127.0.0.1", sender_.port(), {.overflow = policy})
        .map(work_on)
        .count()
        .foreach_rdd([this](auto const& counts) {
          for (auto n : counts.collect()) processed_ += static_cast<std::uint64_t>(n);
        });
    context_.start();
  }
  /// Lines per second that are processed while the peer sends `blocks`, and until none is left.
  double flood(std::uint64_t blocks) {
    auto const before = processed_.load();
    auto const begin = wall_seconds();
    sender_.send(blocks);
    lines_ += blocks * flood_sender::block_bytes / flood_sender::line_bytes;
    while (newest_->received != lines_ || newest_->dropped + processed_ != lines_)
      std::this_thread::sleep_for(200us);
    return static_cast<double>(processed_ - before) / (wall_seconds() - begin);
  }
  [[nodiscard]] double share_dropped() const {
    return static_cast<double>(newest_->dropped) / static_cast<double>(lines_);
  }

 private:
  flood_sender sender_;
  std::uint64_t lines_ = 0;
  std::atomic<std::uint64_t> processed_ = 0;
  std::shared_ptr<newest_counters> newest_ = std::make_shared<newest_counters>();
  sluice::streaming_context context_;
};

}  // namespace

void overload(report& results) {
  std::uint64_t const blocks = results.how().quick ? 100 : 1'000;
  struct contestant {
    std::string name;
    flooded_stream stream;
    finding found;
  };
  flooded_stream peak{sluice::overflow::backpressure};
  std::vector<std::unique_ptr<contestant>> all;
  for (auto policy :
       {sluice::overflow::drop_new, sluice::overflow::drop_head, sluice::overflow::spill}) {
    auto const name = "lines per second: " + std::string{to_string(policy)} + " / backpressure";
    // What goes over the disk and back has a price; what is dropped must not have one.
    auto const bar = drops_records(policy) ? std::optional{0.95} : std::nullopt;
    all.emplace_back(new contestant{std::string{to_string(policy)}, flooded_stream{policy},
                                    finding{name, "wall", {}, bar}});
  }
  peak.flood(blocks);
  for (auto& each : all) each->stream.flood(blocks);
  for (std::size_t round = 0; round != results.how().rounds; ++round) {
    auto const reached = peak.flood(blocks);
    for (auto& each : all) each->found.samples.push_back(each->stream.flood(blocks) / reached);
  }
  for (auto& each : all) {
    if (auto const share = each->stream.share_dropped(); share > 0)
      results.note(each->name + " dropped " + std::to_string(static_cast<int>(100 * share)) +
                   " % of the lines");
    results.add(std::move(each->found));
  }
  results.note(
      "the peer sends as fast as it is read; every line was processed or counted as dropped");
}

}  // namespace bench
