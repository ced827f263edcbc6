#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/operators/graph.hpp>

namespace sluice {

std::string_view to_string(exchange kind) {
  switch (kind) {
    case exchange::forward: return "forward";
    case exchange::hash: return "hash";
    case exchange::rebalance: return "rebalance";
    case exchange::gather: return "gather";
  }
  return "unknown";
}

graph::graph(session& services, std::optional<duration> interval)
    : services_{services}, interval_{interval} {}

void graph::check_open(std::string_view what) const {
  if (frozen_) throw usage_error{"cannot add " + std::string{what} + ": " + *frozen_};
}

op_ptr graph::make_op(std::string_view kind) {
  check_open(kind);
  auto made = std::make_shared<op>();
  made->kind = kind;
  made->number = static_cast<std::uint32_t>(ops_.size() + 1);
  ops_.push_back(made);
  return made;
}

void graph::add_output(node_ptr output) {
  check_open("an output");
  outputs_.push_back(std::move(output));
}

void graph::name_op(op_ptr const& who, std::string_view name) {
  check_open("a name");
  if (name.empty()) throw usage_error{"named: the name of " + who->name() + " is empty"};
  auto taken = std::find_if(ops_.begin(), ops_.end(), [&](op_ptr const& other) {
    return other != who && other->name() == name;
  });
  if (taken != ops_.end())
    throw usage_error{"named: \"" + std::string{name} + "\" is the name of another operator (" +
                      (*taken)->kind + '#' + std::to_string((*taken)->number) +
                      "); names must be unique"};
  who->given_name = name;
}

void graph::freeze(std::string reason) { frozen_ = std::move(reason); }

}  // namespace sluice
