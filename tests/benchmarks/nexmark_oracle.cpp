#include "nexmark_oracle.hpp"

#include <algorithm>
#include <sstream>

namespace nexmark_oracle {

namespace {

constexpr millis window = 10'000;

text str(std::string_view view) { return text{view}; }

std::vector<text> split(std::string_view line, char by) {
  std::vector<text> pieces;
  std::istringstream in{text{line}};
  for (text piece; std::getline(in, piece, by);) pieces.push_back(piece);
  return pieces;
}

std::map<id, auction> auctions_by_id(house const& all) {
  std::map<id, auction> found;
  for (auto const& a : all.auctions) found[a.id] = a;
  return found;
}

}  // namespace

house::house(event_log const& log) {
  for_each_event(log.blocks, [this](event const& e) {
    if (e.index() == 0) people.push_back(*std::get<0>(e));
    if (e.index() == 1) auctions.push_back(*std::get<1>(e));
    if (e.index() == 2) bids.push_back(*std::get<2>(e));
  });
}

table<id, id, cents, millis, text> q0(house const& all) {
  table<id, id, cents, millis, text> rows;
  for (auto const& b : all.bids)
    rows.emplace_back(b.auction, b.bidder, b.price, b.time, str(b.extra));
  return rows;
}

table<id, id, cents, millis, text> q1(house const& all) {
  table<id, id, cents, millis, text> rows;
  for (auto const& b : all.bids)
    rows.emplace_back(b.auction, b.bidder, b.price * 908, b.time, str(b.extra));
  return rows;
}

table<id, cents> q2(house const& all) {
  table<id, cents> rows;
  for (auto const& b : all.bids)
    if (b.auction / 123 * 123 == b.auction) rows.emplace_back(b.auction, b.price);
  return rows;
}

table<text, text, text, id> q3(house const& all) {
  std::map<id, person> people;
  for (auto const& p : all.people) people[p.id] = p;
  std::set<text> const states{"OR", "ID", "CA"};
  table<text, text, text, id> rows;
  for (auto const& a : all.auctions) {
    if (a.category != 10 || !people.contains(a.seller)) continue;
    auto const& p = people[a.seller];
    if (states.contains(str(p.state)))
      rows.emplace_back(str(p.name), str(p.city), str(p.state), a.id);
  }
  return rows;
}

table<std::int64_t, cents> q4(house const& all) {
  auto const auctions = auctions_by_id(all);
  std::map<id, cents> highest;
  for (auto const& b : all.bids) {
    auto const found = auctions.find(b.auction);
    if (found == auctions.end()) continue;
    auto const& a = found->second;
    if (a.time <= b.time && b.time <= a.expires) highest[a.id] = std::max(highest[a.id], b.price);
  }
  std::map<std::int64_t, std::vector<cents>> of_category;
  for (auto const& [auction, price] : highest)
    of_category[auctions.at(auction).category].push_back(price);
  table<std::int64_t, cents> rows;
  for (auto const& [category, prices] : of_category) {
    cents sum = 0;
    for (auto const price : prices) sum += price;
    rows.emplace_back(category, sum / static_cast<cents>(prices.size()));
  }
  return rows;
}

table<id, std::int64_t> q5(house const& all) {
  std::map<millis, std::map<id, std::int64_t>> windows;  // by their ends
  for (auto const& b : all.bids)
    for (auto end = b.time / 2'000 * 2'000 + 2'000; end <= b.time + window; end += 2'000)
      ++windows[end][b.auction];
  table<id, std::int64_t> rows;
  for (auto const& [end, counts] : windows) {
    std::int64_t most = 0;
    for (auto const& [auction, n] : counts) most = std::max(most, n);
    for (auto const& [auction, n] : counts)
      if (n == most) rows.emplace_back(auction, n);
  }
  return rows;
}

table<id, cents, id, millis, text> q7(house const& all) {
  std::map<millis, cents> highest;
  for (auto const& b : all.bids) {
    auto& most = highest[b.time / window];
    most = std::max(most, b.price);
  }
  table<id, cents, id, millis, text> rows;
  for (auto const& b : all.bids)
    if (b.price == highest[b.time / window])
      rows.emplace_back(b.auction, b.price, b.bidder, b.time, str(b.extra));
  return rows;
}

table<id, text, millis> q8(house const& all) {
  std::set<std::pair<id, millis>> sellers;
  for (auto const& a : all.auctions) sellers.emplace(a.seller, a.time / window);
  table<id, text, millis> rows;
  for (auto const& p : all.people)
    if (sellers.contains({p.id, p.time / window}))
      rows.emplace_back(p.id, str(p.name), p.time / window * window);
  return rows;
}

table<id, std::int64_t, millis, millis> q11(house const& all) {
  std::map<id, std::vector<millis>> times;
  for (auto const& b : all.bids) times[b.bidder].push_back(b.time);
  table<id, std::int64_t, millis, millis> rows;
  for (auto& [bidder, of] : times) {
    std::sort(of.begin(), of.end());
    for (std::size_t first = 0, next = 1; first != of.size(); ++next) {
      if (next != of.size() && of[next] - of[next - 1] <= window) continue;
      rows.emplace_back(bidder, next - first, of[first], of[next - 1] + window);
      first = next;
    }
  }
  return rows;
}

table<id, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, cents, cents, cents,
      cents>
q17(house const& all) {
  std::map<std::pair<id, std::int64_t>, std::vector<cents>> prices;
  for (auto const& b : all.bids)
    prices[{b.auction, b.time / (24 * 60 * 60 * 1'000)}].push_back(b.price);
  decltype(q17(all)) rows;
  for (auto const& [key, of] : prices) {
    auto const below = [&](cents limit) {
      return std::count_if(of.begin(), of.end(), [limit](cents p) { return p < limit; });
    };
    cents sum = 0;
    for (auto const p : of) sum += p;
    auto const n = static_cast<std::int64_t>(of.size());
    rows.emplace_back(key.first, key.second, n, below(10'000), below(1'000'000) - below(10'000),
                      n - below(1'000'000), *std::min_element(of.begin(), of.end()),
                      *std::max_element(of.begin(), of.end()), sum / n, sum);
  }
  return rows;
}

table<id, id, cents, text, text, millis, text, text, text, cents, cents, millis, millis, id,
      std::int64_t, text>
q20(house const& all) {
  auto const auctions = auctions_by_id(all);
  decltype(q20(all)) rows;
  for (auto const& b : all.bids) {
    auto const found = auctions.find(b.auction);
    if (found == auctions.end() || found->second.category != 10) continue;
    auto const& a = found->second;
    rows.emplace_back(b.auction, b.bidder, b.price, str(b.channel), str(b.url), b.time,
                      str(b.extra), str(a.item), str(a.description), a.initial_bid, a.reserve,
                      a.time, a.expires, a.seller, a.category, str(a.extra));
  }
  return rows;
}

table<id, id, cents, text, text, text, text> q22(house const& all) {
  table<id, id, cents, text, text, text, text> rows;
  for (auto const& b : all.bids) {
    auto const pieces = split(b.url, '/');
    rows.emplace_back(b.auction, b.bidder, b.price, str(b.channel), pieces[3], pieces[4],
                      pieces[5]);
  }
  return rows;
}

}  // namespace nexmark_oracle
