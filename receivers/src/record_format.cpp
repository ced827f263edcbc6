#include <algorithm>
#include <cstring>
#include <sluice/operators/error.hpp>
#include <utility>
#include <vector>

#include "block_pool.hpp"
#include "file_format.hpp"
#include "limits.hpp"

namespace sluice {
namespace {

using view_chunk = chunk_of<std::string_view>;

constexpr std::size_t unused_pieces = 3;

class record_format final : public file_format {
 public:
  explicit record_format(std::size_t record_length) : record_length_{record_length} {}

  void prepare(buffer_limits const& limits, consumer sealed) override {
    if (record_length_ > limits.bytes) {
      throw usage_error{"binary_records: record_length is " + std::to_string(record_length_) +
                        " bytes, but the receiver's buffer has room for " +
                        std::to_string(limits.bytes) + "; raise receiver_buffer"};
    }
    sealed_ = std::move(sealed);
    auto const records = std::max<std::size_t>(block_bytes_for(limits) / record_length_, 1);
    pool_ = std::make_shared<block_pool>(records * record_length_, unused_pieces);
  }

  void begin(std::string const& path, std::uint64_t) override { path_ = path; }

  std::size_t room_needed() const override {
    return pool_->block_bytes() + pool_->block_bytes() / record_length_ * sizeof(std::string_view);
  }

  std::span<char> space() override {
    if (!memory_.data) memory_ = pool_->take();
    return {memory_.data.get() + filled_, memory_.capacity - filled_};
  }

  std::optional<std::string> received(std::size_t bytes) override {
    filled_ += bytes;
    if (filled_ == memory_.capacity) emit();
    return std::nullopt;
  }

  std::optional<std::string> end() override {
    auto const left = emit();
    if (left == 0) return std::nullopt;
    ++incomplete_files_;
    return path_ + ": its last " + std::to_string(left) + " bytes are not a record of " +
           std::to_string(record_length_) +
           " bytes and were left out; was it complete when it "
           "was moved here?";
  }

  void abandon() override { emit(); }

  void count(std::map<std::string, std::uint64_t>& counters) const override {
    counters["incomplete_files"] = incomplete_files_;
    counters["dropped_bytes"] = dropped_bytes_;
  }

 private:
  // @return bytes that are left over
  std::size_t emit() {
    auto const size = std::exchange(filled_, 0);
    auto const records = size / record_length_;
    auto const left = size % record_length_;
    dropped_bytes_ += left;
    if (records > 0) emit(records);
    pool_->give_back(std::exchange(memory_, {}));
    return left;
  }

  void emit(std::size_t records) {
    auto const used = records * record_length_;
    if (used < memory_.capacity / 2) {
      auto fitting = io_buffer{std::make_unique_for_overwrite<char[]>(used), used};
      std::memcpy(fitting.data.get(), memory_.data.get(), used);
      pool_->give_back(std::exchange(memory_, std::move(fitting)));
    }
    auto const bytes = memory_.capacity;
    auto const owner = pool_->share(std::exchange(memory_, {}));
    auto views = std::vector<std::string_view>{};
    views.reserve(records);
    for (std::size_t i = 0; i < records; ++i)
      views.emplace_back(owner.get() + i * record_length_, record_length_);
    // A chunk without lines is how a vector of views keeps other memory alive.
    auto keep = std::make_shared<view_chunk>(owner, std::string_view{}, 0, bytes);
    auto sealed = std::make_shared<view_chunk>(std::move(views), std::vector<chunk_ptr>{keep});
    sealed_({std::move(sealed), bytes});
  }

  std::size_t const record_length_;
  consumer sealed_;
  std::shared_ptr<block_pool> pool_;
  io_buffer memory_;
  std::size_t filled_ = 0;
  std::string path_;
  std::uint64_t incomplete_files_ = 0;
  std::uint64_t dropped_bytes_ = 0;
};

}  // namespace

std::unique_ptr<file_format> make_record_format(std::size_t record_length) {
  return std::make_unique<record_format>(record_length);
}

}  // namespace sluice
