/// What a node computes, seen at the granularity of partitions.
///
/// Descriptions (`kernel`, `edge_spec`, `output_spec`) are const and shared by all threads; what
/// runs (`task`, `edge_writer`, `batch_output`) is made from them, one per partition, and used by
/// one thread at a time. Promise: a failed attempt leaves nothing behind.
#pragma once

#include <memory>
#include <optional>
#include <sluice/operators/chunk.hpp>
#include <sluice/operators/delivery.hpp>
#include <sluice/operators/op.hpp>
#include <sluice/operators/time.hpp>
#include <span>
#include <string>
#include <vector>

namespace sluice {

/// What a task is told about the batch it works on.
struct batch_context {
  batch_ref batch;
  /// The start of the time grid: windows are aligned to it.
  batch_time zero{};
  /// Number of the checkpoint that begins after the batch; 0: none.
  std::uint64_t checkpoint = 0;
};

class byte_reader;
class byte_writer;

/// What a task keeps between batches, as bytes: a chain of saves, each with what has changed since
/// the one before. Called between batches only.
class task_state {
 public:
  virtual ~task_state() = default;
  /// Changes when the bytes of a save change their meaning.
  virtual std::uint64_t schema() const = 0;
  /// Writes what has changed since the save before; with the first one, everything.
  /// @param number  of this save; rises
  /// @return  the number of the oldest save that is needed, with all after it, to come back here
  virtual std::uint64_t save(byte_writer& out, std::uint64_t number) = 0;
  /// The last save is lost, or any before it: the next one holds everything.
  virtual void start_over() = 0;
  /// Takes in a save, the oldest needed one first, before the first `run`.
  /// @throws runtime_failure  if the bytes are not those of a save
  virtual void load(byte_reader& in, std::uint64_t number) = 0;
};

/// A node at work in one partition. Every `run` is followed by `keep` or by `discard`.
class task {
 public:
  virtual ~task() = default;
  /// Whether `run` is also called for a batch that none of the inputs has; they are absent then.
  virtual bool wants_absent() const { return false; }
  /// Whether what `run` gives depends on earlier batches.
  virtual bool has_state() const { return false; }
  /// Null without state, and if a type in it has no codec.
  virtual task_state* durable_state() { return nullptr; }
  /// Whether `run` looks at none of its inputs: they are left out then.
  virtual bool at_hand() const { return false; }
  /// @param inputs  one partition per edge of the node, chunks in the order of the upstream
  /// partitions
  virtual partition run(batch_context const& now, std::span<partition const> inputs) = 0;
  /// The stage has finished the batch: what `run` changed is the state from now on.
  virtual void keep() {}
  /// The attempt has failed: what `run` changed is undone.
  virtual void discard() {}
};

/// A node's computation as a description.
class kernel {
 public:
  virtual ~kernel() = default;
  virtual std::unique_ptr<task> make_task(std::size_t partition_index) const = 0;
};

/// The upstream end of an edge at work: runs the fused steps and deals the results into buckets.
class edge_writer {
 public:
  virtual ~edge_writer() = default;
  virtual void write(partition const& in, std::span<partition> buckets) = 0;
};

/// The upstream end of an edge as a description.
class edge_spec {
 public:
  virtual ~edge_spec() = default;
  virtual std::unique_ptr<edge_writer> make_writer(std::size_t partition_index) const = 0;
  /// The fused steps, first to last.
  std::vector<op_ptr> steps;
};

/// An output at work. `prepare` and `commit` come in batch order; between them other batches may be
/// prepared.
class batch_output {
 public:
  virtual ~batch_output() = default;
  /// Takes the batch, without visible effect.
  /// @param parts  one partition per upstream partition, in their order
  virtual void prepare(batch_context const& now, std::vector<partition> parts) = 0;
  /// Whether `prepare` only keeps the batch: without risk, and without use for anybody else.
  virtual bool prepares_nothing() const { return false; }
  /// Makes the effect of a prepared batch visible.
  virtual void commit(batch_ref const& batch) = 0;
  /// Forgets a prepared batch.
  virtual void abort(batch_ref const& batch) = 0;
  /// The process before has ended, and the stream goes on: its record tells that the batches up to
  /// `committed` are, the later ones come again. Called before anything else.
  /// @return  the newest batch that is known to be committed here, at least `committed`
  virtual batch_id recover(batch_id committed) { return committed; }
  virtual delivery guarantee() const { return delivery::at_least_once; }
};

class output_spec {
 public:
  virtual ~output_spec() = default;
  virtual std::unique_ptr<batch_output> make_output() const = 0;
};

}  // namespace sluice
