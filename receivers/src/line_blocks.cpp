#include "line_blocks.hpp"

#include <algorithm>
#include <cstring>
#include <sluice/operators/text_lines.hpp>
#include <utility>

namespace sluice {
namespace {

using text_chunk = chunk_of<std::string_view>;

std::shared_ptr<char const> copy_of(std::string_view text) {
  auto copy = std::make_shared_for_overwrite<char[]>(text.size());
  std::memcpy(copy.get(), text.data(), text.size());
  return {copy, copy.get()};
}

}  // namespace

line_blocks::line_blocks(rules how, std::shared_ptr<block_pool> pool, consumer sealed)
    : how_{how}, pool_{std::move(pool)}, sealed_{std::move(sealed)} {}

void line_blocks::add(byte_run run) {
  if (failed_ || run.size == 0) return pool_->give_back(std::move(run.memory));
  auto const text = run.bytes();
  // Short enough as a whole, so that no line of it needs to be measured.
  auto const plain =
      !in_long_line_ && text.back() == '\n' && text.size() - 1 <= how_.max_line_bytes;
  if (!plain) return walk(hold(std::move(run)));
  auto const lines = count_lines(text);
  if (is_small(text.size())) return gather(std::move(run), lines);
  auto held = hold(std::move(run));
  emit(held, held.text, lines);
}

void line_blocks::gather(byte_run run, std::size_t lines) {
  if (gathered_bytes_ + run.size > gathering_.capacity) {
    seal();
    if (!gathering_.data) gathering_ = pool_->take();
  }
  std::memcpy(gathering_.data.get() + gathered_bytes_, run.memory.data.get(), run.size);
  gathered_bytes_ += run.size;
  gathered_lines_ += lines;
  pool_->give_back(std::move(run.memory));
}

void line_blocks::seal() {
  if (gathered_bytes_ == 0) return;
  auto const lines = std::exchange(gathered_lines_, 0);
  auto const bytes = std::exchange(gathered_bytes_, 0);
  auto held = held_text{};
  if (is_small(bytes)) {
    auto copy = copy_of({gathering_.data.get(), bytes});
    held.text = {copy.get(), bytes};
    held.owner = std::move(copy);
  } else {
    held = hold({std::exchange(gathering_, {}), bytes});
  }
  emit(held, held.text, lines);
}

line_blocks::held_text line_blocks::hold(byte_run run) {
  // What was gathered came before.
  seal();
  if (is_small(run.size)) {
    auto copy = copy_of(run.bytes());
    pool_->give_back(std::move(run.memory));
    auto const text = std::string_view{copy.get(), run.size};
    return {std::move(copy), text, 0};
  }
  auto const slack = run.memory.capacity - run.size;
  auto shared = pool_->share(std::move(run.memory));
  auto const text = std::string_view{shared.get(), run.size};
  return {std::move(shared), text, slack};
}

// Line by line, because some line is too long, or goes on from the run before.
void line_blocks::walk(held_text held) {
  auto const text = held.text;
  auto good_from = std::size_t{0};
  auto good_lines = std::size_t{0};
  for (auto at = std::size_t{0}; at < text.size() && !failed_;) {
    auto const line_end = text.find('\n', at);
    auto const ends = line_end != std::string_view::npos;
    auto const line = text.substr(at, ends ? line_end - at : text.size() - at);
    at += line.size() + (ends ? 1 : 0);
    if (!in_long_line_ && ends && line.size() <= how_.max_line_bytes) {
      ++good_lines;
      continue;
    }
    auto const good_to = static_cast<std::size_t>(line.data() - text.data());
    emit(held, text.substr(good_from, good_to - good_from), std::exchange(good_lines, 0));
    long_piece(held, line, ends);
    good_from = at;
  }
  if (!failed_) emit(held, text.substr(good_from), good_lines);
}

void line_blocks::long_piece(held_text& held, std::string_view text, bool line_ends) {
  if (!std::exchange(in_long_line_, !line_ends)) {
    ++counts_.long_lines;
    if (how_.long_line == long_line::drop) ++counts_.dropped_lines;
  }
  switch (how_.long_line) {
    case long_line::fail: failed_ = true; [[fallthrough]];
    case long_line::drop: counts_.dropped_bytes += text.size(); break;
    case long_line::split:
      while (!text.empty()) {
        auto const piece = text.substr(0, how_.max_line_bytes);
        emit(held, piece, 1);
        text.remove_prefix(piece.size());
      }
  }
}

void line_blocks::emit(held_text& held, std::string_view text, std::size_t lines) {
  if (lines == 0) return;
  auto const bytes = text.size() + std::exchange(held.slack, 0);
  sealed_(std::make_shared<text_chunk>(held.owner, text, lines, bytes));
}

void line_blocks::end(std::string rest) {
  if (!rest.empty() && !failed_) last_line(std::move(rest));
  in_long_line_ = false;
}

void line_blocks::cut_off(std::string rest, partial_line how) {
  if (!rest.empty() && !failed_) {
    ++counts_.partial_lines;
    if (how == partial_line::emit) {
      last_line(std::move(rest));
    } else {
      ++counts_.dropped_lines;
      counts_.dropped_bytes += rest.size();
    }
  }
  in_long_line_ = false;
}

void line_blocks::last_line(std::string rest) {
  auto const owner = std::make_shared<std::string const>(std::move(rest));
  seal();
  auto held = held_text{owner, *owner, owner->capacity() - owner->size()};
  if (in_long_line_ || held.text.size() > how_.max_line_bytes) {
    long_piece(held, held.text, true);
  } else {
    emit(held, held.text, 1);
  }
}

}  // namespace sluice
