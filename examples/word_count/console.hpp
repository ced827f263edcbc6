// What the program shows: results on standard output, everything else on standard error.
//
// Thread rule: any thread; `results()` is for one writer at a time. Promise: lines and results
// never mix within a line; colours and the waiting indicator appear on a terminal only, colours not
// where NO_COLOR is set.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

namespace word_count {

/// How a line looks where there are colours.
enum class tone { plain, quiet, strong, alarm };

class console {
 public:
  /// @param blocks  how many blocks of results to let through, each ended by a flush as `print`
  /// ends
  ///                a batch; later ones are swallowed
  explicit console(std::uint64_t blocks);
  ~console();
  console(console const&) = delete;
  console& operator=(console const&) = delete;

  /// Standard output. Writing throws `std::system_error` where that fails.
  std::ostream& results() { return results_; }
  /// Writes a line to standard error.
  void say(std::string_view text, tone how = tone::plain);
  /// Shows on a terminal that the program waits, until something else is shown.
  void show_waiting(std::string what);

 private:
  class result_buffer;

  void animate(std::stop_token ended, std::string const& what);
  /// Wipes the indicator away. Under mutex_.
  void clear_waiting();

  bool const terminal_;
  bool const colours_;
  bool const one_screen_;  // results and lines meet on the same terminal
  std::mutex mutex_;       // guards both outputs and waiting_
  bool waiting_ = false;
  std::unique_ptr<result_buffer> buffer_;
  std::ostream results_;
  std::jthread indicator_;
};

}  // namespace word_count
