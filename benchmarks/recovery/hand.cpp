#include "hand.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sluice/supervision/checksum.hpp>
#include <system_error>
#include <vector>

#include "harness/bench.hpp"

namespace bench {

namespace {

void check(bool ok, char const* what) {
  if (!ok) throw std::system_error{errno, std::generic_category(), what};
}

struct entry {
  std::uint64_t key;
  std::uint64_t value;
};

void write_all(int file, void const* bytes, std::size_t size) {
  auto const* at = static_cast<char const*>(bytes);
  while (size != 0) {
    auto const n = ::write(file, at, size);
    check(n > 0, "hand: write");
    at += n;
    size -= static_cast<std::size_t>(n);
  }
}

std::uint64_t checksum_of(std::vector<entry> const& entries) {
  return sluice::checksum(
      {reinterpret_cast<char const*>(entries.data()), entries.size() * sizeof(entry)});
}

}  // namespace

hand_log::hand_log(std::string const& path)
    : file_{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666)} {
  check(file_ >= 0, "hand: open");
}

hand_log::~hand_log() { ::close(file_); }

void hand_log::append(std::string_view entry) {
  std::uint64_t const header[] = {entry.size(), sluice::checksum(entry)};
  buffer_.assign(reinterpret_cast<char const*>(header), sizeof header);
  buffer_ += entry;
  write_all(file_, buffer_.data(), buffer_.size());
  check(::fdatasync(file_) == 0, "hand: fdatasync");
}

void save_map(count_map const& map, std::string const& path) {
  std::vector<entry> entries;
  entries.reserve(map.size() + 1);
  for (auto const& [key, value] : map) entries.push_back({key, value});
  entries.push_back({map.size(), checksum_of(entries)});
  auto const file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  check(file >= 0, "hand: open");
  write_all(file, entries.data(), entries.size() * sizeof(entry));
  check(::fdatasync(file) == 0, "hand: fdatasync");
  ::close(file);
}

count_map load_map(std::string const& path) {
  auto const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  check(file >= 0, "hand: open");
  struct stat about {};
  check(::fstat(file, &about) == 0, "hand: fstat");
  std::vector<entry> entries(static_cast<std::size_t>(about.st_size) / sizeof(entry));
  auto* at = reinterpret_cast<char*>(entries.data());
  for (auto left = entries.size() * sizeof(entry); left != 0;) {
    auto const n = ::read(file, at, left);
    check(n > 0, "hand: read");
    at += n;
    left -= static_cast<std::size_t>(n);
  }
  ::close(file);
  auto const trailer = entries.back();
  entries.pop_back();
  expect("the checksum of the hand-written file", checksum_of(entries), trailer.value);
  count_map map;
  map.reserve(entries.size());
  for (auto const& e : entries) map.emplace(e.key, e.value);
  return map;
}

}  // namespace bench
