/// A user's parsing function behind one call per chunk of lines, or per file.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sluice/operators/chunk.hpp>
#include <sluice/operators/owned.hpp>
#include <sluice/receivers/detail/split_chunk.hpp>
#include <sluice/receivers/file_options.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice {

class input;

namespace detail {

/// Where parsing is, so that a failure can be told with its line.
struct parse_progress {
  std::uint64_t lines = 0;    ///< of the file, begun
  std::uint64_t skipped = 0;  ///< of all files
};

using line_parser =
    std::function<chunk_ptr(chunk_of<std::string_view> const& lines, parse_progress& progress)>;
using contents_parser = std::function<chunk_ptr(std::string_view contents)>;

template <class T, class Parse>
line_parser make_line_parser(Parse parse) {
  return [parse = std::move(parse)](chunk_of<std::string_view> const& lines,
                                    parse_progress& progress) mutable -> chunk_ptr {
    using result = std::remove_cvref_t<std::invoke_result_t<Parse&, std::string_view>>;
    auto records = std::vector<T>{};
    records.reserve(lines.records());
    lines.for_each([&](std::string_view line) {
      ++progress.lines;
      if constexpr (std::convertible_to<result, T>) {
        records.push_back(parse(line));
      } else if (auto parsed = parse(line)) {
        records.push_back(*std::move(parsed));
      } else {
        ++progress.skipped;
      }
    });
    return make_chunk(std::move(records));
  };
}

template <class T, class Parse>
contents_parser make_contents_parser(Parse parse) {
  return [parse = std::move(parse)](std::string_view contents) mutable -> chunk_ptr {
    auto records = std::vector<T>{};
    auto parsed = parse(contents);
    for (auto&& each : parsed) records.push_back(std::forward<decltype(each)>(each));
    return make_chunk(std::move(records));
  };
}

std::unique_ptr<input> make_parsing_file_input(std::string directory, line_parser parse,
                                               chunk_splitter split, file_options how);
std::unique_ptr<input> make_parsing_file_input(std::string directory, contents_parser parse,
                                               chunk_splitter split, file_options how);

}  // namespace detail
}  // namespace sluice
