#include "file_steps.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <filesystem>
#include <mutex>
#include <sluice/operators/byte_io.hpp>
#include <sluice/sinks/kept_files.hpp>
#include <sluice/supervision/checksum.hpp>
#include <sluice/supervision/world.hpp>

namespace sluice {

namespace {

constexpr std::string_view magic = "SLKP";
constexpr std::uint8_t version = 1;
constexpr std::size_t header_size = 4 + 1 + 8 + 8;  // magic, version, length, checksum

byte_vector header_of(std::span<std::byte const> bytes) {
  byte_writer out;
  out.put_bytes(std::as_bytes(std::span{magic}));
  out.put_byte(version);
  out.put_fixed(std::uint64_t{bytes.size()});
  out.put_fixed(checksum(text_of(bytes)));
  return out.take();
}

void append_kept(writable_file& file, std::span<std::byte const> bytes) {
  expect("cannot write", file.append(text_of(header_of(bytes))));
  expect("cannot write", file.append(text_of(bytes)));
}

/// What follows the header, if that says so.
byte_vector payload_of(std::string const& path, std::string const& whole) {
  auto const bytes = std::as_bytes(std::span{whole});
  if (bytes.size() < header_size || !whole.starts_with(magic))
    throw runtime_failure{path + " is torn or no file of kept records"};
  if (bytes[magic.size()] != std::byte{version})
    throw runtime_failure{path + " has format version " +
                          std::to_string(std::to_integer<int>(bytes[magic.size()])) +
                          "; this program reads version " + std::to_string(version)};
  auto const payload = bytes.subspan(header_size);
  auto const expected = header_of(payload);
  if (!std::equal(expected.begin(), expected.end(), bytes.begin()))
    throw runtime_failure{path + " is damaged: length or checksum are not those of its bytes"};
  return {payload.begin(), payload.end()};
}

class kept_files_on_disk final : public kept_files {
 public:
  kept_files_on_disk(std::function<world&()> outside, std::string parent,
                     std::function<void(std::string const&)> warn)
      : outside_{std::move(outside)}, parent_{std::move(parent)}, warn_{std::move(warn)} {}

  std::string spill(std::span<std::byte const> bytes) override {
    auto path = spill_directory() + "/part-" + std::to_string(++last_);
    auto file = expect("cannot write", files().open_write(path, write_mode::create_new));
    try {
      append_kept(*file, bytes);
      expect("cannot close", file->close());
    } catch (...) {
      remove(path);
      throw;
    }
    return path;
  }

  void save(std::string const& path, std::span<std::byte const> bytes) override {
    write_whole(files(), path, [&](writable_file& file) { append_kept(file, bytes); });
    expect("cannot flush", files().sync_directory(parent_of(path)));
  }

  void seal(std::string const& directory) override {
    write_whole(files(), directory + "/_SUCCESS", [](writable_file&) {});
    expect("cannot flush", files().sync_directory(directory));
  }

  byte_vector read(std::string const& path) override {
    return payload_of(path, read_whole(files(), path));
  }

  // What cannot be removed is removed with the directory, or left to whoever cleans that up.
  void remove(std::string const& path) noexcept override {
    if (ended_) return;
    try {
      (void)files().remove(path);
    } catch (...) {
      warn("cannot remove " + path);
    }
  }

  void warn(std::string const& text) noexcept override {
    if (!ended_) warn_(text);
  }

  void end() noexcept override {
    std::lock_guard const guard{mutex_};
    if (!ended_ && !directory_.empty()) remove_all();
    ended_ = true;
  }

 private:
  storage& files() {
    if (ended_) throw runtime_failure{"the context has ended, and its files with it"};
    return outside_().storage();
  }

  std::string spill_directory() {
    std::lock_guard const guard{mutex_};
    if (!directory_.empty()) return directory_;
    auto parent = parent_;
    if (parent.empty())
      parent = outside_().simulated() ? "/tmp" : std::filesystem::temp_directory_path().string();
    expect("cannot create", files().create_directories(parent));
    auto chance = outside_().random("kept files");
    for (;;) {
      auto path = parent + "/sluice-" + std::to_string(chance());
      auto made = files().create_directory(path);
      if (made) return directory_ = path;
      if (made.error().code != std::errc::file_exists) fail("cannot create", made.error());
    }
  }

  void remove_all() noexcept {
    try {
      for (auto const& entry : expect("cannot list", files().list(directory_)))
        expect("cannot remove", files().remove(directory_ + '/' + entry.name));
      expect("cannot remove", files().remove(directory_));
    } catch (std::exception const& failed) {
      warn(std::string{"files of kept partitions are left over: "} + failed.what());
    }
  }

  std::function<world&()> outside_;
  std::string const parent_;
  std::function<void(std::string const&)> warn_;
  std::atomic<std::uint64_t> last_{0};
  std::atomic<bool> ended_{false};
  std::mutex mutex_;  // for the next
  std::string directory_;
};

/// n of "rdd-n", 0 for another name.
std::uint64_t number_of(std::string const& name) {
  constexpr std::string_view prefix = "rdd-";
  std::uint64_t n = 0;
  if (name.starts_with(prefix))
    std::from_chars(name.data() + prefix.size(), name.data() + name.size(), n);
  return n;
}

}  // namespace

std::shared_ptr<kept_files> make_kept_files(std::function<world&()> outside, std::string directory,
                                            std::function<void(std::string const&)> warn) {
  return std::make_shared<kept_files_on_disk>(std::move(outside), std::move(directory),
                                              std::move(warn));
}

std::string make_checkpoint_directory(storage& files, std::string const& parent) {
  auto const end = parent.find_last_not_of('/');
  auto const base = end == parent.npos ? std::string{} : parent.substr(0, end + 1);
  make_parents(files, base + "/rdd");
  std::uint64_t last = 0;
  for (auto const& entry : expect("cannot list", files.list(base.empty() ? "/" : base)))
    last = std::max(last, number_of(entry.name));
  for (;;) {
    auto path = base + "/rdd-" + std::to_string(++last);
    auto made = files.create_directory(path);
    if (made) {
      expect("cannot flush", files.sync_directory(parent_of(path)));
      return path;
    }
    if (made.error().code != std::errc::file_exists) fail("cannot create", made.error());
  }
}

}  // namespace sluice
