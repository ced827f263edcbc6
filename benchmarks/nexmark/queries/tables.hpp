/// Queries with state that is kept forever, or for as long as one says: q3, q4, q17, q20.
///
/// Thread rule and promise: see common.hpp. What has to wait for its other half waits as a pointer
/// into the events, which outlive the stream; with checkpoints it would have to be a copy.
#pragma once

#include <algorithm>
#include <string_view>

#include "common.hpp"

namespace bench::nexmark {

/// How long the state of a key stays after its last event: as long as the stream.
inline constexpr auto forever = [](auto spec) { return spec; };
/// Until it had none for so long, in the events' time. What comes later meets nobody.
inline auto kept_for(sluice::duration idle) {
  return [idle](auto spec) { return spec.timeout(idle); };
}

/// Auctions of category 10 with sellers in three states. Columns: name, city, state, auction.
/// @param keep  `forever`, or what `kept_for` gives
template <class Keep>
constexpr auto q3_with(Keep keep) {
  return [keep](auto const& events) {
    struct side {
      person const* seller = nullptr;
      std::vector<auction const*> sold;
    };
    using keyed = std::pair<id, event>;
    auto const meet = [](sluice::batch_time, id, std::optional<event> fresh,
                         sluice::state<side>& known) -> std::optional<side> {
      if (!fresh) return {};
      auto const* const seller = as<person>(*fresh);
      if (seller) {
        side found{seller, known.exists() ? known.get().sold : std::vector<auction const*>{}};
        known.update({seller, {}});
        if (found.sold.empty()) return {};
        return found;
      }
      if (known.exists() && known.get().seller)
        return side{known.get().seller, {as<auction>(*fresh)}};
      side waiting = known.exists() ? known.get() : side{};
      waiting.sold.push_back(as<auction>(*fresh));
      known.update(std::move(waiting));
      return {};
    };
    return events
        .template flat_map<keyed>([](event const& e, auto&& emit) {
          if (auto const* const p = as<person>(e)) {
            if (p->state == "OR" || p->state == "ID" || p->state == "CA") emit(keyed{p->id, e});
          } else if (auto const* const a = as<auction>(e)) {
            if (a->category == 10) emit(keyed{a->seller, e});
          }
        })
        .map_with_state(keep(sluice::state_spec<side>(meet)))
        .template flat_map<std::tuple<std::string_view, std::string_view, std::string_view, id>>(
            [](side const& both, auto&& emit) {
              for (auto const* a : both.sold)
                emit(std::tuple{both.seller->name, both.seller->city, both.seller->state, a->id});
            });
  };
}
inline constexpr auto q3 = q3_with(forever);

/// Auctions and bids by auction.
inline auto by_auction(auto const& events) {
  using keyed = std::pair<id, event>;
  return events.template flat_map<keyed>([](event const& e, auto&& emit) {
    if (auto const* const b = as<bid>(e))
      emit(keyed{b->auction, e});
    else if (auto const* const a = as<auction>(e))
      emit(keyed{a->id, e});
  });
}

/// Highest bids: how many there are, and their sum.
struct highest_bids {
  std::int64_t count = 0;
  cents sum = 0;
};
inline highest_bids operator+(highest_bids a, highest_bids b) {
  return {a.count + b.count, a.sum + b.sum};
}

/// The average of the highest bids that auctions got before they expired, per category. Columns:
/// category, average; with every batch a row for each category that has changed.
/// @param keep  `forever`, or what `kept_for` gives
template <class Keep>
constexpr auto q4_with(Keep keep) {
  return [keep](auto const& events) {
    struct sale {
      auction const* item = nullptr;
      cents highest = 0;
      std::vector<bid const*> early;  // bids that came before their auction
    };
    using change = std::pair<std::int64_t, highest_bids>;  // of a category
    auto const valid = [](auction const* a, bid const* b) {
      return a->time <= b->time && b->time <= a->expires;
    };
    auto const follow = [valid](sluice::batch_time, id, std::optional<event> fresh,
                                sluice::state<sale>& state) -> std::optional<change> {
      if (!fresh) return {};
      auto const* const b = as<bid>(*fresh);
      auto const* const item =
          b ? (state.exists() ? state.get().item : nullptr) : as<auction>(*fresh);
      if (!item) {
        auto waiting = state.exists() ? state.get() : sale{};
        waiting.early.push_back(b);
        state.update(std::move(waiting));
        return {};
      }
      auto const before = state.exists() ? state.get().highest : 0;
      auto highest = before;
      if (b && valid(item, b)) highest = std::max(highest, b->price);
      if (!b && state.exists())
        for (auto const* early : state.get().early)
          if (valid(item, early)) highest = std::max(highest, early->price);
      if (!b || highest != before) state.update({item, highest, {}});
      if (highest == before) return {};
      return change{item->category, {before == 0 ? 1 : 0, highest - before}};
    };
    auto const total = [](std::int64_t category, std::optional<highest_bids> fresh,
                          sluice::state<highest_bids>& all) {
      all.update((all.exists() ? all.get() : highest_bids{}) + *fresh);
      return std::tuple{category, all.get().sum / all.get().count};
    };
    return by_auction(events)
        .map_with_state(keep(sluice::state_spec<sale>(follow)))
        .reduce_by_key(std::plus<>{})
        .map_with_state(sluice::state_spec(total));
  };
}
inline constexpr auto q4 = q4_with(forever);

/// What is counted of the bids for an auction.
struct bid_statistics {
  std::int64_t bids = 0, low = 0, middle = 0, high = 0;
  cents least = 0, most = 0, sum = 0;
};
inline bid_statistics statistics_of(cents price) {
  auto const low = price < 10'000, high = price >= 1'000'000;
  return {1, low, !low && !high, high, price, price, price};
}
/// An object and no function: its type says which code it is, so that operators inline it.
inline constexpr auto combined = [](bid_statistics const& a, bid_statistics const& b) {
  return bid_statistics{a.bids + b.bids,
                        a.low + b.low,
                        a.middle + b.middle,
                        a.high + b.high,
                        std::min(a.least, b.least),
                        std::max(a.most, b.most),
                        a.sum + b.sum};
};

/// Statistics of the bids per auction and day. Columns: auction, day, bids, those below 10,000,
/// below 1,000,000 and above, least, most, average, sum; with every batch a row for each auction
/// with bids.
inline constexpr auto q17 = [](auto const& events) {
  constexpr millis day = 86'400'000;
  using auction_day = std::pair<id, std::int64_t>;
  auto const total = [](auction_day const& key, std::optional<bid_statistics> fresh,
                        sluice::state<bid_statistics>& all) {
    auto const now = all.exists() ? combined(all.get(), *fresh) : *fresh;
    all.update(now);
    return std::pair{key, now};
  };
  return only<bid>(events)
      .map([](bid const* b) {
        return std::pair{auction_day{b->auction, b->time / day}, statistics_of(b->price)};
      })
      .reduce_by_key(combined)
      .map_with_state(sluice::state_spec(total))
      .map([](std::pair<auction_day, bid_statistics> const& row) {
        auto const& [key, s] = row;
        return std::tuple{key.first, key.second, s.bids, s.low,          s.middle,
                          s.high,    s.least,    s.most, s.sum / s.bids, s.sum};
      });
};

/// Bids for auctions of category 10. Columns: auction, bidder, price, channel, url, time, extra;
/// item, description, initial bid, reserve, time, expires, seller, category, extra.
/// @param keep  `forever`, or what `kept_for` gives
template <class Keep>
constexpr auto q20_with(Keep keep) {
  return [keep](auto const& events) {
    struct sale {
      auction const* item = nullptr;
      std::vector<bid const*> early;  // bids that came before their auction
    };
    struct matches {
      auction const* item = nullptr;
      bid const* newest = nullptr;
      std::vector<bid const*> early = {};
    };
    auto const meet = [](sluice::batch_time, id, std::optional<event> fresh,
                         sluice::state<sale>& state) -> std::optional<matches> {
      if (!fresh) return {};
      auto const* const b = as<bid>(*fresh);
      auto const* const item = state.exists() ? state.get().item : nullptr;
      if (b && item) return item->category == 10 ? std::optional{matches{item, b}} : std::nullopt;
      auto early = state.exists() ? state.get().early : std::vector<bid const*>{};
      if (b) {
        early.push_back(b);
        state.update({nullptr, std::move(early)});
        return {};
      }
      auto const* const listed = as<auction>(*fresh);
      state.update({listed, {}});
      if (listed->category != 10 || early.empty()) return {};
      return matches{listed, nullptr, std::move(early)};
    };
    auto const row = [](auction const* a, bid const* b) {
      return std::tuple{b->auction, b->bidder, b->price,       b->channel,     b->url,     b->time,
                        b->extra,   a->item,   a->description, a->initial_bid, a->reserve, a->time,
                        a->expires, a->seller, a->category,    a->extra};
    };
    using joined_row = decltype(row(nullptr, nullptr));
    return by_auction(events)
        .map_with_state(keep(sluice::state_spec<sale>(meet)))
        .template flat_map<joined_row>([row](matches const& found, auto&& emit) {
          if (found.newest) emit(row(found.item, found.newest));
          for (auto const* b : found.early) emit(row(found.item, b));
        });
  };
}
inline constexpr auto q20 = q20_with(forever);

}  // namespace bench::nexmark
