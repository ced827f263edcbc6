/// Faults as a text that people read and write: where, when, what.
///
/// Thread rule: plain values. Promise: `parse(s.text()) == s`; points are named, not counted, so a
/// script keeps its meaning while the program around them changes.
///
/// One line a fault, `#` begins a comment:
///
///     at "driver: batch_prepared" pass 3: kill
///     at "sink *: output_commit" pass 2: end the process
///     at "disk: append state/batches/*" pass 7: fail no_space_on_device
///     at "price known" chance 0.01: throw
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace sluice {

enum class fault_kind : std::uint8_t {
  hold,         ///< others go first, `amount` times
  kill,         ///< the actor dies, before it handles the message
  kill_after,   ///< the actor dies, having handled the message
  repeat,       ///< the message comes twice
  lose,         ///< the message of a link does not come
  defer,        ///< the message of a link comes behind those that wait already
  spoil,        ///< the message of a link says something that cannot be
  end_process,  ///< as `kill -9` does; the disk keeps what was written
  end_machine,  ///< the process ends, and of what was not flushed a drawn part is lost
  raise,        ///< the code throws `injected_fault`
  fail,         ///< the file operation fails with `code`
  cut,          ///< every connection breaks
  jump,         ///< the wall clock goes on by `amount` milliseconds, or back by -`amount`
  pause         ///< the thread stands still for `amount` milliseconds; virtual ones in a simulation
};

struct fault_action {
  fault_kind what = fault_kind::kill;
  std::int64_t amount = 0;
  std::errc code = std::errc::io_error;

  friend bool operator==(fault_action const&, fault_action const&) = default;
};

/// One line.
struct fault {
  std::string point;          ///< `*` stands for any characters
  std::uint64_t passage = 0;  ///< which time the point is passed, from 1; 0: any time, by chance
  double chance = 1.0;        ///< at each passage, if `passage` is 0
  fault_action action;

  friend bool operator==(fault const&, fault const&) = default;
};

struct fault_script {
  std::vector<fault> faults;

  std::string text() const;
  /// @throws usage_error naming the line and what was expected
  static fault_script parse(std::string_view text);

  friend bool operator==(fault_script const&, fault_script const&) = default;
};

std::string to_string(fault_action const& action);
std::string to_string(fault const& f);

/// Whether a text fits a pattern in which `*` stands for any characters.
bool fits(std::string_view pattern, std::string_view text);

}  // namespace sluice
