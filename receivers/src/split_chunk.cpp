#include <sluice/receivers/detail/split_chunk.hpp>

#include <algorithm>

namespace sluice::detail {
namespace {

using text_chunk = chunk_of<std::string_view>;

// Behind the `lines`-th line end.
std::size_t end_of_lines(std::string_view text, std::size_t lines) {
  auto end = std::size_t{0};
  for (; lines > 0; --lines) end = text.find('\n', end) + 1;
  return end;
}

std::vector<chunk_ptr> split_lines(text_chunk const& whole, std::size_t first) {
  auto const text = whole.text();
  auto const end = end_of_lines(text, first);
  auto const front = text.substr(0, end);
  auto const back = text.substr(end);
  return {std::make_shared<text_chunk>(whole.owner(), front, first, front.size()),
          std::make_shared<text_chunk>(whole.owner(), back, whole.records() - first,
                                       whole.bytes() - front.size())};
}

}  // namespace

std::vector<std::size_t> split_sizes(std::size_t records, std::size_t first) {
  auto sizes = std::vector<std::size_t>{first};
  auto left = records - first;
  for (auto next = first; left > 0; next *= 2) {
    sizes.push_back(std::min(left, next));
    left -= sizes.back();
  }
  return sizes;
}

std::vector<chunk_ptr> split_text_chunk(chunk_ptr const& whole, std::size_t first) {
  auto const& lines = static_cast<text_chunk const&>(*whole);
  if (!lines.text().empty()) return split_lines(lines, first);
  auto parts = std::vector<chunk_ptr>{};
  auto views = std::vector<std::string_view>{};
  lines.for_each([&](std::string_view record) { views.push_back(record); });
  auto at = views.begin();
  for (auto const size : split_sizes(views.size(), first)) {
    auto const end = at + static_cast<std::ptrdiff_t>(size);
    parts.push_back(std::make_shared<text_chunk>(std::vector(at, end), std::vector{whole}));
    at = end;
  }
  return parts;
}

}  // namespace sluice::detail
