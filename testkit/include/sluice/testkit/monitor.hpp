/// What must hold at every step of a simulated run, and what must not last for ever.
///
/// Thread rule: one thread. Promise: a monitor sees every step, in the order in which they happen.
#pragma once

#include <cstdint>
#include <sluice/operators/error.hpp>
#include <sluice/operators/time.hpp>
#include <string>
#include <string_view>

namespace sluice::testkit {

/// Something that must hold did not.
class broken : public error {
 public:
  using error::error;
};

/// A message between two stages, as whoever gets it sees it.
struct link_event {
  enum class kind {
    open,    ///< the upstream end introduces itself
    opened,  ///< the answer, with the first credit
    grant,   ///< more credit
    data     ///< one upstream partition's share of a batch
  };
  kind what = kind::open;
  std::string_view at;         ///< the actor that is about to handle it: `stage 1/0`, `sink 0`
  std::uint32_t link = 0;      ///< the same number at both ends
  std::uint32_t epoch = 0;     ///< rises with every restart
  std::uint64_t sequence = 0;  ///< of data: 1, 2, 3, ... on this link in this epoch
  batch_id batch = 0;          ///< of data
  /// Of data: what it is. Of a grant: what may have been sent since the beginning of the epoch.
  std::uint64_t batches = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};

/// An invariant of a user's own. It is hot while something is owed: a run must not end hot.
class monitor {
 public:
  virtual ~monitor() = default;
  virtual std::string name() const = 0;
  /// A message of a link is about to be handled. @throws broken if what must hold does not
  virtual void link(link_event const&) {}
  /// Called after each step. @throws broken if what must hold does not
  virtual void step() {}
  /// Whether something is still owed.
  virtual bool hot() const { return false; }
};

}  // namespace sluice::testkit
