#include <sluice/supervision/fault_decisions.hpp>

namespace sluice {

void fault_decisions::follow(fault_script plan, std::uint64_t at_most) {
  plan_ = std::move(plan);
  left_ = at_most;
  for (auto& point : points_) match(point);
}

void fault_decisions::match(named_point& point) const {
  point.lines.clear();
  for (std::size_t i = 0; i != plan_.faults.size(); ++i)
    if (fits(plan_.faults[i].point, point.name)) point.lines.push_back(i);
}

point_id fault_decisions::id_of(std::string_view point) {
  std::string name{point};
  if (auto const known = by_name_.find(name); known != by_name_.end()) return known->second;
  auto const id = static_cast<point_id>(points_.size());
  by_name_.emplace(name, id);
  match(points_.emplace_back(named_point{std::move(name), 0, {}}));
  return id;
}

bool fault_decisions::comes_about(fault const& line, std::uint64_t passage) {
  if (line.passage != 0) return line.passage == passage;
  return line.chance >= 1 || static_cast<double>(chance_() >> 11U) * 0x1p-53 < line.chance;
}

std::optional<fault_action> fault_decisions::pass(point_id point) {
  auto& at = points_[point];
  ++at.passed;
  for (auto const index : at.lines) {
    auto const& line = plan_.faults[index];
    if (!comes_about(line, at.passed) || left_ == 0) continue;
    --left_;
    done_.faults.push_back({at.name, at.passed, 1.0, line.action});
    return line.action;
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, std::uint64_t>> fault_decisions::points() const {
  std::vector<std::pair<std::string, std::uint64_t>> all;
  for (auto const& p : points_)
    if (p.passed != 0) all.emplace_back(p.name, p.passed);
  return all;
}

}  // namespace sluice
