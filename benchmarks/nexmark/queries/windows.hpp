/// Queries over windows: q5, q7, q8, q11, q12.
///
/// Thread rule and promise: see common.hpp. What an engine with watermarks closes when the
/// watermark passes is closed here by the batch that does: the rows are the same.
#pragma once

#include <algorithm>

#include "common.hpp"
#include "nexmark/checksum.hpp"

namespace bench::nexmark {

/// Combines the values of each key in every 10 seconds: batch by batch, and once more when the
/// window ends. Windows that do not overlap gain nothing by what `reduce_by_key_and_window` keeps
/// up.
template <class F>
auto reduced_in_windows(auto const& pairs, F f) {
  return pairs.reduce_by_key(f).window(10 * second, 10 * second).reduce_by_key(f);
}

/// The auctions with the most bids within 10 seconds, every 2 seconds. Columns: auction, bids.
inline constexpr auto q5 = [](auto const& events) {
  using count = std::pair<id, std::int64_t>;
  return only<bid>(events)
      .map([](bid const* b) {
        return count{b->auction, 1};
      })
      .reduce_by_key_and_window(
          std::plus<>{}, std::minus<>{}, [](count const& c) { return c.second != 0; }, 10 * second,
          2 * second)
      .transform([](sluice::rdd<count> const& counts) {
        auto const most =
            counts.values().fold(0, [](std::int64_t a, std::int64_t b) { return std::max(a, b); });
        return counts.filter([most](count const& c) { return c.second == most; });
      })
      .map([](count const& c) {
        return std::tuple{c.first, c.second};
      });
};

/// The highest bids of every 10 seconds. Columns: auction, price, bidder, time, extra.
inline constexpr auto q7 = [](auto const& events) {
  using bids = std::vector<bid const*>;  // of one price
  auto const add = [](bids highest, bid const* b) {
    if (b->price > highest.front()->price) highest.clear();
    if (highest.empty() || b->price == highest.front()->price) highest.push_back(b);
    return highest;
  };
  auto const merge = [](bids a, bids const& b) {
    if (b.front()->price > a.front()->price) return b;
    if (b.front()->price == a.front()->price) a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  return only<bid>(events)
      .map([](bid const* b) {
        return std::pair{'*', b};
      })
      .combine_by_key([](bid const* b) { return bids{b}; }, add, merge)
      .window(10 * second, 10 * second)
      .reduce_by_key(merge)
      .flat_map([](std::pair<char, bids> const& highest) { return highest.second; })
      .map([](bid const* b) {
        return std::tuple{b->auction, b->price, b->bidder, b->time, b->extra};
      });
};

/// What is known of somebody within a window.
struct newcomer {
  person const* who = nullptr;
  bool sells = false;
};

/// Who has registered and listed an auction within the same 10 seconds. Columns: person, name,
/// start of the window.
inline constexpr auto q8 = [](auto const& events) {
  using known = std::pair<id, newcomer>;
  auto const all = events.template flat_map<known>([](event const& e, auto&& emit) {
    if (auto const* const p = as<person>(e)) emit(known{p->id, {p, false}});
    if (auto const* const a = as<auction>(e)) emit(known{a->seller, {nullptr, true}});
  });
  auto const merge = [](newcomer a, newcomer b) {
    return newcomer{a.who ? a.who : b.who, a.sells || b.sells};
  };
  return reduced_in_windows(all, merge)
      .filter([](known const& k) { return k.second.who && k.second.sells; })
      .map([](known const& k) {
        auto const& p = *k.second.who;
        return std::tuple{p.id, p.name, p.time / window_millis * window_millis};
      });
};

/// The bids of a bidder that follow each other closely.
struct bidder_session {
  std::int64_t bids = 0;
  millis first = 0;
  millis last = 0;
};
/// An object and no function: its type says which code it is, so that operators inline it.
inline constexpr auto joined = [](bidder_session const& a, bidder_session const& b) {
  return bidder_session{a.bids + b.bids, std::min(a.first, b.first), std::max(a.last, b.last)};
};

/// Bids per session; a session ends when there was no bid for 10 seconds. Columns: bidder, bids,
/// start, end.
///
/// All bids of a batch are of one session, since a batch is shorter than the gap; this also puts
/// them in order. The timeout closes sessions without a successor. It looks at the batches' times,
/// which are later than the bids', so that it never comes too early.
inline constexpr auto q11 = [](auto const& events) {
  using row = std::tuple<id, std::int64_t, millis, millis>;
  auto const ended = [](id bidder, bidder_session const& s) {
    return row{bidder, s.bids, s.first, s.last + window_millis};
  };
  auto const follow = [ended](sluice::batch_time, id bidder, std::optional<bidder_session> fresh,
                              sluice::state<bidder_session>& open) -> std::optional<row> {
    if (open.is_timing_out()) return ended(bidder, open.get());
    auto const goes_on = open.exists() && fresh->first - open.get().last <= window_millis;
    if (goes_on) {
      open.update(joined(open.get(), *fresh));
      return {};
    }
    auto closed = open.exists() ? std::optional{ended(bidder, open.get())} : std::nullopt;
    open.update(*fresh);
    return closed;
  };
  return only<bid>(events)
      .map([](bid const* b) {
        return std::pair{b->bidder, bidder_session{1, b->time, b->time}};
      })
      .reduce_by_key(joined)
      .map_with_state(sluice::state_spec(follow).timeout(10 * second));
};

/// Bids per bidder in every 10 seconds of the engine's own time, which is the time of the batches.
/// Columns: bidder, bids, start, end.
inline constexpr auto q12 = [](auto const& events) {
  using count = std::pair<id, std::int64_t>;
  auto const ones = only<bid>(events).map([](bid const* b) { return count{b->bidder, 1}; });
  return reduced_in_windows(ones, std::plus<>{})
      .transform([](sluice::rdd<count> const& counts, sluice::batch_time end) {
        return counts.map([end](count const& c) {
          return std::tuple{c.first, c.second, end - 10 * second, end};
        });
      });
};
/// Which bid falls into which window is no property of the query, only that each is counted: the
/// counts are added up in place of the rows. The hash, which means nothing, reads the columns.
inline checksum counts_of_q12(
    std::tuple<id, std::int64_t, sluice::batch_time, sluice::batch_time> const& row) {
  return {number_of(std::get<1>(row)), checksum_of(row).hash};
}

}  // namespace bench::nexmark
