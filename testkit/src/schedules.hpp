/// Who goes next.
///
/// Thread rule: one thread. Promise: a choice depends on the seed and on the choices before, and on
/// nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <sluice/supervision/world.hpp>
#include <sluice/testkit/simulation.hpp>
#include <span>

namespace sluice::testkit {

/// Actors by their number; events of the world outside together are number 0.
using lane_number = std::uint64_t;

class turn_taking {
 public:
  virtual ~turn_taking() = default;
  /// @param lanes  who could go, in the order in which they began to wait; not empty
  /// @return an index into `lanes`
  virtual std::size_t pick(std::span<lane_number const> lanes, random_stream& chance) = 0;
  /// Whether a timer may come although somebody could go.
  virtual bool hurries_timers() const { return true; }
  /// Whether `pick` looks at the lanes, and not only at their number.
  virtual bool looks() const { return false; }
};

std::unique_ptr<turn_taking> make_turns(schedule how, std::uint64_t seed);
/// At each step the given choice, and 0 beyond; what there was to choose from is noted.
std::unique_ptr<turn_taking> make_guided_turns(std::shared_ptr<guided_choices> choices);

}  // namespace sluice::testkit
