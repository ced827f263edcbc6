/// Every message of the runtime. Each carries the epoch of the incarnation that sent it and belongs
/// to one lane; credit in them is cumulative.
#pragma once

#include "cells/batch_ledger.hpp"
#include "cells/cutting.hpp"
#include "cells/input_cell.hpp"
#include "durability/journal.hpp"
#include "flow/credit.hpp"

#include <caf/all.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <sluice/actors/listener.hpp>
#include <sluice/operators/kernel.hpp>
#include <sluice/operators/record_errors.hpp>
#include <sluice/receivers/input.hpp>
#include <string>

namespace sluice {

/// Which messages wait for which: control and credit overtake, barrier and data keep their order.
/// Only data waits for credit.
enum class lane : std::uint8_t { control, barrier, credit, data };

using epoch_number = std::uint32_t;
using link_id = std::uint32_t;

/// Which part of the plan did the work that failed.
struct work_place {
  enum class kind { none, stage, output, input, journal } what = kind::none;
  std::size_t index = 0;      ///< of the stage, the output or the input
  std::size_t partition = 0;  ///< of the stage
};

/// What a batch has cost.
struct batch_work {
  batch_measure all;
  std::vector<std::uint64_t> records;  ///< by input
};

namespace msg {

template <lane L>
struct on {
  static constexpr lane lane_of = L;
  epoch_number epoch = 1;
};

// Links.

struct link_open : on<lane::control> {
  link_id link = 0;
  caf::actor upstream;
};
struct link_opened : on<lane::credit> {
  link_id link = 0;
  flow::credit total;
};
struct link_grant : on<lane::credit> {
  link_id link = 0;
  flow::credit total;
};
/// One upstream partition's share of a batch, empty or not.
struct link_data : on<lane::data> {
  link_id link = 0;
  std::uint64_t sequence = 0;  ///< 1, 2, 3, ... on this link in this epoch
  batch_context now;
  partition part;
  batch_id committed = 0;  ///< no batch up to this one comes again
};

// Cutting.

struct probe_request : on<lane::control> {
  std::uint64_t round = 0;
};
struct probe_reply : on<lane::control> {
  std::uint64_t round = 0;
  std::size_t input = 0;
  input_status status;
};
struct input_changed : on<lane::control> {
  std::size_t input = 0;
  input_status status;
};
struct cut_request : on<lane::control> {
  batch_ref batch;
  std::uint64_t max_records = 0;
  bool positioned = false;                    ///< a checkpoint begins behind the batch
  std::shared_ptr<logged_batch const> noted;  ///< by a process before; null: the cut is new
};
struct cut_reply : on<lane::control> {
  batch_id batch = 0;
  std::size_t input = 0;
  input_cell::noted_cut cut;
  std::map<std::string, std::uint64_t> counters;
};
struct drain_inputs : on<lane::control> {};

// The life of a batch.

struct batch_prepared : on<lane::barrier> {
  batch_id batch = 0;
  std::size_t output = 0;
};
struct output_commit : on<lane::control> {
  batch_ref batch;
};
struct output_committed : on<lane::barrier> {
  batch_id batch = 0;
  std::size_t output = 0;
};
struct batch_committed : on<lane::control> {
  batch_id batch = 0;
  std::shared_ptr<batch_work const> work;  ///< for the generator, if it learns
};
/// Records may be cut again that a rate has held back.
struct paced : on<lane::control> {};
struct checkpoint_ended : on<lane::control> {
  checkpoint_result result;
};
/// The batches before `batch` can still be committed; 0: no batch is to blame.
struct role_failed : on<lane::control> {
  batch_id batch = 0;
  std::exception_ptr cause;
  work_place where;
  bool hopeless = false;  ///< another try is of no use
};
/// Overtakes the batch on its way to the sinks, so the driver knows before it commits.
struct records_diverted : on<lane::control> {
  batch_id batch = 0;
  diverted_records records;
};

// Asking the generator.

struct tick : on<lane::control> {
  std::uint64_t number = 0;
};
/// For the guardian, who puts it into the command queue.
struct command : on<lane::control> {
  cut_command what;
};
/// Something is in the command queue.
struct commanded : on<lane::control> {};

// Around.

struct stop_request : on<lane::control> {
  bool drain_first = false;
};
/// Goes on after a suspension, or after a pause.
struct resume_request : on<lane::control> {};
/// A fault: one of the actors whose role begins so is to die.
struct kill_request : on<lane::control> {
  std::string role;
};
/// The pause before a restart is over.
struct restart_now : on<lane::control> {
  std::uint64_t number = 0;
};
struct restart_host : on<lane::control> {
  std::size_t input = 0;
};
/// Something has begun to wait that is to be looked at after a while.
struct wait_begun : on<lane::control> {};
struct look_at_waits : on<lane::control> {};
/// An input has posted work to its port.
struct posted_work : on<lane::data> {};
struct input_timer : on<lane::data> {
  std::uint64_t timer = 0;
};
/// The listener bus holds an event.
struct listener_event : on<lane::data> {};
struct proceed : on<lane::data> {};

}  // namespace msg
}  // namespace sluice

#define SLUICE_LOCAL_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::msg::type)
SLUICE_LOCAL_MESSAGE(link_open)
SLUICE_LOCAL_MESSAGE(link_opened)
SLUICE_LOCAL_MESSAGE(link_grant)
SLUICE_LOCAL_MESSAGE(link_data)
SLUICE_LOCAL_MESSAGE(probe_request)
SLUICE_LOCAL_MESSAGE(probe_reply)
SLUICE_LOCAL_MESSAGE(input_changed)
SLUICE_LOCAL_MESSAGE(cut_request)
SLUICE_LOCAL_MESSAGE(cut_reply)
SLUICE_LOCAL_MESSAGE(drain_inputs)
SLUICE_LOCAL_MESSAGE(batch_prepared)
SLUICE_LOCAL_MESSAGE(output_commit)
SLUICE_LOCAL_MESSAGE(output_committed)
SLUICE_LOCAL_MESSAGE(batch_committed)
SLUICE_LOCAL_MESSAGE(checkpoint_ended)
SLUICE_LOCAL_MESSAGE(role_failed)
SLUICE_LOCAL_MESSAGE(records_diverted)
SLUICE_LOCAL_MESSAGE(tick)
SLUICE_LOCAL_MESSAGE(commanded)
SLUICE_LOCAL_MESSAGE(stop_request)
SLUICE_LOCAL_MESSAGE(resume_request)
SLUICE_LOCAL_MESSAGE(kill_request)
SLUICE_LOCAL_MESSAGE(restart_now)
SLUICE_LOCAL_MESSAGE(restart_host)
SLUICE_LOCAL_MESSAGE(command)
SLUICE_LOCAL_MESSAGE(posted_work)
SLUICE_LOCAL_MESSAGE(input_timer)
SLUICE_LOCAL_MESSAGE(listener_event)
SLUICE_LOCAL_MESSAGE(proceed)
SLUICE_LOCAL_MESSAGE(paced)
SLUICE_LOCAL_MESSAGE(wait_begun)
SLUICE_LOCAL_MESSAGE(look_at_waits)
#undef SLUICE_LOCAL_MESSAGE
