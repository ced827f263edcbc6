#include "supervise/supervisor.hpp"

#include <sys/wait.h>

#include <cstring>
#include <random>
#include <sluice/supervision/world.hpp>
#include <string>
#include <utility>

#include "supervise/child.hpp"
#include "supervise/durations.hpp"
#include "supervise/exit_codes.hpp"
#include "supervise/log.hpp"

namespace supervise {

namespace {

sluice::random_source own_chance() {
  std::random_device device;
  auto const seed = (std::uint64_t{device()} << 32) | device();
  return sluice::random_for(seed, "supervise");
}

sluice::restart_budget::time_point now() { return steady::now().time_since_epoch(); }

std::string signal_text(int number) {
  return "signal " + std::to_string(number) + " (" + ::strsignal(number) + ')';
}

std::string end_text(int status) {
  return WIFEXITED(status) ? "ended with status " + std::to_string(WEXITSTATUS(status))
                           : "was ended by " + signal_text(WTERMSIG(status));
}

std::string command_text(std::vector<std::string> const& command) {
  std::string text;
  for (auto const& word : command) text += (text.empty() ? "" : " ") + word;
  return text;
}

int exit_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : exit_code::by_signal + WTERMSIG(status);
}

// A SIGHUP of the kernel says that the terminal is gone; a person's is for the child to understand.
bool says_to_end(arrival const& signal) {
  return signal.number == SIGTERM || signal.number == SIGINT || signal.number == SIGQUIT ||
         (signal.number == SIGHUP && signal.from_kernel);
}

}  // namespace

supervisor::supervisor(settings wanted)
    : wanted_{std::move(wanted)}, budget_{wanted_.policy, own_chance()} {}

int supervisor::run() {
  for (;;)
    if (auto const code = run_once()) return *code;
}

std::optional<int> supervisor::run_once() {
  auto const started = start_child(wanted_.command, starts_, signals_.former());
  if (started.child < 0) {
    say(level::error, started.cause);
    return after_failed_start(started.exit_code);
  }
  say(level::info, "restart " + std::to_string(starts_) + ": process " +
                       std::to_string(started.child) + " runs " + command_text(wanted_.command));
  ++starts_;
  auto const since = steady::now();
  budget_.recovered();
  budget_.committed(now());
  auto const status = watch(started.child);
  auto const age = std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - since);
  say(status == 0 || told_ ? level::info : level::warning,
      "process " + std::to_string(started.child) + ' ' + end_text(status) + " after " +
          show_duration(age));
  return after_end(status);
}

int supervisor::watch(pid_t child) {
  for (;;) {
    auto const signal = signals_.next(kill_at_);
    if (!signal) {
      say(level::warning, "process " + std::to_string(child) + " has not ended within " +
                              show_duration(wanted_.stop_timeout) + ": it is killed");
      ::kill(-child, SIGKILL);
      kill_at_.reset();
    } else if (signal->number != SIGCHLD) {
      handle(*signal, child);
    } else if (auto const status = reap(child)) {
      return *status;
    }
  }
}

void supervisor::handle(arrival const& signal, pid_t child) {
  say(level::info, signal_text(signal.number) + " is handed to process " + std::to_string(child));
  ::kill(child, signal.number);
  if (!says_to_end(signal)) return;
  if (!told_) kill_at_ = steady::now() + wanted_.stop_timeout;
  told_ = signal.number;
}

// The first time it is the command line that is wrong. Later the program was there: it may be just
// being replaced.
std::optional<int> supervisor::after_failed_start(int code) {
  if (starts_ == 0) return code;
  auto const verdict = budget_.restore_failed(now());
  if (verdict.action == sluice::restart_action::escalate) return code;
  return pause(verdict);
}

std::optional<int> supervisor::after_end(int status) {
  if (told_ || status == 0 ||
      (WIFEXITED(status) && wanted_.final_exits.contains(WEXITSTATUS(status))))
    return exit_status(status);
  // To have lived is all the progress that can be seen from here.
  budget_.committed(now());
  auto const verdict = budget_.failed(now());
  if (verdict.action == sluice::restart_action::escalate) {
    say(level::error, "gave up: " + verdict.reason);
    return exit_code::budget_spent;
  }
  return pause(verdict);
}

std::optional<int> supervisor::pause(sluice::restart_verdict const& verdict) {
  say(level::info, "restart " + std::to_string(starts_) + " in " + show_duration(verdict.delay) +
                       "; left within " + show_duration(wanted_.policy.within) + ": " +
                       std::to_string(budget_.left(now())));
  auto const until = steady::now() + verdict.delay;
  while (auto const signal = signals_.next(until)) {
    if (signal->number == SIGCHLD) {
      reap(-1);
    } else if (says_to_end(*signal)) {
      say(level::info, signal_text(signal->number) + " while no process runs: not restarted");
      return exit_code::by_signal + signal->number;
    } else {
      say(level::warning, signal_text(signal->number) + " is lost: no process runs");
    }
  }
  return {};
}

}  // namespace supervise
