/// One input; outlives the actors that host it, one after the other.
///
/// Thread rule: one actor at a time. Promise: what was received is not lost with the actor, and a
/// batch that is cut again gives what it gave before.
#pragma once

#include "input_port.hpp"

#include <optional>
#include <sluice/operators/partition_codec.hpp>

namespace sluice {

class input_cell {
 public:
  /// A share, and what brings it back in another process.
  struct noted_cut {
    input_cut given;
    std::string note;      ///< for `cut_again`; empty unless the stream is recoverable
    std::string position;  ///< where the input stands behind it, for `go_on_from`; if asked for
  };

  input_cell(std::unique_ptr<input> source, std::shared_ptr<context_core> core, world& outside,
             std::size_t partitions, wait_place waits = {});

  input& source() { return *source_; }
  input_port& port() { return *port_; }
  /// From now on cuts are noted.
  /// @param codec  of the records; if it is null, their part of open batches goes with the process
  void note_cuts(partition_codec const* codec);
  /// Where the process before has stood. Before `start`.
  void go_on_from(std::string position) { go_on_from_ = std::move(position); }
  /// Starts the input, unless a host before has done it.
  void start();
  noted_cut const& cut(batch_ref const& batch, std::uint64_t max_records, bool positioned);
  noted_cut const& cut_again(batch_ref const& batch, std::string_view note);
  void committed(batch_id batch);
  /// Ends the input. Called once no host will come any more.
  void end();

  /// Where an input that is logged stood behind the cut of this note.
  static std::string position_in(std::string_view note);

 private:
  struct last_cut {
    batch_id batch;
    noted_cut made;
  };

  bool is_last(batch_ref const& batch) const { return last_cut_ && last_cut_->batch == batch.id; }
  bool logs_records() const { return codec_ && source_->recovery() == input_recovery::log; }
  std::string note_of(input_cut const& given) const;
  input_cut from_log(batch_ref const& batch, std::string_view note) const;

  std::unique_ptr<input> source_;
  std::shared_ptr<context_core> core_;
  std::shared_ptr<input_port> port_;
  std::size_t partitions_;
  bool noting_ = false;
  partition_codec const* codec_ = nullptr;
  std::optional<std::string> go_on_from_;
  bool started_ = false;
  std::optional<last_cut> last_cut_;  // until its commit, or the next
};

}  // namespace sluice
