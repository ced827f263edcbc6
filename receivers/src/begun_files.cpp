#include "begun_files.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

void begun_files::begin(queued_file file, std::uint64_t number) {
  files_.push_back({std::move(file), number});
}

void begun_files::end(std::uint64_t number, std::optional<std::uint64_t> bytes) {
  files_.back().end = number;
  files_.back().bytes = bytes;
}

std::vector<file_span> begun_files::cut(std::uint64_t number) {
  auto spans = std::vector<file_span>{};
  while (!files_.empty() && files_.front().next <= number) {
    auto& [file, next, end, bytes] = files_.front();
    auto const to = std::min(number, end.value_or(number));
    auto const records = to - std::exchange(next, to);
    auto const ended = end == to;
    if (records > 0 || ended)
      spans.push_back({file.name, file.cut, records, ended, ended ? bytes : std::nullopt});
    file.cut += records;
    if (!ended) break;
    files_.pop_front();
  }
  return spans;
}

std::deque<queued_file> begun_files::left() const {
  auto files = std::deque<queued_file>{};
  for (auto const& each : files_) files.push_back(each.file);
  return files;
}

}  // namespace sluice
