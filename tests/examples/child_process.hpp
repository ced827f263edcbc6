// A program under test: its output, its end, and signals to it.
//
// Every wait is bounded; a child that is late fails the test and is killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tests {

class child_process {
 public:
  /// @param output  a file for its standard output instead of `out()`
  explicit child_process(std::vector<std::string> command, char const* output = nullptr);
  ~child_process();
  child_process(child_process const&) = delete;
  child_process& operator=(child_process const&) = delete;

  pid_t pid() const { return child_; }
  void signal(int number);
  /// Leaves standard output unread, so that the program cannot write for long.
  void stop_reading_output() { read_output_ = false; }
  /// Waits until standard error holds `text`.
  void wait_for_error(std::string_view text);
  /// Waits for the end. @return the exit status, 128 + the signal's number if one ended it
  int wait();

  std::string const& out() const { return out_; }
  std::string const& error() const { return error_; }

 private:
  /// Reads what comes. @return whether there may be more
  bool read_some(std::chrono::steady_clock::time_point until);

  pid_t child_ = -1;
  int out_pipe_ = -1;
  int error_pipe_ = -1;
  bool read_output_ = true;
  std::string out_;
  std::string error_;
};

}  // namespace sluice::tests
