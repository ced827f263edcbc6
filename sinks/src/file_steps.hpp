/// Steps of file work that end in a `runtime_failure` naming the path.
///
/// Thread rule: as `storage`. Promise: what returns has done all that it says.
#pragma once

#include <sluice/operators/error.hpp>
#include <sluice/supervision/storage.hpp>
#include <string>
#include <type_traits>
#include <utility>

namespace sluice {

[[noreturn]] inline void fail(char const* what, io_error const& failed) {
  throw runtime_failure{std::string{what} + " " + failed.message()};
}

template <class T>
T expect(char const* what, io_result<T> result) {
  if (!result) fail(what, result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// Makes the directories above `path` that are missing; their own names are durable, too.
void make_parents(storage& files, std::string const& path);
std::string read_whole(storage& files, std::string const& path);

/// Gives a file its name only once `append(file)` has filled it and its bytes are durable; the name
/// is not yet.
template <class Append>
void write_whole(storage& files, std::string const& path, Append append) {
  auto const slash = path.rfind('/') + 1;
  auto const hidden = path.substr(0, slash) + "." + path.substr(slash);
  auto file = expect("cannot write", files.open_write(hidden, write_mode::truncate));
  append(*file);
  expect("cannot flush", file->sync());
  expect("cannot close", file->close());
  expect("cannot rename", files.rename(hidden, path));
}

}  // namespace sluice
