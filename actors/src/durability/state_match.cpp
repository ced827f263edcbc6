#include "state_match.hpp"

#include <algorithm>

namespace sluice {

std::vector<std::string> ids_of(std::vector<op_ptr> const& ops) {
  std::map<std::string, int> counted;
  std::vector<std::string> ids;
  for (auto const& who : ops)
    ids.push_back(!who->given_name.empty()
                      ? who->given_name
                      : who->kind + '/' + std::to_string(++counted[who->kind]));
  return ids;
}

state_shapes shapes_of(std::vector<saved_task> const& tasks) {
  state_shapes shapes;
  for (auto const& task : tasks) {
    auto& shape = shapes[task.op];
    shape.schema = task.schema;
    shape.partitions = std::max(shape.partitions, task.partition + 1);
  }
  return shapes;
}

state_match match(state_shapes const& program, state_shapes const& saved) {
  state_match result;
  for (auto const& [id, shape] : program) {
    auto const found = saved.find(id);
    if (found == saved.end())
      result.added.push_back(id);
    else if (found->second == shape)
      result.matched.push_back(id);
    else if (found->second.partitions != shape.partitions)
      result.changed.push_back(id + " (" + std::to_string(found->second.partitions) +
                               " partitions then, " + std::to_string(shape.partitions) + " now)");
    else
      result.changed.push_back(id + " (its types or its window differ)");
  }
  for (auto const& [id, shape] : saved)
    if (!program.contains(id)) result.missing.push_back(id);
  return result;
}

std::string state_match::describe() const {
  std::string text;
  auto const list = [&](char const* what, std::vector<std::string> const& ids) {
    if (ids.empty()) return;
    text += (text.empty() ? "" : "; ") + std::string{what} + ": ";
    for (std::size_t i = 0; i != ids.size(); ++i) text += (i == 0 ? "" : ", ") + ids[i];
  };
  list("state restored", matched);
  list("new, without state", added);
  list("changed", changed);
  list("missing in the program", missing);
  return text.empty() ? "no operator has state" : text;
}

}  // namespace sluice
