#include "scratch.hpp"

#include <sys/vfs.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "harness/bench.hpp"

namespace bench {

namespace fs = std::filesystem;

namespace {

std::string file_system_of(fs::path const& at) {
  constexpr long ext = 0xEF53, tmpfs = 0x01021994, xfs = 0x58465342, btrfs = 0x9123683E,
                 overlay = 0x794c7630;
  struct statfs found {};
  if (::statfs(at.c_str(), &found) != 0) return "an unknown file system";
  switch (static_cast<long>(found.f_type)) {
    case ext: return "ext4";
    case tmpfs: return "tmpfs: in memory, syncs cost nothing, the rows mean little";
    case xfs: return "xfs";
    case btrfs: return "btrfs";
    case overlay: return "overlayfs";
    default: return "file system " + std::to_string(found.f_type);
  }
}

}  // namespace

scratch_directory::scratch_directory() {
  auto name = (fs::temp_directory_path() / "sluice-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::system_error{errno, std::generic_category(), "cannot make " + name};
  at_ = name;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  fs::remove_all(at_, ignored);
}

std::string scratch_directory::fresh(std::string const& name) {
  return path(name + '-' + std::to_string(++last_));
}

void scratch_directory::note_in(report& results) const {
  results.note("files in " + at_.parent_path().string() + " on " + file_system_of(at_));
}

std::uint64_t bytes_in(std::string const& directory) {
  std::uint64_t sum = 0;
  for (auto const& each : fs::recursive_directory_iterator{directory})
    if (each.is_regular_file()) sum += each.file_size();
  return sum;
}

std::uint64_t bytes_written() {
  std::ifstream in{"/proc/self/io"};
  std::string name;
  std::uint64_t value = 0;
  while (in >> name >> value)
    if (name == "wchar:") return value;
  throw std::runtime_error{"/proc/self/io cannot be read; it is needed to count what is written"};
}

}  // namespace bench
