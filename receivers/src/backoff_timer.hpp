/// The waits of `reconnect_backoff`, one after the other.
///
/// Thread rule: one at a time. Promise: the same generator gives the same waits.
#pragma once

#include <chrono>
#include <sluice/receivers/reconnect_backoff.hpp>
#include <sluice/supervision/world.hpp>
#include <string>

namespace sluice {

/// @param who  input that the options are of, for the error text
/// @throws usage_error naming the option that is wrong
void check_backoff(std::string const& who, reconnect_backoff const& how);

class backoff_timer {
 public:
  backoff_timer(reconnect_backoff how, random_stream chance) : how_{how}, chance_{chance} {}

  std::chrono::milliseconds next();
  void reset() { failures_ = 0; }
  /// Waits since the last reset.
  std::size_t failures() const { return failures_; }

 private:
  reconnect_backoff how_;
  random_stream chance_;
  std::size_t failures_ = 0;
};

}  // namespace sluice
