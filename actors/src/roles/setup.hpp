/// What all roles of one context share: the frozen plan and the way to core and world.
///
/// Thread rule: immutable after start, but for what says otherwise. Promise: outlives every role.
#pragma once

#include "actors/src/cells/cells.hpp"
#include "actors/src/context_core.hpp"
#include "actors/src/durability/journal.hpp"
#include "actors/src/messages.hpp"

#include <sluice/operators/plan.hpp>
#include <sluice/receivers/batch_queue.hpp>
#include <sluice/supervision/live_faults.hpp>
#include <sluice/supervision/world.hpp>

namespace sluice {

/// An input as it was declared.
struct declared_input {
  std::unique_ptr<input> source;  // until the start
  op_ptr who;
  partition_codec const* codec = nullptr;  ///< of its records, if they have one
  std::string id;                          ///< by which a checkpoint knows it

  /// As the program named it, for people.
  std::string name() const { return who->name(); }
};

struct setup {
  std::shared_ptr<context_core> core;
  world* outside = nullptr;
  sluice::plan plan;
  std::size_t parallelism = 1;
  record_error_rules record_rules;
  std::shared_ptr<batch_queue<dead_letter>> dead_letters;  ///< null: nobody reads them
  std::shared_ptr<sluice::journal> journal;                ///< null: nothing outlives the process
  batch_time zero{};
  std::vector<declared_input> inputs;
  std::optional<recovery_info> recovered;  ///< set if there is a journal
  std::vector<std::shared_ptr<streaming_listener>> listeners;
  std::shared_ptr<live_faults> faults;  ///< null: not allowed here

  /// What a link may carry unprocessed.
  flow::credit link_window() const {
    auto const& o = core->settings();
    return {o.max_in_flight_batches, o.link_buffer.records, o.link_buffer.bytes};
  }
  batch_time now() const { return outside->clock().now(); }
  /// Who decides about faults on this thread now.
  fault_handler* fault_source() const { return faults ? faults.get() : fault_scope::current(); }
  /// A fault point of the runtime. @throws injected_fault
  void pass(std::string_view point) const {
    if (auto* source = fault_source()) [[unlikely]]
      source->reached(point);
  }
  /// A batch is committed that has passed over records: tells and keeps them.
  void publish(std::vector<dead_letter> letters, std::uint64_t skipped) const;
};

using setup_ptr = std::shared_ptr<setup>;

/// What the actors that were spawned together share. The next ones have a higher epoch and the same
/// cells.
struct incarnation {
  setup_ptr setup;
  std::shared_ptr<cells> kept;
  epoch_number epoch = 0;
};

/// Links are numbered by stage, port, sender and receiver, so that both ends know the number
/// without asking; links from the generator come first.
class link_numbers {
 public:
  explicit link_numbers(plan const& p);
  link_id of(std::size_t to_stage, std::size_t port, std::size_t sender,
             std::size_t receiver) const;
  /// From the generator to a partition of an input stage.
  link_id of_input(std::size_t stage, std::size_t receiver) const;
  /// The ends of a link; without a port it comes from the generator.
  struct place {
    std::size_t to_stage = 0;
    std::optional<std::size_t> port;
    std::size_t sender = 0;
    std::size_t receiver = 0;
  };
  place find(link_id link) const;

 private:
  plan const& plan_;
  std::vector<link_id> first_;  // by stage
};

}  // namespace sluice
