// One link of the runtime without actors: its two ends, and grants on a way that may change their
// order, repeat and lose them.
#pragma once

#include "actors/src/flow/outbox.hpp"
#include "harness.hpp"

namespace sluice::tests::conformance {

inline flow::share share_of(batch_id id, std::size_t records) {
  flow::share made;
  made.now.batch = {id, batch_time{duration{static_cast<std::int64_t>(id)}}};
  if (records != 0) made.part.chunks.push_back(make_chunk(std::vector<int>(records, 7)));
  return made;
}

/// How many items leave with the credit that is there.
inline std::size_t pumped(flow::out_link& link) {
  std::size_t sent = 0;
  link.pump([&](std::uint64_t, flow::share) { ++sent; });
  return sent;
}

struct grant_way {
  bool swaps = false;
  bool repeats = false;
  bool loses = false;
};

/// Sends, processes and grants in a drawn order, and checks each item against the grants that came.
class flow_link {
 public:
  flow_link(std::uint64_t seed, flow::credit window, grant_way way)
      : chance_{seed}, window_{window}, down_{1, window}, way_{way} {
    on_the_way_.push_back(down_.granted());
  }

  /// @return items processed
  std::uint64_t run(std::uint64_t items) {
    for (std::uint64_t id = 1; id <= items; ++id) up_.offer(share_of(id, chance_.below(4)));
    for (std::uint64_t step = 0; step != 40 * items && processed_ != items; ++step) turn();
    return processed_;
  }

 private:
  void turn() {
    switch (chance_.below(3)) {
      case 0: return deliver_grant();
      case 1: return send();
      default: return process();
    }
  }
  void deliver_grant() {
    if (on_the_way_.empty()) return;
    auto const at = way_.swaps ? chance_.below(on_the_way_.size()) : 0;
    auto const total = on_the_way_[at];
    auto const is_first = !granted_;
    auto const stays = way_.repeats && chance_.below(2) == 0;
    if (!stays) on_the_way_.erase(on_the_way_.begin() + static_cast<std::ptrdiff_t>(at));
    // Of two grants in succession one comes: what the second allows the first did as well.
    if (way_.loses && !is_first && !std::exchange(lost_, !lost_)) return;
    granted_ = granted_ ? max(*granted_, total) : total;
    up_.grant(1, total);
  }
  void send() {
    up_.pump([&](std::uint64_t sequence, flow::share item) {
      auto const sent = up_.account().total_sent();
      require(granted_.has_value(), "an item was sent before the first grant");
      require(sequence <= granted_->batches, "an item was sent beyond what was granted");
      require(sent.records - item.part.records() < granted_->records,
              "an item was sent although no credit for records was left");
      down_.accept(1, sequence, std::move(item));
      ++arrived_;
    });
    require(arrived_ - processed_ <= window_.batches, "more waits than the window has room for");
  }
  void process() {
    if (!down_.has_share()) return;
    down_.take();
    ++processed_;
    if (auto total = down_.settle()) on_the_way_.push_back(*total);
  }

  random_stream chance_;
  flow::credit window_;
  flow::in_link down_;
  flow::out_link up_{1};
  grant_way way_;
  std::deque<flow::credit> on_the_way_;
  std::optional<flow::credit> granted_;  // that has come
  bool lost_ = false;
  std::uint64_t arrived_ = 0;
  std::uint64_t processed_ = 0;
};

/// All items arrive, on a thousand drawn ways.
inline void flow_keeps_credit(grant_way way) {
  for (std::uint64_t seed = 1; seed <= drawn_schedules; ++seed) {
    // Only of equal items does half a window always make good for a grant that was lost.
    auto const records = way.loses ? 1'000'000 : 4 + seed % 9;
    flow_link link{seed, {2 + seed % 6, records, 1U << 20U}, way};
    require(link.run(30) == 30, "seed " + std::to_string(seed) + ": the link has come to a stop");
  }
}

}  // namespace sluice::tests::conformance
