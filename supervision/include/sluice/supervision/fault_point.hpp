/// Named places in code where a fault can be made to happen.
///
/// Thread rule: any thread; what is set counts for the thread that set it. Promise: a point that
/// nobody has armed costs one branch that is never taken.
#pragma once

#include <sluice/operators/error.hpp>
#include <string>
#include <string_view>

namespace sluice {

/// Thrown where a fault point was reached, because a fault was asked for there.
class injected_fault : public error {
 public:
  explicit injected_fault(std::string_view point)
      : error{"injected fault at '" + std::string{point} + "'"} {}
};

/// Decides what happens where a point is reached.
class fault_handler {
 public:
  virtual ~fault_handler() = default;
  /// Returns, or throws the fault.
  virtual void reached(std::string_view point) = 0;
};

/// Has a handler decide for what this thread does while the scope lives; null: no faults.
class fault_scope {
 public:
  explicit fault_scope(fault_handler* handler) : before_{current_} { current_ = handler; }
  ~fault_scope() { current_ = before_; }
  fault_scope(fault_scope const&) = delete;
  fault_scope& operator=(fault_scope const&) = delete;
  static fault_handler* current() { return current_; }

 private:
  static constinit inline thread_local fault_handler* current_ = nullptr;
  fault_handler* before_;
};

/// A place with a name, in a function of the stream or in the runtime.
/// @throws injected_fault, or what the handler throws
inline void fault_point(std::string_view name) {
  if (auto* handler = fault_scope::current()) [[unlikely]]
    handler->reached(name);
}

}  // namespace sluice

/// The same as a statement, for those who look for capitals: `SLUICE_FAULT_POINT("price known")`.
#define SLUICE_FAULT_POINT(name) ::sluice::fault_point(name)
