#include "hand.hpp"
#include "queries/each_bid.hpp"

namespace bench::nexmark {

namespace {

/// Adds up what the function makes of each bid.
template <class Row>
checksum sum_of_bids(event_log const& log, Row row) {
  checksum sum;
  for_each_event(log.blocks, [&](event const& e) {
    if (auto const* const b = as<bid>(e)) sum += checksum_of(row(*b));
  });
  return sum;
}

/// One pass over the text.
std::array<std::string_view, 3> split(std::string_view url) {
  std::array<std::string_view, 3> found;
  auto const* at = url.data();
  auto const* const end = at + url.size();
  auto const piece = [&at, end] {
    auto const* const begin = at;
    while (at != end && *at != '/') ++at;
    std::string_view const text{begin, static_cast<std::size_t>(at - begin)};
    if (at != end) ++at;
    return text;
  };
  for (int i = 0; i != 3; ++i) piece();
  for (auto& directory : found) directory = piece();
  return found;
}

}  // namespace

checksum hand_q0(event_log const& log, batch_plan const&) {
  return sum_of_bids(log, [](bid const& b) {
    return std::tuple{b.auction, b.bidder, b.price, b.time, b.extra};
  });
}

checksum hand_q1(event_log const& log, batch_plan const&) {
  return sum_of_bids(log, [](bid const& b) {
    return std::tuple{b.auction, b.bidder, b.price * 908, b.time, b.extra};
  });
}

checksum hand_q2(event_log const& log, batch_plan const&) {
  checksum sum;
  for_each_event(log.blocks, [&](event const& e) {
    auto const* const b = as<bid>(e);
    if (b && b->auction % 123 == 0) sum += checksum_of(std::tuple{b->auction, b->price});
  });
  return sum;
}

checksum hand_q22(event_log const& log, batch_plan const&) {
  return sum_of_bids(log, [](bid const& b) {
    auto const [outer, middle, inner] = split(b.url);
    return std::tuple{b.auction, b.bidder, b.price, b.channel, outer, middle, inner};
  });
}

}  // namespace bench::nexmark
