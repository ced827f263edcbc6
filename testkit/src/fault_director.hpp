/// What is decided in a simulated run: faults, and who goes before whom.
///
/// Thread rule: one thread. Promise: `happened`, followed by a run in order, gives the same run.
#pragma once

#include <map>
#include <sluice/supervision/fault_decisions.hpp>

namespace sluice::testkit {

class fault_director {
 public:
  explicit fault_director(std::uint64_t seed) : faults_{random_for(seed, "faults")} {}

  void follow(fault_script plan, std::uint64_t at_most);
  point_id id_of(std::string_view point);
  std::string const& name_of(point_id point) const { return faults_.name_of(point); }
  std::optional<fault_action> pass(point_id point) { return faults_.pass(point); }
  std::uint64_t faults() const { return faults_.happened().faults.size(); }
  auto points() const { return faults_.points(); }
  /// Every fault that has happened, and every hold that was noted, as a plan.
  fault_script happened() const;

  // Turns.

  void record_turns() { recording_ = true; }
  bool recording() const { return recording_; }
  /// Somebody else went before the next passage of the point.
  void note_hold(point_id point) { ++held_[next(point)]; }
  /// Whether turns are told, and not drawn.
  bool has_holds() const { return !hold_plan_.empty(); }
  /// Whether somebody else is to go first, once more. @return the wish is used up by asking
  bool take_hold(point_id point);

 private:
  using passage = std::pair<point_id, std::uint64_t>;
  passage next(point_id point) const { return {point, faults_.passages(point) + 1}; }
  void wish_at(point_id point);

  fault_decisions faults_;
  bool recording_ = false;
  std::map<passage, std::uint64_t> held_;    // noted
  std::map<passage, std::uint64_t> wishes_;  // left
  std::vector<fault> hold_plan_;
};

}  // namespace sluice::testkit
