#include "signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <utility>

namespace word_count {

namespace {

// Sent by the watch to its own thread, so that it looks whether it is to end.
constexpr int wake_up = SIGUSR1;
constexpr int exit_by_signal = 128;

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, wake_up);
  return set;
}

void watch(std::stop_token const& ended, std::function<void()> const& first) {
  auto const set = watched();
  bool asked = false;
  while (!ended.stop_requested()) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0 || signal == wake_up) continue;
    if (std::exchange(asked, true)) {
      static constexpr std::string_view text = "\nword_count: ended at once\n";
      [[maybe_unused]] auto const written = ::write(STDERR_FILENO, text.data(), text.size());
      std::_Exit(exit_by_signal + signal);
    }
    first();
  }
}

}  // namespace

void block_signals() {
  auto const set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

signal_watch::signal_watch(std::function<void()> first)
    : thread_{[first = std::move(first)](std::stop_token const& ended) { watch(ended, first); }} {}

signal_watch::~signal_watch() {
  thread_.request_stop();
  pthread_kill(thread_.native_handle(), wake_up);
}

}  // namespace word_count
