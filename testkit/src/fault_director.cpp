#include "fault_director.hpp"

namespace sluice::testkit {

void fault_director::follow(fault_script plan, std::uint64_t at_most) {
  hold_plan_.clear();
  wishes_.clear();
  std::erase_if(plan.faults, [this](fault& f) {
    auto const is_hold = f.action.what == fault_kind::hold;
    if (is_hold) hold_plan_.push_back(std::move(f));
    return is_hold;
  });
  faults_.follow(std::move(plan), at_most);
  for (point_id id = 0; id != faults_.size(); ++id) wish_at(id);
}

void fault_director::wish_at(point_id point) {
  for (auto const& f : hold_plan_)
    if (fits(f.point, name_of(point)))
      wishes_[{point, f.passage}] += static_cast<std::uint64_t>(f.action.amount);
}

point_id fault_director::id_of(std::string_view point) {
  auto const known = faults_.size();
  auto const id = faults_.id_of(point);
  if (faults_.size() != known) wish_at(id);
  return id;
}

bool fault_director::take_hold(point_id point) {
  auto const wish = wishes_.find(next(point));
  if (wish == wishes_.end()) return false;
  if (--wish->second == 0) wishes_.erase(wish);
  return true;
}

fault_script fault_director::happened() const {
  auto script = faults_.happened();
  for (auto const& [where, times] : held_)
    script.faults.push_back(
        {name_of(where.first),
         where.second,
         1.0,
         {fault_kind::hold, static_cast<std::int64_t>(times), std::errc::io_error}});
  return script;
}

}  // namespace sluice::testkit
