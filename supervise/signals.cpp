#include "supervise/signals.hpp"

#include <algorithm>
#include <cerrno>

namespace supervise {

signal_queue::signal_queue() {
  // A parent may have it ignored, and then no death of a child is told.
  ::signal(SIGCHLD, SIG_DFL);
  sigemptyset(&taken_);
  for (int const number : {SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2})
    sigaddset(&taken_, number);
  auto blocked = taken_;
  sigaddset(&blocked, SIGPIPE);
  sigprocmask(SIG_BLOCK, &blocked, &former_);
}

std::optional<arrival> signal_queue::next(std::optional<steady::time_point> deadline) const {
  for (;;) {
    siginfo_t came{};
    int number = 0;
    if (deadline) {
      using namespace std::chrono;
      auto const left = std::max<nanoseconds>(*deadline - steady::now(), nanoseconds{0});
      auto const whole = floor<seconds>(left);
      timespec const wait{static_cast<time_t>(whole.count()),
                          static_cast<long>((left - whole).count())};
      number = sigtimedwait(&taken_, &came, &wait);
    } else {
      number = sigwaitinfo(&taken_, &came);
    }
    if (number > 0) return arrival{number, came.si_code == SI_KERNEL};
    if (errno == EAGAIN) return {};
  }
}

}  // namespace supervise
