#include <iterator>
#include <limits>
#include <sluice/testkit/sim_events.hpp>

namespace sluice::testkit {

sim_events::~sim_events() { clear(); }

void sim_events::post(std::string name, std::function<void()> event,
                      std::chrono::nanoseconds after) {
  queue_.emplace(key{time_.monotonic() + after, posted_++},
                 entry{std::move(name), std::move(event)});
}

bool sim_events::ready() const {
  return !queue_.empty() && queue_.begin()->first.first <= time_.monotonic();
}

bool sim_events::run_one(random_stream& choice) {
  auto const n = due();
  if (n == 0) return false;
  run(choice.below(n));
  return true;
}

std::size_t sim_events::due() const {
  auto const past_due =
      queue_.upper_bound({time_.monotonic(), std::numeric_limits<std::uint64_t>::max()});
  return static_cast<std::size_t>(std::distance(queue_.begin(), past_due));
}

std::string const& sim_events::name(std::size_t index) const { return at(index)->second.name; }

void sim_events::run(std::size_t index) {
  auto taken = queue_.extract(at(index));
  last_ = std::move(taken.mapped().name);
  taken.mapped().event();
}

std::optional<std::chrono::nanoseconds> sim_events::next_due() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.begin()->first.first;
}

void sim_events::clear() {
  // What an event holds may post again while it is destroyed.
  while (!queue_.empty()) {
    auto const forgotten = std::exchange(queue_, {});
  }
}

}  // namespace sluice::testkit
