#include "sim_disk.hpp"

#include <algorithm>
#include <sluice/supervision/fault_script.hpp>
#include <sluice/testkit/sim_events.hpp>
#include <utility>

namespace sluice::testkit {
namespace {

class sim_watch final : public watch {
 public:
  explicit sim_watch(std::shared_ptr<sim_watch_state> state) : state_{std::move(state)} {}
  ~sim_watch() override {
    state_->ended = true;
    state_->changed = nullptr;
  }

 private:
  std::shared_ptr<sim_watch_state> state_;
};

void call_back(sim_watch_state& state) {
  state.queued = false;
  if (state.ended) return;
  // The call may destroy the watch, and must not destroy itself by that.
  auto changed = std::exchange(state.changed, nullptr);
  changed();
  if (!state.ended) state.changed = std::move(changed);
}

}  // namespace

std::optional<std::errc> sim_disk::gate(storage_operation operation, std::string const& path,
                                        std::string const& second_path) {
  if (stops_at && operations >= stops_at->first)
    stop(std::exchange(stops_at, std::nullopt)->second);
  if (stopped_) return std::errc::bad_file_descriptor;
  ++operations;
  if (director) {
    auto const failed = director(operation, path);
    if (stopped_) return std::errc::bad_file_descriptor;
    if (failed) return failed;
  }
  if (probe) {
    if (auto const failed = probe(operation, path)) return failed;
  }
  for (auto fault = faults.begin(); fault != faults.end(); ++fault) {
    if (fault->operation != operation) continue;
    if (!fits(fault->path, path) && !fits(fault->path, second_path)) continue;
    if (fault->after > 0) {
      --fault->after;
      continue;
    }
    auto const code = fault->code;
    if (--fault->times == 0) faults.erase(fault);
    return code;
  }
  return std::nullopt;
}

std::size_t sim_disk::room_for(std::size_t wanted) {
  if (!capacity) return wanted;
  auto const used = tree_.used();
  auto const left = *capacity - std::min(*capacity, used);
  return static_cast<std::size_t>(std::min<std::uint64_t>(wanted, left));
}

std::unique_ptr<watch> sim_disk::add_watch(sim_node_ptr directory, std::function<void()> changed) {
  std::erase_if(watches_, [](auto const& known) { return known->ended; });
  auto state = std::make_shared<sim_watch_state>();
  state->directory = std::move(directory);
  state->changed = std::move(changed);
  watches_.push_back(state);
  return std::make_unique<sim_watch>(std::move(state));
}

void sim_disk::tell(sim_node_ptr const& directory) {
  for (auto const& known : watches_) {
    if (known->directory != directory || known->ended || known->queued) continue;
    known->queued = true;
    events_.post("watch", [state = known] { call_back(*state); });
  }
}

void sim_disk::stop(crash_loss loss) {
  end_life();
  tree_.crash(loss, chance_);
  stopped_ = true;
}

void sim_disk::end_life() {
  ++life_;
  locked.clear();
  for (auto const& known : std::exchange(watches_, {})) known->ended = true;
}

}  // namespace sluice::testkit
