/// One input; outlives the actors that host it, one after the other.
///
/// Thread rule: one actor at a time. Promise: what was received is not lost with the actor, and a
/// batch that is cut again gives what it gave before.
#pragma once

#include "input_port.hpp"

#include <optional>

namespace sluice {

class input_cell {
 public:
  input_cell(std::unique_ptr<input> source, std::shared_ptr<context_core> core, world& outside,
             std::size_t partitions);

  input& source() { return *source_; }
  input_port& port() { return *port_; }
  /// Starts the input, unless a host before has done it.
  void start();
  input_cut cut(batch_ref const& batch, std::uint64_t max_records);
  void committed(batch_id batch);
  /// Ends the input. Called once no host will come any more.
  void end();

 private:
  struct last_cut {
    batch_id batch;
    input_cut given;
  };

  std::unique_ptr<input> source_;
  std::shared_ptr<context_core> core_;
  std::shared_ptr<input_port> port_;
  bool started_ = false;
  std::optional<last_cut> last_cut_;  // until its commit, or the next
};

}  // namespace sluice
