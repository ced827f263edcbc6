/// Where the threads of a receiver and its host meet: room, order, wake-ups and requests.
///
/// Thread rule: any thread where it says so, otherwise the host. Promise: what is stored and not
/// yet committed stays within the limits; who waits for room is served in order and woken by an
/// end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sluice/operators/chunk.hpp>
#include <sluice/operators/error.hpp>
#include <sluice/operators/time.hpp>
#include <sluice/receivers/detail/split_chunk.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

class input_host;
struct input_cut;
struct input_status;
struct overflow_rules;
struct partition_codec;

/// A `store` of a receiver that is being stopped or restarted. The record was not taken.
class receiver_stopped : public error {
 public:
  using error::error;
};

namespace detail {

enum class receiver_request { restart, stop, report };

class receiver_core {
 public:
  using position = std::optional<std::uint64_t>;

  receiver_core();
  receiver_core(receiver_core const&) = delete;
  receiver_core& operator=(receiver_core const&) = delete;
  virtual ~receiver_core();

  // Any thread.

  std::size_t credit() const;
  bool stopped() const;
  position last_position() const;
  void ask(receiver_request what, std::string reason);
  /// `on_start` has ended, with the exception that it threw.
  void start_returned(std::exception_ptr thrown);

  // The host.

  /// What happened since it was asked before.
  struct news {
    std::vector<std::string> errors;
    std::uint64_t errors_dropped = 0;
    std::optional<std::pair<receiver_request, std::string>> request = {};
    bool start_returned = false;
    std::exception_ptr thrown = {};
    bool stored_any = false;
    /// About what was dropped, or could not be written.
    std::optional<std::string> overflow = {};
    /// Number of the open block, 0 if none is open.
    std::uint64_t open_block = 0;
  };
  /// @param wake  called in the host when there is news
  void attach(std::shared_ptr<input_host> host, std::string who, std::function<void()> wake,
              overflow_rules const& overflow, partition_codec const* codec);
  void detach();
  news take_news();
  /// Stores are welcome.
  void open();
  /// Who waits is woken; a store that needs no waiting is still taken.
  void begin_ending();
  /// No store is taken any more.
  void close();
  /// Seals the open block if it has this number.
  void seal(std::uint64_t open_block);
  input_cut cut(batch_id batch, std::uint64_t max_records, chunk_splitter split);
  /// Where the records end that were cut.
  struct cut_end {
    position at;               ///< the last one all records of which were cut
    std::uint64_t behind = 0;  ///< how many were cut behind it
  };
  cut_end where_cut_ends() const;
  /// The process before has cut up to there. Before `attach`.
  void go_on_behind(cut_end end);
  void committed(batch_id batch);
  input_status status() const;
  void count(std::map<std::string, std::uint64_t>& counters) const;

 protected:
  using guard = std::unique_lock<std::mutex>;

  /// Waits for room, or makes it, and checks the position. @return the lock to store under; none if
  /// the records are dropped
  guard begin_store(std::size_t bytes, std::size_t records, position at);
  /// One record was put into the open block.
  void end_store(guard lock, std::size_t bytes, position at);
  /// Blocks that come behind the open one.
  void end_store(guard lock, std::vector<chunk_ptr> blocks, position at);
  /// How many of these records, at their front, the process before has cut already. They count as
  /// stored. Called under the lock.
  std::size_t leave_out(std::size_t records, position at);
  bool leaves_out() const;
  /// Size above which a block is worth dividing.
  std::size_t block_bytes() const;

 private:
  /// The open block, which is empty afterwards. Called under the lock.
  virtual chunk_ptr take_open() = 0;

  struct state;
  bool make_place(guard& lock, std::size_t bytes, std::size_t records, position at);
  bool drop_for(std::size_t bytes, std::size_t records);
  [[noreturn]] void fail_full(guard lock);
  void wait_for_turn(guard& lock, std::size_t bytes, std::size_t records);
  void check_position(position at) const;
  void seal_open();
  void tell_of_records(guard lock);
  void wake(guard lock);

  std::unique_ptr<state> state_;
};

}  // namespace detail
}  // namespace sluice
