// The command line of the word count.
//
// Thread rule: plain values. Promise: what `parse` returns can be run; everything else ends in one
// sentence that names the option, its value and what to write instead.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

namespace word_count {

/// Lines of the server inside this program.
struct feed_input {
  double lines_per_second = 100;
};

/// Lines of a TCP peer.
struct socket_input {
  std::string host;
  std::uint16_t port = 0;
};

/// Lines of files that are moved into a directory.
struct directory_input {
  std::string path;
};

struct settings {
  std::variant<feed_input, socket_input, directory_input> input;
  std::optional<std::chrono::milliseconds> interval;  ///< none: a batch as soon as there is a line
  std::optional<std::uint64_t> batches;               ///< none: until somebody ends the program
  std::optional<std::chrono::milliseconds> window;    ///< none: every batch by itself
  std::size_t top = 10;
  std::size_t parallelism = 0;
  std::string log_level;
};

/// The command line is wrong.
class settings_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// @return none after `--help`, which it has answered on standard output
/// @throws settings_error
std::optional<settings> parse(int argc, char const* const* argv);

}  // namespace word_count
