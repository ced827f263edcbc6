/// What a stream writes down so that it can go on after its process has ended: batches before
/// anybody works on them, commits, and states.
///
/// Thread rule: any thread, once it is set up. Promise: a batch that was allocated comes back with
/// the same content until a checkpoint covers it; a checkpoint counts only when the batch at its
/// end is committed and all of it is durable.
///
/// A directory holds `batches/` (a log of batches and commits), `states/` (a log of what tasks have
/// saved) and the checkpoints, which tell where in both to begin.
#pragma once

#include "whole_saves.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sluice/actors/options.hpp>
#include <sluice/operators/byte_io.hpp>
#include <sluice/supervision/checkpoint_store.hpp>
#include <sluice/supervision/durable_log.hpp>

namespace sluice {

class world;

/// What the process before has left.
struct recovered_stream {
  stream_frame frame;
  std::optional<checkpoint_contents> from;   ///< none: all batches since the first are there
  std::deque<logged_batch> batches;          ///< behind the checkpoint, oldest first
  batch_id committed = 0;                    ///< the newest
  std::map<batch_id, std::size_t> attempts;  ///< processes that have begun with a batch

  /// The oldest batch that is not committed, or null.
  logged_batch* suspect() {
    for (auto& batch : batches)
      if (batch.batch.id == committed + 1) return &batch;
    return nullptr;
  }
  /// The newest that was allocated.
  batch_id last_batch() const {
    return !batches.empty() ? batches.back().batch.id : from ? from->batch.id : 0;
  }
};

/// How a checkpoint ended.
struct checkpoint_result {
  std::uint64_t number = 0;
  batch_id batch = 0;
  std::optional<std::string> failed;
};

class journal : public std::enable_shared_from_this<journal> {
 public:
  /// @throws runtime_failure if the directory cannot be used, naming it and the reason
  journal(world& outside, std::string directory, checkpoint_options const& how);
  ~journal();
  journal(journal const&) = delete;
  journal& operator=(journal const&) = delete;

  // Setting up, in this order, by one thread.

  /// Null if the stream has never begun here.
  recovered_stream* recovered() { return recovered_ ? &*recovered_ : nullptr; }
  /// For people: what was found, what was passed over and why.
  std::string const& note() const { return note_; }
  /// Whether the process before has closed it.
  bool found_clean() const { return store_->decision().clean; }
  /// Hands over the states of the checkpoint, save by save. To be called even if there is none.
  using state_visitor = whole_saves::visitor;
  /// @throws runtime_failure
  void read_states(state_visitor const& visit);
  /// This process begins with a batch that one before has not committed. @throws runtime_failure
  void attempt(batch_id batch);
  /// Keeps a batch in a file of its own. @return its path. @throws runtime_failure
  std::string put_aside(logged_batch const& batch);
  /// The stream begins, for the first time. @throws runtime_failure
  void begin(stream_frame const& frame);

  // The life of a batch.

  /// Returns when the batch is durable. @throws runtime_failure if it is not
  void allocate(logged_batch batch);
  void committed(batch_id batch);

  // Checkpoints.

  /// The number of the checkpoint that the next batch is to end; 0 if none is due.
  std::uint64_t begin_checkpoint_if_due(std::chrono::nanoseconds now);
  /// A task's save for a checkpoint, written in the background. If it fails, the checkpoint will.
  void save(std::uint64_t checkpoint, saved_task task, byte_vector bytes) {
    write_soon(checkpoint, {std::move(task), std::move(bytes), true});
  }
  /// The next piece of a save that goes on: it counts once `save` has been given the rest.
  void save_piece(std::uint64_t checkpoint, saved_task task, byte_vector bytes) {
    write_soon(checkpoint, {std::move(task), std::move(bytes), false});
  }
  void save_failed(std::uint64_t checkpoint, std::string why);
  /// Rises when saves were lost: whoever has not seen it before starts over.
  std::uint64_t lost_saves() const { return lost_saves_; }
  /// The batch at its end is committed: makes the checkpoint durable, in the background.
  /// @param done  called from there
  void end_checkpoint(std::uint64_t number, batch_ref const& batch, input_notes positions,
                      std::function<void(checkpoint_result)> done);

  /// Nothing follows. @param clean  the next process need not think that this one has crashed
  void close(bool clean);

 private:
  static constexpr auto next_log_entry = "next_log_entry";
  static constexpr auto first_state = "first_state_entry";

  struct saved_piece {
    saved_task task;
    byte_vector bytes;
    bool is_last;
  };
  struct open_checkpoint {
    std::uint64_t number = 0;
    std::vector<saved_piece> waiting;
    std::vector<saved_task> tasks;  ///< that are in the log
    std::optional<std::string> failed;
    void fail(std::string why) { failed = std::move(why); }
  };

  void open_store();
  void open_batches();
  void remove_log(char const* name);
  void take_in(std::uint64_t sequence, std::string_view bytes);
  bool is_void(std::uint64_t save) const;
  void write_soon(std::uint64_t checkpoint, saved_piece piece);
  std::uint64_t append_durably(log_entry entry, char const* what);
  std::optional<std::string> write(checkpoint_contents& contents);
  void write_saves();
  std::optional<std::string> sync_saves();
  std::optional<open_checkpoint> close_open(std::optional<std::string> failed);
  std::optional<std::string> write(std::uint64_t checkpoint, saved_piece const& piece);
  std::optional<std::string> finish_saves(checkpoint_contents& contents);
  std::uint64_t entry_behind(batch_id batch);
  void clean_up();
  std::string path(char const* name) const { return directory_ + '/' + name; }

  world& outside_;
  std::string const directory_;
  checkpoint_options const how_;
  std::optional<recovered_stream> recovered_;
  std::string note_;
  stream_frame frame_;

  std::mutex store_mutex_;  // first, if several are taken
  std::unique_ptr<checkpoint_store> store_;

  std::mutex batch_mutex_;
  std::unique_ptr<durable_log> batches_;
  std::deque<std::pair<batch_id, std::uint64_t>> entries_;  // where batches are in the log

  std::mutex state_mutex_;
  std::unique_ptr<durable_log> states_;
  std::map<std::uint64_t, std::uint64_t> first_entry_;  // of each save that may be needed
  std::vector<std::pair<std::uint64_t, std::uint64_t>> void_saves_;  // from, to

  std::mutex open_mutex_;  // never held while something is written
  std::optional<open_checkpoint> open_;
  std::uint64_t last_number_ = 0;
  std::chrono::nanoseconds last_checkpoint_;

  std::atomic<std::uint64_t> lost_saves_{0};
};

}  // namespace sluice
