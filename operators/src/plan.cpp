#include "plan_links.hpp"

#include <map>
#include <numeric>
#include <sluice/operators/kept_partitions.hpp>
#include <sluice/operators/plan.hpp>
#include <utility>

namespace sluice {

namespace {

class lowering {
 public:
  lowering(std::vector<node_ptr> const& outputs, kept_use use) : use_{use} {
    result_.stages.reserve(4);  // a plan is made for each action on an rdd, and has few
    for (auto const& output : outputs) place(output);
    for (auto const& output : outputs) {
      auto& s = result_.stages[placed_.at(output.get()).stage];
      s.output_index = result_.output_stages.size();
      result_.output_stages.push_back(s.id);
    }
  }
  plan take() { return std::move(result_); }

 private:
  struct place_of {
    std::size_t stage;
    std::size_t node;
  };

  // A node joins the stage of its parents if all of them are in one and nothing is exchanged.
  std::optional<std::size_t> stage_to_join(node const& n) const {
    if (n.output || !n.compute || n.inputs.empty()) return {};
    std::optional<std::size_t> joined;
    for (auto const& in : n.inputs) {
      auto const at = placed_.at(in.from.get()).stage;
      if (in.kind != exchange::forward || in.from->partitions != n.partitions) return {};
      if (joined && *joined != at) return {};
      joined = at;
    }
    return joined;
  }

  // Held even if it is left out: the tasks look at it.
  bool is_at_hand(node_ptr const& n) {
    if (!n->kept) return false;
    auto lineage = std::make_shared<lineage_hold>(n);
    if (!lineage->held()) return true;
    result_.holds.push_back(std::move(lineage));
    return n->kept->checkpoint() || (use_ == kept_use::rely && n->kept->complete());
  }

  void place(node_ptr const& n) {
    if (placed_.contains(n.get())) return;
    auto const at_hand = is_at_hand(n);
    if (!at_hand)
      for (auto const& in : n->inputs) place(in.from);
    auto const joined = at_hand ? std::nullopt : stage_to_join(*n);
    auto const at = joined ? *joined : open_stage(*n);
    auto& s = result_.stages[at];
    placed_[n.get()] = {at, s.nodes.size()};
    s.nodes.push_back(n);
    if (at_hand) return;
    for (std::size_t e = 0; e != n->inputs.size(); ++e)
      if (placed_.at(n->inputs[e].from.get()).stage != at) connect(n->inputs[e], e, at);
  }

  std::size_t open_stage(node const& n) {
    stage s;
    s.id = result_.stages.size();
    s.partitions = n.partitions;
    s.input_index = n.input_index;
    result_.stages.push_back(std::move(s));
    return result_.stages.back().id;
  }

  void connect(edge const& in, std::size_t edge_index, std::size_t to) {
    auto const from = placed_.at(in.from.get());
    auto& upstream = result_.stages[from.stage];
    auto& downstream = result_.stages[to];
    downstream.ports.push_back({downstream.nodes.size() - 1, edge_index, from.stage,
                                upstream.outs.size(), in.kind, upstream.partitions});
    upstream.outs.push_back({from.node, in.spec, in.kind, to, downstream.ports.size() - 1,
                             upstream.partitions, downstream.partitions});
  }

  kept_use use_;
  plan result_;
  std::map<node const*, place_of> placed_;
};

std::string describe_steps(edge_spec const& spec) {
  std::string text;
  for (auto const& step : spec.steps) text += step->name() + " -> ";
  return text;
}

// The same, seen from where they lead to.
std::string describe_steps_back(edge_spec const& spec) {
  std::string text;
  for (auto step = spec.steps.rbegin(); step != spec.steps.rend(); ++step)
    text += (*step)->name() + " <- ";
  return text;
}

void describe_stage(plan const& p, stage const& s, std::string& text) {
  text += "stage " + std::to_string(s.id) + " (" + std::to_string(s.partitions) +
          (s.partitions == 1 ? " partition" : " partitions") + ")\n";
  for (auto const& port : s.ports) {
    auto const& out = p.stages[port.from_stage].outs[port.from_out];
    text += "  from stage " + std::to_string(port.from_stage) + " [" +
            std::string{to_string(port.kind)} + "]: " + describe_steps(*out.spec) +
            s.nodes[port.node]->who->name() + '\n';
  }
  for (std::size_t i = 0; i != s.nodes.size(); ++i) {
    auto const& n = *s.nodes[i];
    text += "  " + n.who->name();
    auto arrow = " <- ";
    for (auto const& in : n.inputs)
      for (auto const& local : s.nodes)
        if (local == in.from) {
          text += std::exchange(arrow, ", ") + describe_steps_back(*in.spec) + local->who->name();
        }
    text += '\n';
  }
}

}  // namespace

plan make_plan(std::vector<node_ptr> const& outputs, kept_use use) {
  return lowering{outputs, use}.take();
}

std::string plan::describe() const {
  std::string text;
  for (auto const& s : stages) describe_stage(*this, s, text);
  return text;
}

std::vector<std::size_t> senders_to(stage_port const& port, std::size_t index,
                                    std::size_t partitions) {
  std::vector<std::size_t> senders;
  for (std::size_t p = 0; p != port.upstream_partitions; ++p)
    if (is_sender(port, p, index, partitions)) senders.push_back(p);
  return senders;
}

std::vector<std::size_t> receivers_of(stage_out const& out, std::size_t index) {
  if (out.kind == exchange::gather) return {0};
  if (!sends_to_all(out))
    return {forward_target(index, out.upstream_partitions, out.downstream_partitions)};
  std::vector<std::size_t> all(out.downstream_partitions);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

}  // namespace sluice
