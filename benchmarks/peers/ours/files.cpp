#include "files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "workloads.hpp"

namespace peers {

namespace {

/// Where the first line begins that begins at `at` or later.
std::size_t line_begin(std::string_view text, std::size_t at) {
  if (at == 0) return 0;
  auto const before = text.find('\n', at - 1);
  return before == text.npos ? text.size() : before + 1;
}

}  // namespace

mapped_file::mapped_file(std::string const& path) {
  auto const size = std::filesystem::file_size(path);
  auto const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  auto* const at = file < 0 ? MAP_FAILED : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (file >= 0) ::close(file);
  if (at == MAP_FAILED) throw std::runtime_error{"cannot map " + path};
  bytes_ = {static_cast<char const*>(at), size};
}

mapped_file::~mapped_file() { ::munmap(const_cast<char*>(bytes_.data()), bytes_.size()); }

std::string_view piece::text() const {
  auto const all = file->bytes();
  auto const first = line_begin(all, begin);
  return all.substr(first, line_begin(all, end) - first);
}

std::vector<std::string> files_in(std::string const& directory) {
  std::vector<std::string> found;
  for (auto const& each : std::filesystem::directory_iterator{directory})
    if (each.path().filename().string().front() != '.') found.push_back(each.path().string());
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<piece> pieces_of(std::string const& path) {
  auto const file = std::make_shared<mapped_file const>(path);
  auto const bytes = file->bytes().size();
  std::vector<piece> pieces;
  for (std::size_t i = 0; i != workers; ++i)
    pieces.push_back({file, bytes * i / workers, bytes * (i + 1) / workers});
  return pieces;
}

}  // namespace peers
