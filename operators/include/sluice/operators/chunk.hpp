/// Records at rest: chunks, and the partitions made of them.
///
/// Thread rule: immutable once published, shared between threads by pointer, never copied.
/// Promise: what a record points into lives at least as long as its chunk.
#pragma once

#include <cstddef>
#include <memory>
#include <sluice/operators/footprint.hpp>
#include <sluice/operators/text_lines.hpp>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice {

/// A run of records of one type, seen without the type.
class chunk {
 public:
  chunk(chunk const&) = delete;
  chunk& operator=(chunk const&) = delete;
  virtual ~chunk() = default;

  std::size_t records() const { return records_; }
  /// Memory held by the records, in bytes; what credit is counted in.
  std::size_t bytes() const { return bytes_; }

 protected:
  chunk(std::size_t records, std::size_t bytes) : records_{records}, bytes_{bytes} {}

 private:
  std::size_t records_;
  std::size_t bytes_;
};

using chunk_ptr = std::shared_ptr<chunk const>;

/// One shard of a batch, or of an rdd.
struct partition {
  std::vector<chunk_ptr> chunks;
  /// True if the stream has no batch for this time at all (a window between two slides).
  bool absent = false;

  std::size_t records() const;
  std::size_t bytes() const;
  /// Appends the chunks of `other`; present if one of both is.
  void append(partition const& other);
};

}  // namespace sluice

// Made once, in chunk.cpp: every program that composes a stream would compile them otherwise.
extern template class std::vector<sluice::chunk_ptr>;
extern template class std::vector<sluice::partition>;

namespace sluice {

/// Records of type `T` in one vector.
template <class T>
class chunk_of final : public chunk {
 public:
  /// @param keep_alive  what records that are views point into
  explicit chunk_of(std::vector<T> records, std::vector<chunk_ptr> keep_alive = {})
      : chunk{records.size(), footprint_of(records)},
        records_{std::move(records)},
        keep_alive_{std::move(keep_alive)} {}

  template <class F>
  void for_each(F&& f) const {
    for (auto const& record : records_) f(record);
  }
  /// The record at place `i`, which must be there.
  T const& operator[](std::size_t i) const { return records_[i]; }
  /// Not of bool: a vector keeps those as bits.
  std::span<T const> all() const requires(!std::is_same_v<T, bool>) { return records_; }
  /// For the chunk's end: its records, for the memory that they take.
  std::vector<T> release() { return std::move(records_); }

 private:
  std::vector<T> records_;
  std::vector<chunk_ptr> keep_alive_;
};

/// Views: either the lines of one block of text, split while they are read, or a vector of views.
template <>
class chunk_of<std::string_view> final : public chunk {
 public:
  explicit chunk_of(std::vector<std::string_view> records, std::vector<chunk_ptr> keep_alive = {})
      : chunk{records.size(), footprint_of(records)},
        records_{std::move(records)},
        keep_alive_{std::move(keep_alive)} {}

  /// The lines of `text`; a last line without newline counts.
  /// @param owner  keeps the bytes of `text` alive
  /// @param bytes  memory that `owner` holds for this chunk
  chunk_of(std::shared_ptr<void const> owner, std::string_view text, std::size_t lines,
           std::size_t bytes)
      : chunk{lines, bytes}, owner_{std::move(owner)}, text_{text} {}

  template <class F>
  void for_each(F&& f) const {
    for_each_line(text_, f);
    for (auto record : records_) f(std::as_const(record));
  }

  /// The block of text, empty for the vector form.
  std::string_view text() const { return text_; }
  std::shared_ptr<void const> const& owner() const { return owner_; }

 private:
  std::vector<std::string_view> records_;
  std::vector<chunk_ptr> keep_alive_;
  std::shared_ptr<void const> owner_;
  std::string_view text_;
};

/// The lines of `text` as a chunk that owns them.
chunk_ptr make_text_chunk(std::string text);

template <class T>
chunk_ptr make_chunk(std::vector<T> records) {
  return std::make_shared<chunk_of<T>>(std::move(records));
}

/// Calls `f` with each record of a partition that is known to hold `T`.
template <class T, class F>
void for_each_record(partition const& in, F&& f) {
  for (auto const& c : in.chunks) static_cast<chunk_of<T> const&>(*c).for_each(f);
}

/// All records of a partition in one vector.
template <class T>
std::vector<T> to_vector(partition const& in) {
  std::vector<T> result;
  result.reserve(in.records());
  for_each_record<T>(in, [&](T const& record) { result.push_back(record); });
  return result;
}

}  // namespace sluice
