/// How far cutting has come; outlives the generators that cut, one after the other.
///
/// Thread rule: one generator at a time; commands may come from any thread. Promise: a batch whose
/// cut was begun is cut under the same id and time by whoever goes on; no command is lost.
#pragma once

#include "actors/src/batch_grid.hpp"
#include "actors/src/durability/records.hpp"
#include "actors/src/pace/batch_sizer.hpp"
#include "actors/src/pace/intake_rate.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace sluice {

/// What the program asks of the generator.
struct cut_command {
  enum class kind { cut_now, pause, resume, drain, until_idle } what = kind::cut_now;
  std::uint64_t ticket = 0;  ///< of `until_idle`: answered through the context's core
};

class command_queue {
 public:
  void push(cut_command command) {
    std::lock_guard guard{mutex_};
    waiting_.push_back(command);
  }
  std::vector<cut_command> take() {
    std::lock_guard guard{mutex_};
    return std::exchange(waiting_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<cut_command> waiting_;
};

/// A batch that the inputs have been asked for.
struct begun_cut {
  batch_ref batch;
  batch_time submitted{};
  std::vector<std::uint64_t> max_records;  ///< by input
  std::uint64_t checkpoint = 0;            ///< that begins behind it; 0: none
  /// A process before has cut the batch: what it noted; else null.
  std::shared_ptr<logged_batch const> noted;
  bool logged = false;  ///< by this process, which may do it again, but not write it down again
};

struct cutting_state {
  explicit cutting_state(batch_grid of) : grid{of} {}

  batch_grid grid;
  batch_id last_batch = 0;
  std::deque<std::shared_ptr<logged_batch const>> to_replay;
  batch_id poison = 0;  ///< the one of these whose records are passed over
  std::optional<begun_cut> begun;
  std::uint64_t requested = 0;
  bool paused = false;
  // Quiet: everything that exists is processed. Sought for tickets, for a drain, and to end by
  // itself.
  std::vector<std::uint64_t> tickets;
  bool draining = false;
  bool end_when_quiet = false;
  bool end_after_batch = false;
  std::vector<intake_rate> rates;    ///< by input
  std::optional<batch_sizer> sizer;  ///< under a trigger with a target
  bool begun_once = false;           ///< what the trigger does at the start has been done

  command_queue commands;
};

}  // namespace sluice
