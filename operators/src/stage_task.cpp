#include <sluice/operators/error.hpp>
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

stage_task::stage_task(stage const& of, std::size_t partition_index)
    : stage_{of}, partition_index_{partition_index} {
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
    outs_.push_back(
        {out.spec->make_writer(partition_index), receivers_of(out, partition_index).size()});
}

std::vector<std::vector<partition>> stage_task::run(
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
  if (absent && !n.work->wants_absent()) {
    partition none;
    none.absent = true;
    return none;
  }
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
