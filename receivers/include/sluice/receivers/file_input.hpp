/// Files that appear in a directory.
///
/// Thread rule: an input's; parsers run in the host. Promise: every file that is moved into the
/// directory is read once, from beginning to end, in the order of (modified, name); what could not
/// be read is counted and told.
///
/// A file belongs in the directory when it is complete: write it elsewhere on the same file system
/// and rename it. One that changes in size after it was read is counted and told, not read again.
///
/// In a stream with a checkpoint directory a file must also stay until a checkpoint covers the
/// batches that have its records: a process that goes on reads it again. What appears while no
/// process runs is new. A parser must then make the same records of the same bytes, and ones that
/// can be copied.
#pragma once

#include <algorithm>  // for the concepts of ranges; <ranges> is slow
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <sluice/receivers/detail/file_parsers.hpp>
#include <sluice/receivers/detail/input_forwarder.hpp>
#include <sluice/receivers/file_options.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sluice {

/// The lines of the files, as views into the blocks they were read into.
///
/// Counters of all file inputs: `files`, `bytes_read`, `records`, `old_files` (there at the start),
/// `ignored_old_files` (beyond `max_age`), `vanished_files`, `unreadable_files`, `changed_files`,
/// `listing_errors`, `left_files` (seen, but not begun before a drain). Of lines: `long_lines`,
/// `partial_lines`, `dropped_lines`, `dropped_bytes`.
class text_file_input final : public detail::input_forwarder {
 public:
  /// @throws usage_error if `directory` is empty or an option is out of range
  explicit text_file_input(std::string directory, file_options how = {});
};

/// Records of a fixed length, as views. A file's last bytes that do not make up a record are told
/// and counted: `incomplete_files`, `dropped_bytes`.
class binary_records_input final : public detail::input_forwarder {
 public:
  /// @throws usage_error if `directory` is empty, `record_length` is 0 or an option is out of range
  binary_records_input(std::string directory, std::size_t record_length, file_options how = {});
};

/// Files whose lines or contents a function makes records of.
///
/// @param parse  one of: line -> T; line -> optional<T>, where nothing leaves the line out, counted
///               as `skipped_lines`; whole contents -> range of T. Lines and contents are
///               `std::string_view`s that end with the call. What it throws is the stream's
///               failure, and names file and line.
template <class T, class Parse>
std::unique_ptr<input> make_file_input(std::string directory, Parse parse, file_options how = {}) {
  static_assert(
      owned<T>,
      "file_stream<T>: T, or something in it, is a view such as std::string_view, and what "
      "it points into ends with the call of parse. Use the owned type, such as "
      "std::string, or text_file_stream and map.");
  static_assert(std::is_invocable_v<Parse&, std::string_view>,
                "file_stream<T>: parse must be callable with a std::string_view");
  using result = std::remove_cvref_t<std::invoke_result_t<Parse&, std::string_view>>;
  if constexpr (std::convertible_to<result, T> || std::same_as<result, std::optional<T>>) {
    return detail::make_parsing_file_input(std::move(directory),
                                           detail::make_line_parser<T>(std::move(parse)),
                                           detail::split_chunk<T>, std::move(how));
  } else {
    static_assert(
        std::ranges::input_range<result>,
        "file_stream<T>: parse must give a T or std::optional<T> for each line, or a range "
        "of T for the whole contents");
    return detail::make_parsing_file_input(std::move(directory),
                                           detail::make_contents_parser<T>(std::move(parse)),
                                           detail::split_chunk<T>, std::move(how));
  }
}

}  // namespace sluice
