#include "sim_impl.hpp"

#include <cctype>
#include <sluice/operators/error.hpp>

namespace sluice::testkit {

namespace {

// Numbers in a path come and go with batches and segments; a point has to keep its name.
std::string without_numbers(std::string_view path) {
  std::string name;
  for (auto const c : path) {
    auto const digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (!digit)
      name += c;
    else if (name.empty() || name.back() != '#')
      name += '#';
  }
  return name;
}

}  // namespace

char const* to_string(schedule how) {
  switch (how) {
    case schedule::fifo: return "fifo";
    case schedule::random: return "random";
    case schedule::priorities: return "priorities";
    case schedule::delays: return "delays";
    case schedule::starving: return "starving";
  }
  return "unknown";
}

simulation::impl::impl(std::uint64_t seed, std::unique_ptr<turn_taking> how, std::uint64_t limit)
    : outside{seed},
      choice{random_for(seed, "schedule")},
      turns{std::move(how)},
      director{seed},
      max_steps{limit} {
  outside.storage().set_director([this](storage_operation operation, std::string const& path) {
    return disk_operation(operation, path);
  });
}

// The first call that waits after the end is told of it; those that clean up are not.
void simulation::impl::end_if_due() {
  if (end_at && done.steps >= end_at->first)
    end_process(std::exchange(end_at, std::nullopt)->second);
  if (ended() && !std::exchange(end_told, true)) throw process_ended{};
}

bool simulation::impl::dies(std::string_view name) {
  for (auto plan = kills.begin(); plan != kills.end(); ++plan) {
    auto const& role = plan->role;
    auto const fits_role =
        name.starts_with(role) && (name.size() == role.size() || name[role.size()] == ' ');
    if (!fits_role || plan->skip-- != 0) continue;
    kills.erase(plan);
    ++killed;
    return true;
  }
  return false;
}

void simulation::impl::note(std::uint64_t what) {
  ++done.steps;
  done.hash = (done.hash ^ what) * 0x9e3779b97f4a7c15ULL;
  done.hash ^= done.hash >> 29;
}

void simulation::impl::keep_step(std::string lane, std::string what, std::string from,
                                 std::optional<fault_action> const& action) {
  if (keep == 0) return;
  auto fault = action ? to_string(*action) : std::string{};
  kept.push_back({outside.clock().monotonic(), std::move(lane), std::move(what), std::move(from),
                  std::move(fault)});
  if (kept.size() > keep) kept.pop_front();
}

bool simulation::impl::strike(fault_action const& action) {
  auto const time = std::chrono::milliseconds{action.amount};
  switch (action.what) {
    case fault_kind::end_process: end_process(crash_loss::nothing); return true;
    case fault_kind::end_machine: end_process(crash_loss::chosen); return true;
    case fault_kind::cut: outside.network().cut_all(); return true;
    case fault_kind::jump: outside.clock().jump(time); return true;
    case fault_kind::pause: outside.clock().advance(time); return true;
    default: return false;
  }
}

void simulation::impl::reached(std::string_view name) {
  if (ended()) return;
  auto const action = director.pass(director.id_of(name));
  if (!action) return;
  keep_step("code", std::string{name}, {}, action);
  switch (action->what) {
    case fault_kind::kill:
    case fault_kind::kill_after:
      if (driver) driver->kill_current();
      return;
    case fault_kind::end_process:
    case fault_kind::end_machine: strike(*action); throw injected_fault{name};
    case fault_kind::raise:
    case fault_kind::fail: throw injected_fault{name};
    default: strike(*action);
  }
}

std::optional<std::errc> simulation::impl::disk_operation(storage_operation operation,
                                                          std::string const& path) {
  auto const name = std::string{to_string(operation)} + ' ' + without_numbers(path);
  auto const action = director.pass(director.id_of("disk: " + name));
  if (keep != 0) keep_step("disk", to_string(operation) + (' ' + path), {}, action);
  if (!action) return std::nullopt;
  if (action->what == fault_kind::fail) return action->code;
  strike(*action);
  return std::nullopt;
}

simulation::simulation(std::uint64_t seed, schedule how, std::uint64_t max_steps)
    : impl_{std::make_shared<impl>(seed, make_turns(how, seed), max_steps)} {}
simulation::simulation(std::uint64_t seed, std::shared_ptr<guided_choices> choices,
                       std::uint64_t max_steps)
    : impl_{std::make_shared<impl>(seed, make_guided_turns(std::move(choices)), max_steps)} {}
simulation::~simulation() = default;

execution simulation::where() {
  return execution{[sim = impl_](options const&) {
    if (std::exchange(sim->used, true))
      throw usage_error{"simulation: it runs a context already; destroy that one first"};
    return make_sim_engine(sim);
  }};
}

sim_world& simulation::outside() { return impl_->outside; }
trace_summary simulation::trace() const { return impl_->done; }

void simulation::inject(fault_script plan, std::uint64_t at_most) {
  impl_->director.follow(std::move(plan), at_most);
}
void simulation::record_turns() { impl_->director.record_turns(); }
fault_script simulation::happened() const { return impl_->director.happened(); }
std::uint64_t simulation::faults() const { return impl_->director.faults(); }
std::vector<std::pair<std::string, std::uint64_t>> simulation::points() const {
  return impl_->director.points();
}
void simulation::kill(std::string role, std::uint64_t skip) {
  impl_->kills.push_back({std::move(role), skip});
}
std::size_t simulation::killed() const { return impl_->killed; }
void simulation::block(std::string point) { impl_->blocked.insert(std::move(point)); }
void simulation::unblock(std::string const& point) { impl_->blocked.erase(point); }

void simulation::end_process_after(std::uint64_t steps, crash_loss loss) {
  impl_->end_at = {impl_->done.steps + steps, loss};
}
void simulation::end_process_at_operation(std::uint64_t operation, crash_loss loss) {
  impl_->outside.storage().stop_at(operation, loss);
}
bool simulation::process_has_ended() const { return impl_->ended(); }
void simulation::start_process() {
  impl_->end_at.reset();
  impl_->end_told = false;
  impl_->outside.storage().start_again();
  impl_->outside.crash(crash_loss::nothing);
}

void simulation::check_links() { impl_->ledger.emplace(); }
void simulation::watch(std::shared_ptr<monitor> one) { impl_->monitors.push_back(std::move(one)); }
void simulation::keep_steps(std::size_t limit) { impl_->keep = limit; }
std::vector<run_step> simulation::steps() const { return {impl_->kept.begin(), impl_->kept.end()}; }
std::string simulation::links() const {
  return impl_->ledger ? impl_->ledger->describe() : std::string{};
}

bool simulation::run_until(std::function<bool()> const& done, std::chrono::milliseconds timeout) {
  if (!impl_->driver) throw usage_error{"simulation: run_until needs a context that has started"};
  return impl_->driver->run_until(done, timeout);
}

}  // namespace sluice::testkit
