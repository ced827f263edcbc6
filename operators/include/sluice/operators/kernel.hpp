/// What a node computes, seen at the granularity of partitions.
///
/// Descriptions (`kernel`, `edge_spec`, `output_spec`) are const and shared by all threads; what
/// runs (`task`, `edge_writer`, `batch_output`) is made from them, one per partition, and used by
/// one thread at a time. Promise: a failed attempt leaves nothing behind.
#pragma once

#include <memory>
#include <optional>
#include <sluice/operators/chunk.hpp>
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
};

/// A node at work in one partition. Every `run` is followed by `keep` or by `discard`.
class task {
 public:
  virtual ~task() = default;
  /// Whether `run` is also called for a batch that none of the inputs has; they are absent then.
  virtual bool wants_absent() const { return false; }
  /// Whether what `run` gives depends on earlier batches.
  virtual bool has_state() const { return false; }
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
  /// Makes the effect of a prepared batch visible.
  virtual void commit(batch_ref const& batch) = 0;
  /// Forgets a prepared batch.
  virtual void abort(batch_ref const& batch) = 0;
};

class output_spec {
 public:
  virtual ~output_spec() = default;
  virtual std::unique_ptr<batch_output> make_output() const = 0;
};

}  // namespace sluice
