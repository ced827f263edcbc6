#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/restart_scope.hpp>
#include <string>

namespace sluice {
namespace {

void check_index(std::size_t index, std::size_t count, char const* what) {
  if (index < count) return;
  throw usage_error{std::string{"affected: there is no "} + what + " " + std::to_string(index) +
                    "; there are " + std::to_string(count) + ", counted from 0"};
}

void check_indices(std::span<std::size_t const> failed, supervised_children const& children) {
  for (auto const child : failed) check_index(child, children.region_of.size(), "child");
  for (auto const region : children.region_of)
    check_index(region, children.regions.size(), "region");
  for (auto const& region : children.regions)
    for (auto const input : region.inputs) check_index(input, children.regions.size(), "region");
}

/// Grows the set of regions until it is closed.
class region_closure {
 public:
  explicit region_closure(std::vector<restart_region> const& regions)
      : regions_{regions}, in_(regions.size()), consumers_(regions.size()) {
    for (std::size_t region = 0; region < regions.size(); ++region)
      for (auto const input : regions[region].inputs) consumers_[input].push_back(region);
  }

  void add(std::size_t first) {
    auto open = std::vector<std::size_t>{first};
    while (!open.empty()) {
      auto const region = open.back();
      open.pop_back();
      if (in_[region]) continue;
      in_[region] = true;
      for (auto const input : regions_[region].inputs)
        if (!regions_[input].output_kept) open.push_back(input);
      open.insert(open.end(), consumers_[region].begin(), consumers_[region].end());
    }
  }
  bool contains(std::size_t region) const { return in_[region]; }

 private:
  std::vector<restart_region> const& regions_;
  std::vector<bool> in_;
  std::vector<std::vector<std::size_t>> consumers_;
};

template <class Predicate>
std::vector<std::size_t> children_where(std::size_t count, Predicate restarts) {
  auto found = std::vector<std::size_t>{};
  for (std::size_t child = 0; child < count; ++child)
    if (restarts(child)) found.push_back(child);
  return found;
}

}  // namespace

std::vector<std::size_t> affected(restart_strategy strategy, std::span<std::size_t const> failed,
                                  supervised_children const& children) {
  check_indices(failed, children);
  auto const count = children.region_of.size();
  if (failed.empty()) return {};
  switch (strategy) {
    case restart_strategy::one_for_one:
      return children_where(count, [&](std::size_t child) {
        return std::find(failed.begin(), failed.end(), child) != failed.end();
      });
    case restart_strategy::all_for_one:
      return children_where(count, [](std::size_t) { return true; });
    case restart_strategy::rest_for_one:
      return children_where(count, [first = *std::min_element(failed.begin(), failed.end())](
                                       std::size_t child) { return child >= first; });
    case restart_strategy::region: break;
  }
  auto regions = region_closure{children.regions};
  for (auto const child : failed) regions.add(children.region_of[child]);
  return children_where(
      count, [&](std::size_t child) { return regions.contains(children.region_of[child]); });
}

}  // namespace sluice
