#include "child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <array>

extern char** environ;

namespace sluice::tests {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{30};

// Appends what there is. @return false at the end
bool append(int from, std::string& text) {
  std::array<char, 4096> bytes{};
  auto const size = ::read(from, bytes.data(), bytes.size());
  if (size > 0) text.append(bytes.data(), static_cast<std::size_t>(size));
  return size > 0;
}

}  // namespace

child_process::child_process(std::vector<std::string> command, char const* output) {
  int out[2];
  int error[2];
  REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(error, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  REQUIRE(posix_spawn_file_actions_init(&actions) == 0);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (output)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY, 0);
  else
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, error[1], STDERR_FILENO);
  std::vector<char*> arguments;
  for (auto& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  auto const failed =
      posix_spawn(&child_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(error[1]);
  out_pipe_ = out[0];
  error_pipe_ = error[0];
  REQUIRE(failed == 0);
}

child_process::~child_process() {
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  ::close(out_pipe_);
  if (error_pipe_ >= 0) ::close(error_pipe_);
}

void child_process::signal(int number) { REQUIRE(::kill(child_, number) == 0); }

bool child_process::read_some(clock::time_point until) {
  std::array<pollfd, 2> pipes{pollfd{error_pipe_, POLLIN, 0},
                              pollfd{read_output_ ? out_pipe_ : -1, POLLIN, 0}};
  auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
  if (left <= 0 || ::poll(pipes.data(), pipes.size(), static_cast<int>(left)) <= 0) {
    FAIL("the program is late; it has written:\n"
         << out_ << "\nand to standard error:\n"
         << error_);
    return false;
  }
  if (pipes[1].revents != 0 && !append(out_pipe_, out_)) read_output_ = false;
  if (pipes[0].revents != 0 && !append(error_pipe_, error_)) {
    ::close(error_pipe_);
    error_pipe_ = -1;
  }
  return error_pipe_ >= 0;
}

void child_process::wait_for_error(std::string_view text) {
  auto const until = clock::now() + patience;
  while (error_.find(text) == std::string::npos) {
    if (!read_some(until)) FAIL("the program ended without \"" << text << "\":\n" << error_);
  }
}

int child_process::wait() {
  auto const until = clock::now() + patience;
  // Its standard error ends with the program, so that waiting for it afterwards takes no time.
  while (read_some(until)) {
  }
  while (read_output_ && append(out_pipe_, out_)) {
  }
  int status = 0;
  REQUIRE(::waitpid(child_, &status, 0) == child_);
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace sluice::tests
