/// What all queries share: the time of their batches, and the bids among the events.
///
/// Thread rule: see `dstream`. Promise: a query is a function from a stream of events to a stream
/// of rows; a row is a tuple of the query's columns.
///
/// Batches are cut by the number of events, so that each holds a second of the events' own time,
/// however fast they come; the stream's clock then tells event time, and a window of 10 batches is
/// one of 10 seconds, exactly. That needs events which come in order, or out of order within a
/// batch only. An engine with watermarks waits for later ones; a query here counts them when they
/// come.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <sluice/sluice.hpp>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/block_stream.hpp"
#include "nexmark/events.hpp"

namespace bench::nexmark {

/// A second of the events' time is a step of the stream's clock, which no run reaches.
inline constexpr auto second = step;
inline constexpr millis window_millis = 10'000;

/// The events that are a `Kind`.
template <class Kind>
auto only(auto const& events) {
  return events.template flat_map<Kind const*>([](event const& e, auto&& emit) {
    if (auto const* const one = as<Kind>(e)) emit(one);
  });
}

}  // namespace bench::nexmark
