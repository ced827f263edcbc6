#include "explain_waits.hpp"

#include <cstdio>

namespace sluice {

namespace {

using flow::credit;
using flow::waiter;

std::string grouped(std::uint64_t n) {
  auto text = std::to_string(n);
  for (auto at = static_cast<int>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string seconds(std::chrono::nanoseconds d) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", std::chrono::duration<double>{d}.count());
  return text;
}

std::string task_name(plan const& p, std::size_t stage, std::size_t partition) {
  auto const& s = p.stages[stage];
  if (s.output_index)
    return "sink " + std::to_string(*s.output_index) + " (" + s.nodes.front()->who->name() + ")";
  std::string names;
  for (auto const& n : s.nodes) names += (names.empty() ? "" : ", ") + n->who->name();
  return "stage " + std::to_string(stage) + "/" + std::to_string(partition) + " (" + names + ")";
}

std::string input_name(setup const& of, std::size_t input) {
  return "input " + std::to_string(input) + " (" + of.inputs[input].name() + ")";
}

struct ends {
  std::string from;
  std::string to;
  bool from_generator = false;
};

ends ends_of(setup const& of, link_id link) {
  auto const at = link_numbers{of.plan}.find(link);
  auto const to = task_name(of.plan, at.to_stage, at.receiver);
  if (!at.port) return {"batch generator", to, true};
  auto const& port = of.plan.stages[at.to_stage].ports[*at.port];
  return {task_name(of.plan, port.from_stage, at.sender), to, false};
}

backpressure_info names_of(setup const& of, waiter const& who) {
  backpressure_info info;
  switch (who.what) {
    case waiter::kind::generator:
      info.waiting = "batch generator";
      info.for_what = "commits";
      break;
    case waiter::kind::link: {
      auto names = ends_of(of, static_cast<link_id>(who.index));
      info.waiting = std::move(names.from);
      info.for_what = "credit of " + std::move(names.to);
      break;
    }
    case waiter::kind::input:
      info.waiting = input_name(of, who.index);
      info.for_what = "room in its buffer";
      break;
  }
  return info;
}

// Every number that is at its bound shows the bound.
std::string amounts(credit const& held, credit const& window) {
  auto const one = [](std::uint64_t n, std::uint64_t of, char const* what) {
    return grouped(n) + (n >= of ? " of " + grouped(of) : "") + " " + what;
  };
  std::string text;
  if (window.batches != 0)
    text += grouped(held.batches) + " of " + grouped(window.batches) + " batches";
  if (window.records != 0)
    text += (text.empty() ? "" : ", ") + one(held.records, window.records, "records") + ", " +
            one(held.bytes, window.bytes, "bytes");
  return text;
}

backpressure_info describe_wait(setup const& of, flow::wait_board::wait const& w,
                                std::chrono::nanoseconds lasted) {
  auto info = names_of(of, w.who);
  info.batches = w.held.batches;
  info.records = w.held.records;
  info.bytes = w.held.bytes;
  info.lasted = std::chrono::duration_cast<duration>(lasted);
  info.text = info.waiting + " waits for " + info.for_what + ": " + amounts(w.held, w.window) +
              ", since " + seconds(lasted);
  return info;
}

void tell_work(std::string& text, std::string const& who, flow::work_mark const& mark,
               std::chrono::nanoseconds now) {
  if (auto const work = mark.now())
    text += who + " is at work on batch " + std::to_string(work->batch) + ", since " +
            seconds(now - work->since) + '\n';
}

std::string work_under_way(setup const& of, cells const& kept, std::chrono::nanoseconds now) {
  std::string text;
  for (std::size_t s = 0; s != kept.stages.size(); ++s)
    for (std::size_t p = 0; p != kept.stages[s].size(); ++p)
      tell_work(text, task_name(of.plan, s, p), kept.stages[s][p]->mark(), now);
  for (std::size_t o = 0; o != kept.sinks.size(); ++o)
    tell_work(text, task_name(of.plan, of.plan.output_stages[o], 0), kept.sinks[o]->mark(), now);
  return text;
}

}  // namespace

std::string explain_waits(setup const& of, cells const& kept) {
  auto const now = of.outside->clock().monotonic();
  auto const waits = kept.waits.waiting();
  if (waits.empty()) return "nothing waits for credit or room\n";
  std::string text;
  for (auto const& w : waits) text += describe_wait(of, w, now - w.since).text + '\n';
  return text + work_under_way(of, kept, now);
}

backpressure_info describe_stall(setup const& of, flow::wait_board::news const& stall) {
  auto info = describe_wait(of, stall.what, stall.lasted);
  info.over = stall.over;
  if (stall.over)
    info.text = info.waiting + " has waited for " + info.for_what + " for " +
                seconds(stall.lasted) + ": it is over";
  return info;
}

char const* component_of(setup const& of, flow::waiter const& who) {
  if (who.what == waiter::kind::input) return "receiver";
  if (who.what == waiter::kind::generator) return "generator";
  return ends_of(of, static_cast<link_id>(who.index)).from_generator ? "generator" : "stage";
}

}  // namespace sluice
