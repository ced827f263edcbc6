#include <sluice/operators/chunk.hpp>

template class std::vector<sluice::chunk_ptr>;
template class std::vector<sluice::partition>;

namespace sluice {

std::size_t partition::records() const {
  std::size_t n = 0;
  for (auto const& c : chunks) n += c->records();
  return n;
}

std::size_t partition::bytes() const {
  std::size_t n = 0;
  for (auto const& c : chunks) n += c->bytes();
  return n;
}

void partition::append(partition const& other) {
  chunks.insert(chunks.end(), other.chunks.begin(), other.chunks.end());
  absent = absent && other.absent;
}

chunk_ptr make_text_chunk(std::string text) {
  auto owner = std::make_shared<std::string const>(std::move(text));
  std::string_view const view = *owner;
  auto lines = count_lines(view) + (view.empty() || view.back() == '\n' ? 0 : 1);
  return std::make_shared<chunk_of<std::string_view>>(owner, view, lines, view.size());
}

}  // namespace sluice
