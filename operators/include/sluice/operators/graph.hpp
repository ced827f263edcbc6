/// The declared computation: nodes, edges and outputs, as data.
///
/// Thread rule: built by one thread; nodes are immutable once made (but see `lineage_hold`), ops
/// until the graph is frozen.
/// Promise: nothing runs while it is built; a mistake throws `usage_error` at the call that makes
/// it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <sluice/operators/kernel.hpp>
#include <sluice/operators/time.hpp>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

namespace sluice {

struct node;
using node_ptr = std::shared_ptr<node>;
class kept_batches;
class kept_partitions;
class session;

/// How the partitions of one node reach those of the next.
enum class exchange {
  forward,    ///< partition p to partition p; where they become fewer, neighbours to one
  hash,       ///< by key: every upstream partition to every downstream partition
  rebalance,  ///< dealt out evenly: every upstream partition to every downstream partition
  gather      ///< all to partition 0
};

std::string_view to_string(exchange kind);

/// An arrow of the graph with the work that is fused onto it.
struct edge {
  node_ptr from;
  exchange kind = exchange::forward;
  std::shared_ptr<edge_spec const> spec;
};

}  // namespace sluice

// Made once, in graph.cpp: every program that composes a stream would compile them otherwise.
extern template class std::vector<sluice::op_ptr>;
extern template class std::vector<sluice::edge>;

namespace sluice {

/// One unit of computation between two materialised partitions.
struct node {
  op_ptr who;
  std::vector<edge> inputs;
  std::shared_ptr<kernel const> compute;      ///< null for outputs
  std::shared_ptr<output_spec const> output;  ///< set for outputs only
  std::shared_ptr<kept_partitions> kept;      ///< set where an rdd is kept between jobs
  std::shared_ptr<kept_batches> batches;      ///< set where a stream keeps its batches
  std::size_t partitions = 1;
  std::optional<std::size_t> input_index;  ///< set for inputs of a stream: which one
  duration slide{0};                       ///< 0: valid for every batch of the context
  /// Set where several operators may read the node: the type of all its code, which has no values.
  std::type_info const* shared_as = nullptr;
};

/// While it lives, a checkpoint does not clear the node's `inputs`.
class lineage_hold {
 public:
  explicit lineage_hold(node_ptr of);
  lineage_hold(lineage_hold const&) = delete;
  lineage_hold& operator=(lineage_hold const&) = delete;
  ~lineage_hold();
  /// False if they have been cleared before.
  bool held() const { return held_; }

 private:
  node_ptr of_;
  bool held_;
};

/// The nodes and outputs of one context, or of one rdd job.
class graph : public std::enable_shared_from_this<graph> {
 public:
  /// @param services  outlives the graph
  /// @param interval  batch interval if the trigger is a clock, else nothing
  graph(session& services, std::optional<duration> interval);

  /// Registers an operator. Any thread, for an rdd's actions are called from any.
  /// @throws usage_error after `freeze`
  op_ptr make_op(std::string_view kind);
  void add_output(node_ptr output);
  /// Gives an operator its name. @throws usage_error if it is empty, taken, or the graph is frozen
  void name_op(op_ptr const& who, std::string_view name);
  /// @param reason  the rest of the sentence "cannot add an operator: ..."
  void freeze(std::string reason);
  void check_open(std::string_view what) const;
  /// @throws usage_error after `freeze`
  void ask_for_checkpoints(duration at_least_every);
  /// The shortest that was asked for.
  std::optional<duration> checkpoint_interval() const { return checkpoint_interval_; }

  /// Lets operators that come later read a node with `shared_as` and one input.
  void share(node_ptr const& made) { shared_.push_back(made); }
  /// A node that is shared and gives what a new one with this input would, or null.
  /// @param own_steps  how many of the input's last steps came with the node and have no values
  node_ptr find_shared(std::type_info const& as, edge const& in, std::size_t own_steps,
                       std::size_t partitions) const;

  std::vector<node_ptr> const& outputs() const { return outputs_; }
  std::optional<duration> interval() const { return interval_; }
  session& services() const { return services_; }

 private:
  session& services_;
  std::optional<duration> interval_;
  std::optional<duration> checkpoint_interval_;
  std::vector<node_ptr> outputs_;
  std::vector<std::weak_ptr<node>> shared_;
  std::mutex mutex_;  // for the two below
  std::uint32_t last_op_ = 0;
  std::vector<std::weak_ptr<op>> ops_;
  std::optional<std::string> frozen_;
};

using graph_ptr = std::shared_ptr<graph>;

}  // namespace sluice
