#include <algorithm>
#include <deque>

#include "hand.hpp"
#include "queries/windows.hpp"

namespace bench::nexmark {

namespace {

using counts = hand_map<id, std::int64_t>;

/// Calls the first function with each event and the second one after every 10 seconds.
template <class OnEvent, class OnClose>
void tumble(event_log const& log, batch_plan const& plan, OnEvent on_event, OnClose on_close) {
  batch_plan const ten{10 * plan.blocks_per_batch};
  for_each_second(log, ten, [&](std::span<event_block const> blocks) {
    for_each_event(blocks, on_event);
    on_close();
  });
}

/// The bids of the newest panes by auction; a pane is two seconds.
class sliding_counts {
 public:
  void count(id auction) { ++newest_[auction]; }
  /// Adds the auctions with the most bids in the window that ends now.
  void slide(checksum& sum) {
    panes_.emplace_back(newest_.begin(), newest_.end());
    newest_.clear();
    for (auto const& [auction, n] : panes_.back()) window_[auction] += n;
    if (panes_.size() > 5) drop_oldest();
    std::int64_t most = 0;
    for (auto const& [auction, n] : window_) most = std::max(most, n);
    for (auto const& [auction, n] : window_)
      if (n == most) sum += checksum_of(std::tuple{auction, n});
  }
  [[nodiscard]] bool empty() const { return window_.empty(); }

 private:
  void drop_oldest() {
    for (auto const& [auction, n] : panes_.front()) {
      auto const found = window_.find(auction);
      found->second -= n;
      if (found->second == 0) window_.erase(found);
    }
    panes_.pop_front();
  }

  counts newest_, window_;
  std::deque<std::vector<std::pair<id, std::int64_t>>> panes_;
};

}  // namespace

checksum hand_q5(event_log const& log, batch_plan const& plan) {
  checksum sum;
  sliding_counts window;
  batch_plan const two{2 * plan.blocks_per_batch};
  for_each_second(log, two, [&](std::span<event_block const> blocks) {
    for_each_event(blocks, [&](event const& e) {
      if (auto const* const b = as<bid>(e)) window.count(b->auction);
    });
    window.slide(sum);
  });
  while (!window.empty()) window.slide(sum);
  return sum;
}

checksum hand_q7(event_log const& log, batch_plan const& plan) {
  checksum sum;
  cents most = 0;
  std::vector<bid const*> highest;
  tumble(
      log, plan,
      [&](event const& e) {
        auto const* const b = as<bid>(e);
        if (!b || b->price < most) return;
        if (b->price > most) highest.clear();
        most = b->price;
        highest.push_back(b);
      },
      [&] {
        for (auto const* b : highest)
          sum += checksum_of(std::tuple{b->auction, b->price, b->bidder, b->time, b->extra});
        highest.clear();
        most = 0;
      });
  return sum;
}

checksum hand_q8(event_log const& log, batch_plan const& plan) {
  checksum sum;
  hand_map<id, newcomer> window;
  tumble(
      log, plan,
      [&](event const& e) {
        if (auto const* const p = as<person>(e))
          window[p->id].who = p;
        else if (auto const* const a = as<auction>(e))
          window[a->seller].sells = true;
      },
      [&] {
        for (auto const& [who, known] : window)
          if (auto const* const p = known.who; p && known.sells)
            sum += checksum_of(std::tuple{p->id, p->name, p->time / window_millis * window_millis});
        window.clear();
      });
  return sum;
}

checksum hand_q11(event_log const& log, batch_plan const& plan) {
  checksum sum;
  hand_map<id, bidder_session> open;
  auto const end = [&sum](id bidder, bidder_session const& s) {
    sum += checksum_of(std::tuple{bidder, s.bids, s.first, s.last + window_millis});
  };
  millis newest = 0;
  tumble(
      log, plan,
      [&](event const& e) {
        auto const* const b = as<bid>(e);
        if (!b) return;
        newest = b->time;
        auto& s = open[b->bidder];
        if (s.bids != 0 && b->time - s.last > window_millis) {
          end(b->bidder, s);
          s = {};
        }
        s = s.bids == 0 ? bidder_session{1, b->time, b->time}
                        : joined(s, bidder_session{1, b->time, b->time});
      },
      [&] {
        erase_if(open, [&](auto const& each) {
          auto const over = newest - each.second.last > window_millis;
          if (over) end(each.first, each.second);
          return over;
        });
      });
  for (auto const& [bidder, s] : open) end(bidder, s);
  return sum;
}

checksum hand_q12(event_log const& log, batch_plan const& plan) {
  checksum sum;
  counts window;
  std::int64_t ended = 0;
  tumble(
      log, plan,
      [&](event const& e) {
        if (auto const* const b = as<bid>(e)) ++window[b->bidder];
      },
      [&] {
        ++ended;
        for (auto const& [bidder, n] : window)
          sum += counts_of_q12(std::tuple{bidder, n, sluice::batch_time{(ended - 1) * 10 * second},
                                          sluice::batch_time{ended * 10 * second}});
        window.clear();
      });
  return sum;
}

}  // namespace bench::nexmark
