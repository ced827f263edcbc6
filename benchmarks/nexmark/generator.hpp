/// Makes NEXMark events: 2 % people, 6 % auctions, 92 % bids, with hot sellers, items and bidders.
///
/// Thread rule: a generator is used by one thread. Promise: an event follows from the plan's seed
/// and the event's number alone, so that any start gives the same events as the beginning.
#pragma once

#include "events.hpp"

namespace bench::nexmark {

/// What to generate.
struct event_plan {
  std::uint64_t events = 1'000'000;
  std::uint64_t first = 0;  ///< number of the first event
  std::uint64_t events_per_second = 100'000;
  /// Events come shuffled within groups of so many; 1: in the order of their times. The group must
  /// have no factor in common with 953.
  std::uint64_t disorder = 1;
  /// As the generator of the Nexmark suite for Flink has it: a bidder is moved by the offset of all
  /// ids twice, and never equals the person it was drawn from.
  bool doubled_bidder_offset = false;
  std::uint64_t events_per_block = 2'000;
  std::uint64_t seed = 1;
};

/// A Wednesday at midnight, UTC: when the first event happens.
inline constexpr millis first_time = 1'436'918'400'000;
/// Published ids of people and auctions begin here.
inline constexpr id first_id = 1'000;
inline constexpr std::int64_t first_category = 10;
inline constexpr std::int64_t categories = 5;

/// The identity that the event with this number has, which differs from the number by disorder.
std::uint64_t identity_of(event_plan const& plan, std::uint64_t number);
millis time_of(event_plan const& plan, std::uint64_t identity);

std::unique_ptr<event_log> make_events(event_plan const& plan);

}  // namespace bench::nexmark
