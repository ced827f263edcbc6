#include "schedules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sluice/operators/error.hpp>

namespace sluice::testkit {

namespace {

class in_order final : public turn_taking {
 public:
  std::size_t pick(std::span<lane_number const>, random_stream&) override { return 0; }
  bool hurries_timers() const override { return false; }
};

class uniform final : public turn_taking {
 public:
  std::size_t pick(std::span<lane_number const> lanes, random_stream& chance) override {
    return chance.below(lanes.size());
  }
};

/// Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic
/// guarantees of finding bugs", 2010: everybody has a priority, the highest goes, and at a few
/// steps the one that went last falls below all.
class by_priority final : public turn_taking {
 public:
  explicit by_priority(std::uint64_t seed) {
    auto chance = random_for(seed, "priorities");
    for (auto& step : changes_) step = chance.below(expected_steps);
  }
  std::size_t pick(std::span<lane_number const> lanes, random_stream& chance) override {
    auto const change = std::find(changes_.begin(), changes_.end(), step_++) != changes_.end();
    if (change) priority_[last_] = --lowest_;
    std::size_t best = 0;
    for (std::size_t i = 0; i != lanes.size(); ++i)
      if (of(lanes[i], chance) > of(lanes[best], chance)) best = i;
    last_ = lanes[best];
    return best;
  }
  bool looks() const override { return true; }

 private:
  static constexpr std::uint64_t expected_steps = 1000;
  std::int64_t of(lane_number lane, random_stream& chance) {
    auto const [known, made] = priority_.try_emplace(lane);
    if (made) known->second = static_cast<std::int64_t>(chance.below(1'000'000));
    return known->second;
  }
  std::array<std::uint64_t, 4> changes_{};
  std::uint64_t step_ = 0;
  lane_number last_ = 0;
  std::int64_t lowest_ = 0;
  std::map<lane_number, std::int64_t> priority_;
};

/// Emmi, Qadeer, Rakamarić, "Delay-bounded scheduling", 2011: in order, but for a few steps at
/// which whoever is next has to let another go first.
class few_delays final : public turn_taking {
 public:
  std::size_t pick(std::span<lane_number const> lanes, random_stream& chance) override {
    return lanes.size() > 1 && chance.below(one_in) == 0 ? 1 + chance.below(lanes.size() - 1) : 0;
  }

 private:
  static constexpr std::uint64_t one_in = 40;
};

/// One lane is passed over for a while, then another.
class starving final : public turn_taking {
 public:
  std::size_t pick(std::span<lane_number const> lanes, random_stream& chance) override {
    if (left_ == 0) {
      victim_ = lanes[chance.below(lanes.size())];
      left_ = 1 + chance.below(60);
    }
    --left_;
    std::size_t pick = chance.below(lanes.size());
    for (std::size_t i = 0; i != lanes.size() && lanes[pick] == victim_; ++i)
      pick = (pick + 1) % lanes.size();
    return pick;
  }
  bool looks() const override { return true; }

 private:
  lane_number victim_ = 0;
  std::uint64_t left_ = 0;
};

class guided final : public turn_taking {
 public:
  explicit guided(std::shared_ptr<guided_choices> choices) : choices_{std::move(choices)} {}
  std::size_t pick(std::span<lane_number const> lanes, random_stream&) override {
    auto const step = choices_->widths.size();
    choices_->widths.push_back(lanes.size());
    auto const wish = choices_->picks.find(step);
    return wish == choices_->picks.end() ? 0 : std::min(wish->second, lanes.size() - 1);
  }
  bool hurries_timers() const override { return false; }

 private:
  std::shared_ptr<guided_choices> choices_;
};

}  // namespace

std::unique_ptr<turn_taking> make_turns(schedule how, std::uint64_t seed) {
  switch (how) {
    case schedule::fifo: return std::make_unique<in_order>();
    case schedule::random: return std::make_unique<uniform>();
    case schedule::priorities: return std::make_unique<by_priority>(seed);
    case schedule::delays: return std::make_unique<few_delays>();
    case schedule::starving: return std::make_unique<starving>();
  }
  throw usage_error{"simulation: no such schedule"};
}

std::unique_ptr<turn_taking> make_guided_turns(std::shared_ptr<guided_choices> choices) {
  return std::make_unique<guided>(std::move(choices));
}

}  // namespace sluice::testkit
