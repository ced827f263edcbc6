#include <csignal>
#include <sluice/supervision/live_faults.hpp>
#include <thread>

namespace sluice {

namespace {

bool works_live(fault_kind what) {
  switch (what) {
    case fault_kind::kill:
    case fault_kind::kill_after:
    case fault_kind::raise:
    case fault_kind::pause:
    case fault_kind::end_process: return true;
    default: return false;
  }
}

// The role is in the name of a point of the runtime; functions of the user run in stages.
std::string role_of(std::string_view point) {
  auto const end = point.find(": ");
  if (end == std::string_view::npos) return "stage";
  auto const role = point.substr(0, end);
  if (role == "generator") return "batch generator";
  if (role == "receiver_host") return "receiver host";
  return std::string{role};
}

}  // namespace

live_faults::live_faults(clock const& time, std::function<void(std::string)> kill,
                         std::function<void(std::string const&)> tell)
    : time_{time}, kill_{std::move(kill)}, tell_{std::move(tell)} {}
live_faults::~live_faults() = default;

void live_faults::begin(fault_script plan, fault_limits limits) {
  for (auto const& f : plan.faults)
    if (!works_live(f.action.what))
      throw usage_error{"inject_faults: '" + to_string(f) +
                        "' works in a simulation only; a running stream knows kill, throw, pause "
                        "and end the process"};
  if (limits.faults == 0 || limits.expiry.count() <= 0)
    throw usage_error{
        "inject_faults: with no fault or no time nothing would happen; give limits above 0"};
  tell_("faults begin:\n" + plan.text());
  std::lock_guard const guard{mutex_};
  decisions_.emplace(random_for(limits.seed, "live faults"));
  decisions_->follow(std::move(plan), limits.faults);
  over_ = time_.monotonic() + limits.expiry;
  active_ = true;
}

void live_faults::end() {
  if (active_.exchange(false)) tell_("faults end");
}

fault_script live_faults::happened() const {
  std::lock_guard const guard{mutex_};
  return decisions_ ? decisions_->happened() : fault_script{};
}

std::optional<fault_action> live_faults::decide(std::string_view point) {
  {
    std::lock_guard const guard{mutex_};
    if (!decisions_) return std::nullopt;
    if (time_.monotonic() < over_) return decisions_->pass(decisions_->id_of(point));
  }
  end();
  return std::nullopt;
}

void live_faults::reached(std::string_view point) {
  if (!active_) return;
  auto const action = decide(point);
  if (!action) return;
  tell_("fault at '" + std::string{point} + "': " + to_string(*action));
  switch (action->what) {
    case fault_kind::kill:
    case fault_kind::kill_after: return kill_(role_of(point));
    case fault_kind::pause:
      return std::this_thread::sleep_for(std::chrono::milliseconds{action->amount});
    case fault_kind::end_process: std::raise(SIGKILL); return;
    default: throw injected_fault{point};
  }
}

}  // namespace sluice
