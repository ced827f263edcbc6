#include "deal.hpp"

#include <algorithm>
#include <memory>
#include <sluice/operators/text_lines.hpp>
#include <string_view>
#include <utility>

namespace sluice {
namespace {

using text_chunk = chunk_of<std::string_view>;

class dealer {
 public:
  dealer(std::size_t total, std::size_t partitions) : total_{total}, parts_(partitions) {}

  void add(chunk_ptr whole) {
    auto const* lines = dynamic_cast<text_chunk const*>(whole.get());
    if (lines != nullptr && lines->text().size() >= 2 * least_text_piece) {
      add_text(whole, *lines);
    } else {
      put(std::move(whole));
    }
  }

  std::vector<partition> result() && { return std::move(parts_); }

 private:
  // A chunk belongs where it begins.
  void put(chunk_ptr piece) {
    auto const at =
        std::min(parts_.size() - 1, dealt_ * parts_.size() / std::max<std::size_t>(total_, 1));
    dealt_ += piece->bytes();
    parts_[at].chunks.push_back(std::move(piece));
  }

  // Bytes from here to where the next partition begins.
  std::size_t until_next() const {
    auto const next = dealt_ * parts_.size() / total_ + 1;
    return (next * total_ + parts_.size() - 1) / parts_.size() - dealt_;
  }

  void add_text(chunk_ptr const& whole, text_chunk const& lines) {
    auto text = lines.text();
    auto records = lines.records();
    auto bytes = lines.bytes();
    while (text.size() >= 2 * least_text_piece) {
      auto const wanted = std::max(until_next(), least_text_piece);
      if (wanted + least_text_piece > text.size()) break;
      auto const size = text.find('\n', wanted - 1) + 1;
      if (size == 0 || size == text.size()) break;
      auto const piece = text.substr(0, size);
      auto const count = count_lines(piece);
      put(std::make_shared<text_chunk>(lines.owner(), piece, count, size));
      text.remove_prefix(size);
      records -= count;
      bytes -= size;
    }
    if (text.size() == lines.text().size()) return put(whole);
    put(std::make_shared<text_chunk>(lines.owner(), text, records, bytes));
  }

  std::size_t const total_;
  std::vector<partition> parts_;
  std::size_t dealt_ = 0;
};

}  // namespace

std::vector<partition> deal(std::vector<chunk_ptr> chunks, std::size_t partitions) {
  auto total = std::size_t{0};
  for (auto const& each : chunks) total += each->bytes();
  auto dealing = dealer{total, partitions};
  for (auto& each : chunks) dealing.add(std::move(each));
  return std::move(dealing).result();
}

}  // namespace sluice
