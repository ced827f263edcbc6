/// Reads the files that appear in a directory, one after the other, in pieces.
///
/// Thread rule: the host's. Promise: reads only while the buffer has room; between two pieces the
/// host is free for others, but a probe and a cut read as far as there is room.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <sluice/receivers/detail/split_chunk.hpp>
#include <sluice/receivers/file_options.hpp>
#include <sluice/receivers/input.hpp>
#include <sluice/supervision/storage.hpp>
#include <string>
#include <vector>

#include "block_buffer.hpp"
#include "file_finder.hpp"
#include "file_format.hpp"

namespace sluice {

class directory_input final : public input, public std::enable_shared_from_this<directory_input> {
 public:
  /// @throws usage_error naming the option that is wrong
  directory_input(std::string kind, std::string directory, file_options how,
                  std::unique_ptr<file_format> format, detail::chunk_splitter split);

  std::string_view kind() const override { return kind_; }
  std::string describe() const override { return kind_ + " " + directory_; }
  void before_start(world& outside) override;
  void start(std::shared_ptr<input_host> host) override;
  input_status status(bool probe) override;
  input_cut cut(batch_ref const& batch, std::uint64_t max_records) override;
  void committed(batch_id batch) override;
  void drain() override;
  void stop() override;
  std::map<std::string, std::uint64_t> counters() const override;

 private:
  enum class phase { created, running, drained, ended };
  /// The file that is being read.
  struct open_file {
    std::string name;
    std::string path;
    std::unique_ptr<readable_file> bytes;
    std::uint64_t offset = 0;
  };

  void look();
  file_finder::findings list();
  void look_again_later();
  bool worth_looking() const;
  void watch_directory();
  void read_later();
  void read_on();
  bool read_piece();
  bool open_next();
  void refuse(std::string const& path, io_error const& why);
  void take(std::size_t bytes);
  void finish_file();
  void abandon_file(std::string const& why);
  template <class F>
  void run_format(F&& f);
  void give_up();
  bool has_room() const;
  block_buffer::amount available() const;
  void describe_file(std::string const& name);
  void report(receiver_event::type what, std::string reason);

  std::string const kind_;
  std::string const directory_;
  file_options const how_;
  std::unique_ptr<file_format> format_;
  detail::chunk_splitter const split_;

  phase phase_ = phase::created;
  std::shared_ptr<input_host> host_;
  file_finder finder_;
  std::unique_ptr<watch> watch_;
  // Set by the watch on its thread until the host has looked.
  std::shared_ptr<std::atomic<bool>> announced_ = std::make_shared<std::atomic<bool>>(false);
  std::chrono::nanoseconds looked_at_{};
  std::chrono::nanoseconds look_took_{};

  std::deque<directory_entry> found_;
  std::optional<open_file> file_;
  bool read_posted_ = false;
  std::optional<block_buffer> buffer_;
  std::vector<std::string> described_;
  std::size_t described_more_ = 0;

  std::uint64_t files_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t vanished_files_ = 0;
  std::uint64_t unreadable_files_ = 0;
  std::uint64_t left_files_ = 0;
};

}  // namespace sluice
