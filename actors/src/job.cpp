#include "job.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <sluice/operators/kept_partitions.hpp>
#include <sluice/supervision/world.hpp>

namespace sluice {

job::job(node_ptr const& output, kept_use use) : plan_{make_plan({output}, use)}, progress_{plan_} {
  unfinished_.reserve(plan_.stages.size());
  std::size_t tasks = 0;
  for (auto const& s : plan_.stages) tasks += unfinished_.emplace_back(s.partitions);
  ready_.reserve(tasks);
  for (auto const& s : plan_.stages)
    if (s.ports.empty()) make_ready(s);
}

std::size_t job::width() const {
  std::size_t most = 1;
  for (auto const& s : plan_.stages) most = std::max(most, s.partitions);
  return most;
}

std::vector<partition> job::run() {
  guard lock{mutex_};
  while (!all_begun() || running_ != 0)
    if (!run_one(lock)) changed_.wait(lock);
  if (failed_.second) std::rethrow_exception(failed_.second);
  return std::move(progress_.take_results().at(0));
}

void job::help() {
  guard lock{mutex_};
  while (run_one(lock)) {
  }
}

bool job::run_one(guard& lock) {
  if (all_begun()) return false;
  auto const id = ready_[begun_++];
  auto const& s = plan_.stages[id.stage];
  auto const inputs = progress_.take_inputs(s, id.partition);
  ++running_;
  lock.unlock();
  std::vector<std::vector<partition>> outputs;
  std::exception_ptr failure;
  try {
    outputs = stage_task{s, id.partition}.run(job_context, inputs);
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  --running_;
  if (!failure) {
    progress_.finish(s, id.partition, std::move(outputs));
    finished(s);
  } else if (!failed_.second || id < failed_.first) {
    failed_ = {id, failure};
  }
  changed_.notify_all();
  return true;
}

// The stages behind become ready with the last task before them; not after a failure, for then it
// never finishes.
void job::finished(stage const& s) {
  if (--unfinished_[s.id] != 0) return;
  for (auto const& next : plan_.stages) {
    auto const follows = [&](stage_port const& port) { return port.from_stage == s.id; };
    auto const open = [&](stage_port const& port) { return unfinished_[port.from_stage] != 0; };
    if (std::any_of(next.ports.begin(), next.ports.end(), follows) &&
        std::none_of(next.ports.begin(), next.ports.end(), open))
      make_ready(next);
  }
}

void job::make_ready(stage const& s) {
  if (s.output_index) return;
  for (std::size_t p = 0; p != s.partitions; ++p) ready_.push_back({s.id, p});
  changed_.notify_all();
}

namespace {

void help_with(caf::event_based_actor*, std::shared_ptr<job> const& work) { work->help(); }

std::vector<partition> attempt(node_ptr const& output, kept_use use, engine* on,
                               std::size_t parallelism) {
  auto work = std::make_shared<job>(output, use);
  // A simulated schedule stays the same whatever jobs run in it.
  if (on && !on->outside().simulated())
    for (auto n = std::min(parallelism, work->width()); n > 1; --n)
      on->system().spawn(help_with, work);
  return work->run();
}

}  // namespace

std::vector<partition> run_job(node_ptr const& output, engine* on, std::size_t parallelism) {
  try {
    return attempt(output, kept_use::rely, on, parallelism);
  } catch (partition_lost const&) {
    return attempt(output, kept_use::verify, on, parallelism);
  }
}

}  // namespace sluice
