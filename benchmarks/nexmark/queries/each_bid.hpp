/// Queries that look at one bid at a time: q0, q1, q2, q22.
///
/// Thread rule and promise: see common.hpp.
#pragma once

#include <array>
#include <string_view>

#include "common.hpp"

namespace bench::nexmark {

/// Every bid. Columns: auction, bidder, price, time, extra.
inline constexpr auto q0 = [](auto const& events) {
  return only<bid>(events).map([](bid const* b) {
    return std::tuple{b->auction, b->bidder, b->price, b->time, b->extra};
  });
};

/// Every bid in euros. Columns: auction, bidder, thousandths of cents, time, extra.
inline constexpr auto q1 = [](auto const& events) {
  return only<bid>(events).map([](bid const* b) {
    return std::tuple{b->auction, b->bidder, b->price * 908, b->time, b->extra};
  });
};

/// The bids for some of the auctions. Columns: auction, price.
inline constexpr auto q2 = [](auto const& events) {
  return only<bid>(events)
      .filter([](bid const* b) { return b->auction % 123 == 0; })
      .map([](bid const* b) {
        return std::tuple{b->auction, b->price};
      });
};

/// The first three directories of a url.
inline std::array<std::string_view, 3> directories_of(std::string_view url) {
  std::array<std::string_view, 3> found;
  for (int i = 0; i != 3; ++i)  // scheme, nothing, host
    url.remove_prefix(std::min(url.find('/'), url.size() - 1) + 1);
  for (auto& directory : found) {
    directory = url.substr(0, url.find('/'));
    url.remove_prefix(std::min(directory.size() + 1, url.size()));
  }
  return found;
}

/// Where each bid came from. Columns: auction, bidder, price, channel, three directories.
inline constexpr auto q22 = [](auto const& events) {
  return only<bid>(events).map([](bid const* b) {
    auto const [outer, middle, inner] = directories_of(b->url);
    return std::tuple{b->auction, b->bidder, b->price, b->channel, outer, middle, inner};
  });
};

}  // namespace bench::nexmark
