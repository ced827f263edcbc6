#include <algorithm>
#include <cmath>
#include <sluice/testkit/experiment.hpp>

namespace sluice::testkit {

namespace {

fault_action act(fault_kind what) { return {what, 0, std::errc::io_error}; }

// What a storm is made of; chances are those of intensity 1, per passage.
fault_script everything() {
  fault_script all;
  auto const add = [&](std::string point, double chance, fault_action action) {
    all.faults.push_back({std::move(point), 0, chance, action});
  };
  for (auto const* role : {"driver", "generator", "stage *", "sink *", "receiver_host *"}) {
    add(std::string{role} + ": *", 0.004, act(fault_kind::kill));
    add(std::string{role} + ": *", 0.002, act(fault_kind::kill_after));
  }
  add("*: link_*", 0.02, act(fault_kind::repeat));
  add("*", 0.001, act(fault_kind::end_process));
  add("*", 0.001, act(fault_kind::end_machine));
  add("disk: *", 0.005, act(fault_kind::end_machine));
  add("disk: *", 0.003, act(fault_kind::fail));
  add("disk: append *", 0.005, {fault_kind::fail, 0, std::errc::no_space_on_device});
  add("world: *", 0.01, act(fault_kind::cut));
  add("timer", 0.02, {fault_kind::jump, 90'000, std::errc::io_error});
  add("timer", 0.02, {fault_kind::jump, -90'000, std::errc::io_error});
  return all;
}

}  // namespace

fault_plan always(fault_script script) {
  return [script = std::move(script)](std::uint64_t) { return script; };
}

fault_plan no_faults() { return always({}); }

// "Swarm testing" (Groce and others, 2012): leaving kinds out finds more than mixing all of them.
fault_plan storm(double intensity) {
  if (!(intensity > 0))
    throw usage_error{"storm: the intensity is " + std::to_string(intensity) +
                      "; it must be positive"};
  return [intensity, all = everything()](std::uint64_t seed) {
    auto chance = random_for(seed, "storm");
    fault_script drawn;
    for (auto f : all.faults) {
      f.chance = std::min(1.0, f.chance * intensity);
      if (chance.below(2) == 0) drawn.faults.push_back(std::move(f));
    }
    return drawn;
  };
}

fault_plan swizzle() {
  return [](std::uint64_t seed) {
    auto chance = random_for(seed, "swizzle");
    fault_script drawn;
    for (auto const* point :
         {"stage *: link_data", "stage *: link_grant", "sink *: link_data", "generator: link_grant",
          "driver: batch_prepared", "generator: batch_committed", "receiver_host *: *"}) {
      if (chance.below(2) == 0) continue;
      for (int i = 0; i != 4; ++i)
        drawn.faults.push_back({point,
                                1 + chance.below(30),
                                1.0,
                                {fault_kind::hold, 1 + static_cast<std::int64_t>(chance.below(60)),
                                 std::errc::io_error}});
    }
    return drawn;
  };
}

}  // namespace sluice::testkit
