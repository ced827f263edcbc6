/// What happens to lines that are not as lines should be.
///
/// Thread rule: plain values. Promise: each case is counted, whatever the choice.
#pragma once

namespace sluice {

/// A line longer than `max_line_bytes`.
enum class long_line {
  split,  ///< becomes several records of that many bytes and a last one with the rest
  fail,   ///< ends the input with an error; the lines before it are delivered
  drop    ///< is left out, up to its line end
};

/// What a peer sent behind its last line end before the connection ended.
enum class partial_line {
  emit,  ///< becomes a record of its own
  drop   ///< is left out
};

}  // namespace sluice
