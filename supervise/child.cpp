#include "supervise/child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "supervise/exit_codes.hpp"

namespace supervise {

namespace {

void take_nothing_from_a_terminal() {
  if (::isatty(STDIN_FILENO) == 0) return;
  auto const nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0) return;
  ::dup2(nothing, STDIN_FILENO);
  ::close(nothing);
}

/// The child between fork and exec. Tells through `told` why it cannot become the program.
[[noreturn]] void become(std::vector<std::string> const& command, std::uint64_t restarts,
                         sigset_t const& mask, pid_t supervisor, int told) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  // A supervisor that died before that call sends no signal any more.
  if (::getppid() != supervisor) ::_exit(exit_code::by_signal + SIGTERM);
  ::setenv("SLUICE_RESTARTS", std::to_string(restarts).c_str(), 1);
  take_nothing_from_a_terminal();
  std::vector<char*> arguments;
  for (auto const& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::execvp(arguments[0], arguments.data());
  auto const why = errno;
  [[maybe_unused]] auto const written = ::write(told, &why, sizeof why);
  ::_exit(exit_code::not_found);
}

start_result failure(std::string const& what, int why) {
  return {.exit_code = exit_code::own_failure, .cause = what + ": " + std::strerror(why)};
}

// The pipe closes with the exec; what comes through it before is the reason why there is none.
int read_reason(int from) {
  int why = 0;
  ssize_t size = 0;
  do size = ::read(from, &why, sizeof why);
  while (size < 0 && errno == EINTR);
  return size == sizeof why ? why : 0;
}

}  // namespace

start_result start_child(std::vector<std::string> const& command, std::uint64_t restarts,
                         sigset_t const& mask) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failure("there is no pipe to be had", errno);
  auto const self = ::getpid();
  auto const child = ::fork();
  auto const fork_error = errno;
  if (child == 0) become(command, restarts, mask, self, ends[1]);
  ::close(ends[1]);
  auto const why = child < 0 ? 0 : read_reason(ends[0]);
  ::close(ends[0]);
  if (child < 0) return failure("there is no process to be had", fork_error);
  if (why == 0) return {.child = child};
  ::waitpid(child, nullptr, 0);
  auto failed = failure(command.front() + " cannot be executed", why);
  failed.exit_code = why == ENOENT ? exit_code::not_found : exit_code::not_executable;
  return failed;
}

std::optional<int> reap(pid_t child) {
  for (;;) {
    siginfo_t ended{};
    // Until it is waited for, the number of a dead child is not given to another process.
    if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0)
      return {};
    if (ended.si_pid == child) ::kill(-child, SIGKILL);
    int status = 0;
    ::waitpid(ended.si_pid, &status, 0);
    if (ended.si_pid == child) return status;
  }
}

}  // namespace supervise
