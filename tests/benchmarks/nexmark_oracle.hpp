/// What NEXMark queries must yield, computed as plainly as can be: from all events at once, by
/// maps.
///
/// Thread rule: pure functions. Promise: shares nothing with the queries but the events.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "nexmark/events.hpp"

namespace nexmark_oracle {

using namespace bench::nexmark;
using text = std::string;
template <class... Columns>
using table = std::vector<std::tuple<Columns...>>;

/// The events by kind, in their order.
struct house {
  explicit house(event_log const& log);
  std::vector<person> people;
  std::vector<auction> auctions;
  std::vector<bid> bids;
};

table<id, id, cents, millis, text> q0(house const& all);
table<id, id, cents, millis, text> q1(house const& all);
table<id, cents> q2(house const& all);
table<text, text, text, id> q3(house const& all);
table<std::int64_t, cents> q4(house const& all);
table<id, std::int64_t> q5(house const& all);
table<id, cents, id, millis, text> q7(house const& all);
table<id, text, millis> q8(house const& all);
table<id, std::int64_t, millis, millis> q11(house const& all);
table<id, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, cents, cents, cents,
      cents>
q17(house const& all);
table<id, id, cents, text, text, millis, text, text, text, cents, cents, millis, millis, id,
      std::int64_t, text>
q20(house const& all);
table<id, id, cents, text, text, text, text> q22(house const& all);

}  // namespace nexmark_oracle
