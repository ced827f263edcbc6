/// Decides by a plan what is to happen at each point that is passed, and remembers what it decided.
///
/// Thread rule: one thread at a time. Promise: the same plan, seed and passages give the same
/// decisions, and `happened` as a plan gives them again.
#pragma once

#include <cstdint>
#include <optional>
#include <sluice/supervision/fault_script.hpp>
#include <sluice/supervision/world.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice {

using point_id = std::uint32_t;

class fault_decisions {
 public:
  explicit fault_decisions(random_stream chance) : chance_{chance} {}

  /// Replaces the plan; points keep their counts.
  /// @param at_most  faults, then nothing happens any more
  void follow(fault_script plan, std::uint64_t at_most = ~std::uint64_t{0});

  point_id id_of(std::string_view point);
  std::string const& name_of(point_id point) const { return points_[point].name; }
  std::uint64_t passages(point_id point) const { return points_[point].passed; }
  std::size_t size() const { return points_.size(); }

  /// The point is passed. @return what is to happen there
  std::optional<fault_action> pass(point_id point);

  /// Every fault that has happened, as a plan.
  fault_script const& happened() const { return done_; }
  /// Every point that was passed, and how often.
  std::vector<std::pair<std::string, std::uint64_t>> points() const;

 private:
  struct named_point {
    std::string name;
    std::uint64_t passed = 0;
    std::vector<std::size_t> lines;  // of the plan, that fit it
  };
  void match(named_point& point) const;
  bool comes_about(fault const& line, std::uint64_t passage);

  random_stream chance_;
  fault_script plan_;
  std::uint64_t left_ = 0;
  std::vector<named_point> points_;
  std::unordered_map<std::string, point_id> by_name_;
  fault_script done_;
};

}  // namespace sluice
