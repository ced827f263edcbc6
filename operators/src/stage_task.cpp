#include "plan_links.hpp"

#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/operators/kept_partitions.hpp>
#include <sluice/operators/stage_task.hpp>

namespace sluice {

std::exception_ptr make_stream_failure(op_ptr const& who, batch_ref const& batch,
                                       std::size_t partition_index, std::exception_ptr cause) {
  auto text = "operator '" + who->name() + "' failed in batch " + std::to_string(batch.id) +
              ", partition " + std::to_string(partition_index) + ": " + describe(cause);
  try {
    try {
      std::rethrow_exception(cause);
    } catch (...) {
      std::throw_with_nested(stream_failure{text});
    }
  } catch (...) {
    return std::current_exception();
  }
}

namespace {

partition absent_partition() {
  partition none;
  none.absent = true;
  return none;
}

}  // namespace

stage_task::stage_task(stage const& of, std::size_t partition_index,
                       record_error_rules const* rules)
    : stage_{of}, partition_index_{partition_index}, rules_{rules} {
  for (std::size_t i = 0; i != of.nodes.size(); ++i) {
    auto const& n = *of.nodes[i];
    node_task made;
    if (n.compute) made.work = n.compute->make_task(partition_index);
    for (std::size_t e = 0; e != n.inputs.size(); ++e) {
      input_of_node in;
      for (std::size_t local = 0; local != i; ++local)
        if (of.nodes[local] == n.inputs[e].from) {
          in.where = input_of_node::place::this_stage;
          in.index = local;
          in.writer = n.inputs[e].spec->make_writer(partition_index);
        }
      for (std::size_t p = 0; p != of.ports.size(); ++p)
        if (of.ports[p].node == i && of.ports[p].edge == e) {
          in.where = input_of_node::place::port;
          in.index = p;
        }
      made.inputs.push_back(std::move(in));
    }
    nodes_.push_back(std::move(made));
  }
  for (auto const& out : of.outs)
    outs_.push_back({out.spec->make_writer(partition_index),
                     sends_to_all(out) ? out.downstream_partitions : 1});
  find_needed();
}

// Backwards from what leaves the stage; what is at hand needs nothing.
void stage_task::find_needed() {
  for (auto const& out : stage_.outs) nodes_[out.node].needed = true;
  for (auto n = nodes_.rbegin(); n != nodes_.rend(); ++n) {
    n->at_hand = n->work && n->work->at_hand();
    if (!n->needed || n->at_hand) continue;
    for (auto const& in : n->inputs)
      if (in.where == input_of_node::place::this_stage) nodes_[in.index].needed = true;
  }
}

std::vector<std::vector<partition>> stage_task::run(
    batch_context const& now, std::vector<std::vector<partition>> const& inputs) {
  if (!rules_) return run_nodes(now, inputs);
  record_error_scope scope{*rules_, now.batch, partition_index_};
  try {
    auto results = run_nodes(now, inputs);
    diverted_ = scope.take();
    return results;
  } catch (...) {
    hopeless_ = scope.is_hopeless();
    throw;
  }
}

std::vector<std::vector<partition>> stage_task::run_nodes(
    batch_context const& now, std::vector<std::vector<partition>> const& inputs) {
  std::vector<partition> done;
  done.reserve(nodes_.size());
  std::vector<std::vector<partition>> results;
  results.reserve(outs_.size());
  try {
    for (std::size_t i = 0; i != nodes_.size(); ++i) {
      current_ = stage_.nodes[i]->who;
      done.push_back(run_node(i, now, inputs, done));
    }
    write_outs(done, results);
    for (auto& n : nodes_)
      if (n.work) n.work->keep();
  } catch (partition_lost const&) {
    discard();
    throw;
  } catch (operator_failure const& failed) {
    discard();
    std::rethrow_exception(
        make_stream_failure(failed.who(), now.batch, partition_index_, failed.cause()));
  } catch (...) {
    discard();
    std::rethrow_exception(
        make_stream_failure(current_, now.batch, partition_index_, std::current_exception()));
  }
  return results;
}

bool stage_task::has_state() const {
  return std::any_of(nodes_.begin(), nodes_.end(),
                     [](node_task const& n) { return n.work && n.work->has_state(); });
}

std::vector<named_state> stage_task::states() {
  std::vector<named_state> all;
  for (std::size_t i = 0; i != nodes_.size(); ++i)
    if (auto* work = nodes_[i].work.get(); work && work->has_state())
      all.push_back({stage_.nodes[i]->who, work->durable_state()});
  return all;
}

std::vector<std::vector<partition>> stage_task::nothing() const {
  std::vector<std::vector<partition>> results;
  for (auto const& out : outs_) results.emplace_back(out.receivers);
  return results;
}

void stage_task::discard() {
  for (auto& n : nodes_)
    if (n.work) n.work->discard();
}

partition stage_task::run_node(std::size_t index, batch_context const& now,
                               std::vector<std::vector<partition>> const& inputs,
                               std::vector<partition> const& done) {
  auto& n = nodes_[index];
  if (stage_.nodes[index]->input_index) return inputs.at(0).at(0);
  std::vector<partition> gathered(n.inputs.size());
  if (n.at_hand) return n.work->run(now, gathered);
  if (!n.needed) return absent_partition();
  auto absent = !n.inputs.empty();
  for (std::size_t e = 0; e != n.inputs.size(); ++e) {
    auto const& in = n.inputs[e];
    auto& into = gathered[e];
    into.absent = true;
    if (in.where == input_of_node::place::port) {
      for (auto const& part : inputs.at(in.index)) into.append(part);
    } else if (in.where == input_of_node::place::this_stage && !done[in.index].absent) {
      into.absent = false;
      in.writer->write(done[in.index], std::span{&into, 1});
      into.absent = false;
    }
    absent = absent && into.absent;
  }
  if (absent && !n.work->wants_absent()) return absent_partition();
  return n.work->run(now, gathered);
}

void stage_task::write_outs(std::vector<partition> const& done,
                            std::vector<std::vector<partition>>& results) {
  for (std::size_t o = 0; o != outs_.size(); ++o) {
    auto const& from = done[stage_.outs[o].node];
    auto& buckets = results.emplace_back(outs_[o].receivers);
    auto const& steps = stage_.outs[o].spec->steps;
    if (!steps.empty()) current_ = steps.back();
    if (from.absent)
      for (auto& bucket : buckets) bucket.absent = true;
    else
      outs_[o].writer->write(from, buckets);
  }
}

}  // namespace sluice
