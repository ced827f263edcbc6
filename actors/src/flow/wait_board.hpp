/// Who waits for whose room, and since when.
///
/// Thread rule: any thread; knows no actors. Promise: costs nothing while nobody waits, and one
/// short lock when a wait begins or ends; a stall is told once when it has lasted, and once when it
/// is over, however often it is interrupted for a moment.
#pragma once

#include "credit.hpp"

#include <chrono>
#include <compare>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace sluice::flow {

/// One that can wait.
struct waiter {
  enum class kind : std::uint8_t {
    generator,  ///< for commits
    link,       ///< its upstream end, for credit
    input       ///< for room in its buffer
  };
  kind what = kind::link;
  std::size_t index = 0;  ///< of the link or the input

  friend auto operator<=>(waiter const&, waiter const&) = default;
};

class wait_board {
 public:
  using time = std::chrono::nanoseconds;

  struct wait {
    waiter who;
    credit held;    ///< what was handed over, or taken in, and is not processed
    credit window;  ///< how much of that there may be
    time since{};
  };
  /// A wait that has become a stall, or a stall that is over.
  struct news {
    wait what;
    bool over = false;
    time lasted{};
  };

  /// @param stall_after  a wait that lasts so long is a stall; a stall that is interrupted for so
  ///                     long is over
  explicit wait_board(time stall_after) : stall_after_{stall_after} {}

  /// From now on `wake` is called when `look` is to be called after `stall_after`; it must not
  /// block.
  void set_alarm(std::function<void()> wake);
  void begin(waiter who, credit const& held, credit const& window, time now);
  void end(waiter who, time now);
  /// The links and the generator are there no more: nobody waits but inputs.
  void forget_region(time now);
  /// Oldest first.
  std::vector<wait> waiting() const;
  /// What became a stall, or ended to be one. @param again  in what time to look again, if at all
  std::vector<news> look(time now, std::optional<time>& again);

 private:
  struct entry {
    wait what;
    std::optional<time> ended;
    bool told = false;

    bool waits() const { return !ended; }
  };
  using entries = std::map<waiter, entry>;

  entries::iterator end_one(entries::iterator at, time now);
  void arm();
  std::optional<time> due(entry const& e) const;

  time const stall_after_;
  mutable std::mutex mutex_;
  // All below: only under mutex_.
  entries entries_;  // that wait, or are told and have ended a moment ago
  std::function<void()> wake_;
  bool armed_ = false;
};

}  // namespace sluice::flow
