#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/operators/graph.hpp>

template class std::vector<sluice::op_ptr>;
template class std::vector<sluice::edge>;

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
    : services_{services}, interval_{interval} {
  ops_.reserve(8);  // a graph is made for each batch, too, and has few
}

void graph::check_open(std::string_view what) const {
  if (frozen_) throw usage_error{"cannot add " + std::string{what} + ": " + *frozen_};
}

void graph::ask_for_checkpoints(duration at_least_every) {
  check_open("checkpoints");
  checkpoint_interval_ = std::min(checkpoint_interval_.value_or(at_least_every), at_least_every);
}

op_ptr graph::make_op(std::string_view kind) {
  check_open(kind);
  auto made = std::make_shared<op>();
  made->kind = kind;
  std::lock_guard const guard{mutex_};
  made->number = ++last_op_;
  // Every action on an rdd makes an operator; those of jobs that are done are forgotten.
  if (ops_.size() == ops_.capacity())
    std::erase_if(ops_, [](auto const& other) { return other.expired(); });
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
  std::lock_guard const guard{mutex_};
  for (auto const& weak : ops_) {
    auto const other = weak.lock();
    if (!other || other == who || other->name() != name) continue;
    throw usage_error{"named: \"" + std::string{name} + "\" is the name of another operator (" +
                      other->kind + '#' + std::to_string(other->number) +
                      "); names must be unique"};
  }
  who->given_name = name;
}

node_ptr graph::find_shared(std::type_info const& as, edge const& in, std::size_t own_steps,
                            std::size_t partitions) const {
  auto const same = [&](node const& made) {
    auto const& theirs = made.inputs.front();
    auto const& steps = in.spec->steps;
    auto const given = steps.end() - static_cast<std::ptrdiff_t>(own_steps);
    return *made.shared_as == as && made.partitions == partitions && theirs.from == in.from &&
           theirs.spec->steps.size() == steps.size() &&
           std::equal(steps.begin(), given, theirs.spec->steps.begin());
  };
  for (auto const& weak : shared_)
    if (auto made = weak.lock(); made && same(*made)) return made;
  return {};
}

void graph::freeze(std::string reason) { frozen_ = std::move(reason); }

}  // namespace sluice
