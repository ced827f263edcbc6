#include "files.hpp"

#include <charconv>
#include <utility>

namespace sluice {
namespace {

constexpr auto digits = std::size_t{20};

bool is_top(std::string const& path) { return path == "/" || path == "."; }

// Errors of the file come before those of what is in it.
io_result<std::string> read_sized(readable_file& file, std::string const& path,
                                  std::uint64_t size) {
  auto bytes = std::string(static_cast<std::size_t>(size), '\0');
  auto done = std::size_t{0};
  while (done < bytes.size()) {
    auto const count = file.read_at(done, std::span{bytes}.subspan(done));
    if (!count) return count.error();
    if (*count == 0) return durability_error(path, durability_errc::damaged);
    done += *count;
  }
  return bytes;
}

template <class Acceptable>
io_result<std::string> read_if(storage& files, std::string const& path, Acceptable acceptable) {
  auto const file = files.open_read(path);
  if (!file) return file.error();
  auto const size = (*file)->size();
  if (!size) return size.error();
  if (!acceptable(*size))
    return durability_error(path + " of " + std::to_string(*size) + " bytes",
                            durability_errc::damaged);
  return read_sized(**file, path, *size);
}

}  // namespace

std::string parent_of(std::string const& path) {
  auto const end = path.find_last_not_of('/');
  if (end == std::string::npos) return "/";
  auto const slash = path.rfind('/', end);
  if (slash == std::string::npos) return ".";
  auto const parent_end = path.find_last_not_of('/', slash);
  return parent_end == std::string::npos ? "/" : path.substr(0, parent_end + 1);
}

io_result<void> make_durable_directory(storage& files, std::string const& path) {
  if (auto made = files.create_directories(path); !made) return made;
  // Also those that exist: whoever made them may have been stopped before the sync. What may not be
  // opened was not made by us.
  for (auto at = path; !is_top(at);) {
    at = parent_of(at);
    auto synced = files.sync_directory(at);
    if (!synced && synced.error().code != std::errc::permission_denied) return synced;
  }
  return {};
}

io_result<std::string> read_exactly(storage& files, std::string const& path, std::uint64_t size) {
  return read_if(files, path, [=](std::uint64_t actual) { return actual == size; });
}

io_result<std::string> read_at_most(storage& files, std::string const& path, std::uint64_t limit) {
  return read_if(files, path, [=](std::uint64_t actual) { return actual <= limit; });
}

io_result<void> write_and_rename(storage& files, std::string const& path, std::string_view bytes) {
  auto const temporary = path + std::string{temporary_suffix};
  auto const file = files.open_write(temporary, write_mode::truncate);
  if (!file) return file.error();
  if (auto done = (*file)->append(bytes); !done) return done;
  if (auto done = (*file)->sync(); !done) return done;
  if (auto done = (*file)->close(); !done) return done;
  return files.rename(temporary, path);
}

std::string numbered_name(std::string_view prefix, std::uint64_t number) {
  auto const text = std::to_string(number);
  return std::string{prefix} + std::string(digits - text.size(), '0') + text;
}

std::uint64_t number_of_name(std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix) || name.size() != prefix.size() + digits) return 0;
  auto number = std::uint64_t{0};
  auto const* const end = name.data() + name.size();
  auto const [stopped, failed] = std::from_chars(name.data() + prefix.size(), end, number);
  return failed == std::errc{} && stopped == end ? number : 0;
}

}  // namespace sluice
