/// What the simulated storage and its open files and watches share.
///
/// Thread rule: one thread. Promise: after a crash, and after the storage is gone, nothing that
/// was opened before touches the tree, the clock or the queue again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <sluice/supervision/storage.hpp>
#include <sluice/testkit/sim_storage.hpp>
#include <string>
#include <vector>

#include "sim_tree.hpp"

namespace sluice::testkit {

/// A watch that was asked for.
struct sim_watch_state {
  sim_node_ptr directory;
  std::function<void()> changed;
  bool ended = false;
  bool queued = false;  // several changes before the call make one call
};

/// The machine's disk with everything a test may do to it.
class sim_disk {
 public:
  sim_disk(clock const& time, sim_events& events, random_stream chance)
      : time_{time}, events_{events}, chance_{chance} {}

  sim_tree& tree() { return tree_; }
  random_stream& chance() { return chance_; }
  batch_time now() const { return time_.now(); }
  /// Rises with every crash: what was opened in an earlier life is dead.
  std::uint64_t life() const { return life_; }

  /// Counts an operation and says whether it is to fail.
  std::optional<std::errc> gate(storage_operation operation, std::string const& path,
                                std::string const& second_path = {});
  /// How much of `wanted` more bytes fits.
  std::size_t room_for(std::size_t wanted);

  std::unique_ptr<watch> add_watch(sim_node_ptr directory, std::function<void()> changed);
  /// Tells who watches `directory`; null is nobody.
  void tell(sim_node_ptr const& directory);
  void end_life();
  /// As a crash, and nothing works until `start_again`.
  void stop(crash_loss loss);
  void start_again() { stopped_ = false; }
  bool stopped() const { return stopped_; }

  std::optional<std::uint64_t> capacity;
  sim_storage::probe director;
  sim_storage::probe probe;
  std::vector<storage_fault> faults;
  std::uint64_t operations = 0;
  std::optional<std::pair<std::uint64_t, crash_loss>> stops_at;  // the number of an operation
  std::set<sim_node_ptr> locked;

 private:
  clock const& time_;
  sim_events& events_;
  random_stream chance_;
  sim_tree tree_;
  std::uint64_t life_ = 0;
  bool stopped_ = false;
  std::vector<std::shared_ptr<sim_watch_state>> watches_;
};

}  // namespace sluice::testkit
