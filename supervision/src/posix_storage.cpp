#include "posix_storage.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>

#include "directory_watch.hpp"
#include "posix_file.hpp"
#include "posix_lock.hpp"

namespace sluice {
namespace {

struct close_directory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

using directory_stream = std::unique_ptr<DIR, close_directory>;

batch_time modified_time(struct stat const& about) {
  using namespace std::chrono;
  auto since_epoch = seconds{about.st_mtim.tv_sec} + nanoseconds{about.st_mtim.tv_nsec};
  return batch_time{floor<duration>(since_epoch)};
}

bool is_dots(std::string_view name) { return name == "." || name == ".."; }

// A name whose file is gone by now, or a link that leads nowhere, is not a file of the directory.
bool leads_nowhere(int code) { return code == ENOENT || code == ELOOP; }

io_result<directory_stream> open_directory(std::string const& path) {
  auto file = open_descriptor(path, O_RDONLY | O_DIRECTORY);
  if (!file) return file.error();
  auto stream = directory_stream{::fdopendir(file->get())};
  if (!stream) return errno_error(path);
  file->release();
  return stream;
}

io_result<void> make_directory(std::string const& path) {
  constexpr auto permissions = 0777;
  if (::mkdir(path.c_str(), permissions) == -1) return errno_error(path);
  return {};
}

// A file where a directory is needed: "exists" would be true, but not helpful.
io_error in_the_way(io_error failed) {
  if (failed.code == std::errc::file_exists)
    failed.code = make_error_code(std::errc::not_a_directory);
  return failed;
}

bool is_directory(std::string const& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

int open_flags(write_mode mode) {
  auto flags = O_WRONLY | O_CREAT | O_APPEND;
  if (mode == write_mode::create_new) flags |= O_EXCL;
  if (mode == write_mode::truncate) flags |= O_TRUNC;
  return flags;
}

}  // namespace

io_result<std::vector<directory_entry>> posix_storage::list(std::string const& directory) {
  auto stream = open_directory(directory);
  if (!stream) return stream.error();
  auto entries = std::vector<directory_entry>{};
  for (;;) {
    errno = 0;
    auto const* child = ::readdir(stream->get());
    if (child == nullptr && errno != 0) return errno_error(directory);
    if (child == nullptr) break;
    if (is_dots(child->d_name)) continue;
    struct stat about {};
    if (::fstatat(::dirfd(stream->get()), child->d_name, &about, 0) == -1) {
      if (leads_nowhere(errno)) continue;
      return errno_error(directory + "/" + child->d_name);
    }
    entries.push_back({.name = child->d_name,
                       .is_directory = S_ISDIR(about.st_mode),
                       .size = static_cast<std::uint64_t>(about.st_size),
                       .modified = modified_time(about)});
  }
  std::ranges::sort(entries, {}, &directory_entry::name);
  return entries;
}

io_result<std::unique_ptr<readable_file>> posix_storage::open_read(std::string const& path) {
  // Without O_NONBLOCK, opening a named pipe would wait for its writer.
  auto file = open_descriptor(path, O_RDONLY | O_NONBLOCK);
  if (!file) return file.error();
  struct stat about {};
  if (::fstat(file->get(), &about) == -1) return errno_error(path);
  if (S_ISDIR(about.st_mode)) return errno_error(path, EISDIR);
  return std::make_unique<posix_readable_file>(path, std::move(*file));
}

io_result<std::unique_ptr<writable_file>> posix_storage::open_write(std::string const& path,
                                                                    write_mode mode) {
  auto file = open_descriptor(path, open_flags(mode));
  if (!file) return file.error();
  return std::make_unique<posix_writable_file>(path, std::move(*file));
}

io_result<void> posix_storage::create_directories(std::string const& path) {
  if (is_directory(path)) return {};
  for (auto end = path.find('/', 1);; end = path.find('/', end + 1)) {
    auto const prefix = path.substr(0, end);
    auto made = make_directory(prefix);
    // Another process may make the same directories at the same time.
    if (!made && !is_directory(prefix)) return in_the_way(made.error());
    if (end == std::string::npos) return {};
  }
}

io_result<void> posix_storage::create_directory(std::string const& path) {
  return make_directory(path);
}

io_result<void> posix_storage::rename(std::string const& from, std::string const& to) {
  if (::rename(from.c_str(), to.c_str()) == -1) return errno_error(from + " -> " + to);
  return {};
}

io_result<void> posix_storage::remove(std::string const& path) {
  if (std::remove(path.c_str()) == -1) return errno_error(path);
  return {};
}

io_result<void> posix_storage::sync_directory(std::string const& path) {
  auto directory = open_descriptor(path, O_RDONLY | O_DIRECTORY);
  if (!directory) return directory.error();
  if (retry_interrupted([&] { return ::fsync(directory->get()); }) == -1) return errno_error(path);
  return {};
}

io_result<std::unique_ptr<file_lock>> posix_storage::lock(std::string const& path) {
  return lock_file(path);
}

io_result<std::unique_ptr<watch>> posix_storage::watch_directory(std::string const& directory,
                                                                 std::function<void()> changed) {
  return start_directory_watch(io_, directory, std::move(changed));
}

}  // namespace sluice
