/// How a program writes a source of its own.
///
/// Thread rule: `on_start` runs on a thread of the receiver's own, `on_stop` in the input's host; a
/// handle may be used from any thread. Promise: what a `store` took is in the stream; what it did
/// not take it says by an exception.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <sluice/operators/error.hpp>
#include <sluice/receivers/detail/receiver_store.hpp>
#include <sluice/receivers/overflow.hpp>
#include <sluice/receivers/reconnect_backoff.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

struct receiver_options {
  /// For people, in logs and listener events.
  std::string name = {};
  /// Time between `on_stop` and `on_start` of a restart that was asked for.
  std::chrono::milliseconds restart_delay{2'000};
  /// Waits before a receiver is started again whose `on_start` threw; they grow until it stores
  /// something.
  reconnect_backoff backoff{.min = std::chrono::milliseconds{2'000},
                            .max = std::chrono::milliseconds{60'000}};
  /// The source goes on behind `last_position()`, or at its beginning if there is none, and gives
  /// from there what it gave before, in the same order: nothing is lost with the process.
  bool replayable = false;
  /// In a stream with a checkpoint directory: whether records are written down with their batch.
  /// Otherwise batches that the process leaves behind come again without them.
  bool logged = true;
  /// What becomes of records for which there is no room in `options.receiver_buffer`.
  sluice::overflow overflow = sluice::overflow::backpressure;
  /// Where `overflow::spill` puts records, and how many.
  spill_options spill = {};
  /// Records per second that may go into batches, over a second or the interval of the clock
  /// trigger; what exceeds them waits in the buffer, then `overflow` decides. 0: no bound. Not for
  /// what `run_until_idle`, `request_batch` and a drain cut.
  std::uint64_t max_rate = 0;
};

/// A receiver's way into its stream. A copy is the same handle.
///
/// `store` blocks while the receiver's buffer has no room: that is how a slow stream slows its
/// source. It throws `receiver_stopped` if the receiver is stopped or restarted meanwhile, and then
/// has not taken the record. In a simulation, where nothing may block, it throws `runtime_failure`
/// instead of waiting.
///
/// Going on after the process has ended, in a stream with a checkpoint directory: `last_position()`
/// is the last one whose records are all in batches. A batch may also end inside a block, or have
/// records without a position; if the receiver is `replayable`, those that batches have already are
/// left out when they are stored again.
template <class T>
class receiver_handle {
 public:
  explicit receiver_handle(std::shared_ptr<detail::receiver_store<T>> store)
      : store_{std::move(store)} {}

  /// Adds one record to the open block, which is sealed when a batch is cut, when it is large
  /// enough or when the block interval is over.
  void store(T record) { store_->store(std::move(record), std::nullopt); }
  /// Adds one block and returns when it is in the buffer.
  void store(std::vector<T> records) { store_->store(std::move(records), std::nullopt); }
  /// The same for a source that can be read again from a position.
  /// @throws usage_error if `position` is not above the one before
  void store_at(std::uint64_t position, T record) { store_->store(std::move(record), position); }
  void store_at(std::uint64_t position, std::vector<T> records) {
    store_->store(std::move(records), position);
  }
  /// The position that was stored last, to go on behind it after a restart; likewise when the
  /// process before has ended.
  std::optional<std::uint64_t> last_position() const { return store_->last_position(); }

  /// Returns at once; `on_stop`, the restart delay and `on_start` follow.
  void restart(std::string reason) {
    store_->ask(detail::receiver_request::restart, std::move(reason));
  }
  /// Returns at once; `on_stop` follows. Final; what was stored is still processed.
  void stop(std::string reason) { store_->ask(detail::receiver_request::stop, std::move(reason)); }
  /// Tells listeners and the log; the receiver goes on.
  void report_error(std::string reason) {
    store_->ask(detail::receiver_request::report, std::move(reason));
  }

  /// About how many records can be stored now without waiting, judged by the size of those held.
  std::size_t credit() const { return store_->credit(); }
  /// True once the receiver should end what it does: for loops in `on_start`.
  bool stopped() const { return store_->stopped(); }

 private:
  std::shared_ptr<detail::receiver_store<T>> store_;
};

/// A source of records.
template <class T>
struct receiver {
  using record_type = T;

  virtual ~receiver() = default;
  /// Begins to store. It may loop until `handle.stopped()`, or start threads of its own and return.
  /// What it throws is reported and leads to a restart. In a simulation it runs in the host and
  /// must return soon.
  virtual void on_start(receiver_handle<T>& handle) = 0;
  /// Makes `on_start` return, and ends and joins what it started. What `on_stop` stores is taken as
  /// long as there is room. It runs in the host, which waits for it.
  virtual void on_stop() = 0;
};

}  // namespace sluice
