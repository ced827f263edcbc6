/// What the bytes of files mean.
///
/// Thread rule: the host's. Promise: records come out in the order of the bytes; whatever is not
/// made a record is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sluice/receivers/detail/file_parsers.hpp>
#include <sluice/receivers/input.hpp>
#include <span>
#include <string>

#include "block_buffer.hpp"

namespace sluice {

class file_format {
 public:
  using consumer = std::function<void(block)>;

  virtual ~file_format() = default;
  /// @throws usage_error if records of this format cannot fit into these limits
  virtual void prepare(buffer_limits const& limits, consumer sealed) = 0;

  virtual void begin(std::string const& path, std::uint64_t bytes) = 0;
  /// Memory that the next read takes.
  virtual std::size_t room_needed() const = 0;
  /// Where to read the next bytes of the file; never empty.
  virtual std::span<char> space() = 0;
  /// @return why this file is not read any further
  /// @throws stream_failure with the exception of a user's function nested
  virtual std::optional<std::string> received(std::size_t bytes) = 0;
  /// @return what is wrong with the end of the file
  virtual std::optional<std::string> end() = 0;
  /// The file could not be read to its end.
  virtual void abandon() = 0;

  /// Makes blocks of what has been gathered.
  virtual void seal() {}
  virtual block_buffer::amount unsealed() const { return {}; }
  /// True once this input must not read any file any more.
  virtual bool failed() const { return false; }
  virtual void count(std::map<std::string, std::uint64_t>& counters) const = 0;
};

/// Makes a format for one reader of files.
using make_file_format = std::function<std::unique_ptr<file_format>()>;

/// Lines as they are, or what `parse` makes of them if it is given.
std::unique_ptr<file_format> make_line_format(file_options const& how, detail::line_parser parse);
/// @param record_length  not 0
std::unique_ptr<file_format> make_record_format(std::size_t record_length);
std::unique_ptr<file_format> make_contents_format(detail::contents_parser parse);

}  // namespace sluice
