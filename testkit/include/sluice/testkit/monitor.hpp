/// What must hold at every step of a simulated run, and what must not last for ever.
///
/// Thread rule: one thread. Promise: a monitor sees every step, in the order in which they happen.
#pragma once

#include <sluice/operators/error.hpp>
#include <string>

namespace sluice::testkit {

/// Something that must hold did not.
class broken : public error {
 public:
  using error::error;
};

/// An invariant of a user's own. It is hot while something is owed: a run must not end hot.
class monitor {
 public:
  virtual ~monitor() = default;
  virtual std::string name() const = 0;
  /// Called after each step. @throws broken if what must hold does not
  virtual void step() {}
  /// Whether something is still owed.
  virtual bool hot() const { return false; }
};

}  // namespace sluice::testkit
