/// The events of an auction house, after NEXMark: people, auctions, bids, in one total order.
///
/// Thread rule: built by one thread, then only read. Promise: an event is a pointer to where it was
/// made, and text a view; both live as long as the `event_log`, so nothing is copied that moves.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace bench::nexmark {

using id = std::int64_t;
using cents = std::int64_t;
using millis = std::int64_t;  ///< since the epoch, in the time of the events

struct person {
  nexmark::id id;
  std::string_view name, email, credit_card, city, state;
  millis time;
  std::string_view extra;

  bool operator==(person const&) const = default;
};

struct auction {
  nexmark::id id;
  std::string_view item, description;
  cents initial_bid, reserve;
  millis time, expires;
  nexmark::id seller;
  std::int64_t category;
  std::string_view extra;

  bool operator==(auction const&) const = default;
};

struct bid {
  nexmark::id auction, bidder;
  cents price;
  std::string_view channel, url;
  millis time;
  std::string_view extra;

  bool operator==(bid const&) const = default;
};

using event = std::variant<person const*, auction const*, bid const*>;

/// Text in large slabs that never move.
class text_arena {
 public:
  /// Room for text of this length, to be filled at once.
  std::span<char> room(std::size_t length);
  std::string_view keep(std::string_view text);

 private:
  std::vector<std::unique_ptr<char[]>> slabs_;
  char* slab_ = nullptr;  // what is left of the newest
  std::size_t left_ = 0;
};

/// Events in their order, and what they point to.
class event_block {
 public:
  void add(person const& one);
  void add(auction const& one);
  void add(bid const& one);
  /// To be called once, after the last event.
  void seal();
  [[nodiscard]] std::vector<event> const& events() const { return events_; }

 private:
  std::vector<person> people_;
  std::vector<auction> auctions_;
  std::vector<bid> bids_;
  std::vector<std::uint8_t> kinds_;  // of the events until they are sealed: those move
  std::vector<event> events_;
};

/// All events of a stream in blocks of equal length, the last one aside.
struct event_log {
  std::vector<event_block> blocks;
  text_arena text;
  std::uint64_t events = 0;
};

/// Calls the function with each event of some blocks.
template <class F>
void for_each_event(std::span<event_block const> blocks, F&& f) {
  for (auto const& block : blocks)
    for (auto const& each : block.events()) f(each);
}

/// The event as a `Kind`, or null.
template <class Kind>
Kind const* as(event const& e) {
  auto const* const held = std::get_if<Kind const*>(&e);
  return held ? *held : nullptr;
}

}  // namespace bench::nexmark
