#include <algorithm>
#include <limits>

#include "hand.hpp"
#include "queries/tables.hpp"

namespace bench::nexmark {

namespace {

bool wanted(person const& p) { return p.state == "OR" || p.state == "ID" || p.state == "CA"; }

}  // namespace

checksum hand_q3(event_log const& log, batch_plan const&) {
  checksum sum;
  struct side {
    person const* seller = nullptr;
    std::vector<auction const*> waiting;
  };
  hand_map<id, side> sellers;
  auto const meet = [&sum](person const& p, auction const& a) {
    sum += checksum_of(std::tuple{p.name, p.city, p.state, a.id});
  };
  for_each_event(log.blocks, [&](event const& e) {
    if (auto const* const p = as<person>(e)) {
      if (!wanted(*p)) return;
      auto& known = sellers[p->id];
      known.seller = p;
      for (auto const* a : known.waiting) meet(*p, *a);
      known.waiting = {};
    } else if (auto const* const a = as<auction>(e)) {
      if (a->category != 10) return;
      auto& known = sellers[a->seller];
      if (known.seller)
        meet(*known.seller, *a);
      else
        known.waiting.push_back(a);
    }
  });
  return sum;
}

namespace {

/// What has been bid so far, and the averages that follow from it.
class winning_bids {
 public:
  void add(event const& e) {
    if (auto const* const b = as<bid>(e)) {
      auto& s = sales_[b->auction];
      if (s.item)
        offer(s, *b);
      else
        s.early.push_back(b);
    } else if (auto const* const a = as<auction>(e)) {
      auto& s = sales_[a->id];
      s.item = a;
      for (auto const* early : s.early) offer(s, *early);
      s.early = {};
    }
  }
  /// Adds a row for each category that has changed since the last call.
  void report(checksum& sum) {
    for (auto& [category, c] : of_category_) {
      if (std::exchange(c.changed, false))
        sum += checksum_of(std::tuple{category, c.highest.sum / c.highest.count});
    }
  }

 private:
  struct sale {
    auction const* item = nullptr;
    cents highest = 0;
    std::vector<bid const*> early;
  };
  struct category_row {
    highest_bids highest;
    bool changed = false;
  };

  void offer(sale& s, bid const& b) {
    auto const& item = *s.item;
    if (b.price <= s.highest || b.time < item.time || b.time > item.expires) return;
    auto& c = of_category_[item.category];
    c.highest.count += s.highest == 0 ? 1 : 0;
    c.highest.sum += b.price - s.highest;
    c.changed = true;
    s.highest = b.price;
  }

  hand_map<id, sale> sales_;
  hand_map<std::int64_t, category_row> of_category_;
};

}  // namespace

checksum hand_q4(event_log const& log, batch_plan const& plan) {
  checksum sum;
  winning_bids bids;
  for_each_second(log, plan, [&](std::span<event_block const> blocks) {
    for_each_event(blocks, [&](event const& e) { bids.add(e); });
    bids.report(sum);
  });
  return sum;
}

namespace {

void add_price(bid_statistics& s, cents price) {
  ++s.bids;
  s.low += price < 10'000 ? 1 : 0;
  s.high += price >= 1'000'000 ? 1 : 0;
  s.least = std::min(s.least, price);
  s.most = std::max(s.most, price);
  s.sum += price;
}

}  // namespace

// The auctions of a batch stay in the cache, all of them do not.
checksum hand_q17(event_log const& log, batch_plan const& plan) {
  constexpr millis day = 86'400'000;
  using key = std::pair<id, std::int64_t>;
  bid_statistics none;
  none.least = std::numeric_limits<cents>::max();
  checksum sum;
  hand_map<key, bid_statistics> totals, fresh;
  for_each_second(log, plan, [&](std::span<event_block const> blocks) {
    for_each_event(blocks, [&](event const& e) {
      if (auto const* const b = as<bid>(e))
        add_price(fresh.try_emplace(key{b->auction, b->time / day}, none).first->second, b->price);
    });
    for (auto& [of, added] : fresh) {
      added.middle = added.bids - added.low - added.high;
      auto const [found, is_new] = totals.try_emplace(of, added);
      auto& s = found->second;
      if (!is_new) s = combined(s, added);
      sum += checksum_of(std::tuple{of.first, of.second, s.bids, s.low, s.middle, s.high, s.least,
                                    s.most, s.sum / s.bids, s.sum});
    }
    fresh.clear();
  });
  return sum;
}

checksum hand_q20(event_log const& log, batch_plan const&) {
  struct sale {
    auction const* item = nullptr;
    std::vector<bid const*> early;
  };
  checksum sum;
  hand_map<id, sale> sales;
  auto const meet = [&sum](auction const& a, bid const& b) {
    sum += checksum_of(std::tuple{b.auction, b.bidder, b.price, b.channel, b.url, b.time, b.extra,
                                  a.item, a.description, a.initial_bid, a.reserve, a.time,
                                  a.expires, a.seller, a.category, a.extra});
  };
  for_each_event(log.blocks, [&](event const& e) {
    if (auto const* const b = as<bid>(e)) {
      auto& s = sales[b->auction];
      if (!s.item)
        s.early.push_back(b);
      else if (s.item->category == 10)
        meet(*s.item, *b);
    } else if (auto const* const a = as<auction>(e)) {
      auto& s = sales[a->id];
      s.item = a;
      if (a->category == 10)
        for (auto const* early : s.early) meet(*a, *early);
      s.early = {};
    }
  });
  return sum;
}

}  // namespace bench::nexmark
