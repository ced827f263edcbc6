/// Reads the files that appear in a directory, one after the other, in pieces.
///
/// Thread rule: the host's. Promise: reads only while the buffer has room; between two pieces the
/// host is free for others, but a probe and a cut read as far as there is room. A stream that goes
/// on after its process has ended has its batches again, and every record in one of them.
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

#include "begun_files.hpp"
#include "block_buffer.hpp"
#include "file_finder.hpp"
#include "file_format.hpp"
#include "file_names.hpp"
#include "file_note.hpp"
#include "file_replayer.hpp"

namespace sluice {

class directory_input final : public input, public std::enable_shared_from_this<directory_input> {
 public:
  /// @throws usage_error naming the option that is wrong
  directory_input(std::string kind, std::string directory, file_options how,
                  make_file_format make_format, detail::chunk_splitter split);

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

  input_recovery recovery() const override { return input_recovery::source; }
  delivery guarantee() const override { return delivery::exactly_once; }
  std::string position() const override;
  void go_on_from(std::string_view position) override;
  input_cut cut_again(batch_ref const& batch, std::string_view note) override;

 private:
  enum class phase { created, running, drained, ended };
  /// The file that is being read.
  struct open_file {
    std::string name;
    std::string path;
    std::unique_ptr<readable_file> bytes;
    std::uint64_t offset = 0;
    // Records at its beginning that batches of the process before have, and that did not come yet.
    std::uint64_t to_leave_out = 0;
  };

  void look();
  file_finder::findings list();
  void look_again_later();
  bool worth_looking() const;
  void watch_directory();
  void read_later();
  void note_wait(bool waits);
  void read_on();
  bool read_piece();
  bool has_next() const { return phase_ == phase::running && !found_.empty(); }
  bool open_next();
  void refuse(queued_file const& entry, std::string const& path, io_error const& why);
  void prepare();
  void keep(block sealed);
  void take(std::size_t bytes);
  void finish_file();
  void abandon_file(std::string const& why);
  template <class F>
  void run_format(F&& f);
  void give_up();
  bool has_room() const;
  block_buffer::amount available() const;
  std::uint64_t records_read() const;
  void end_file(std::optional<std::uint64_t> bytes);
  void report(receiver_event::type what, std::string reason);

  // How it goes on after the process before has ended: directory_recovery.cpp.
  std::string note_of(input_cut const& made);
  void wait_for_batches();
  void forget_what_was_read();
  void go_live();
  file_replayer& replayer();

  std::string const kind_;
  std::string const directory_;
  file_options const how_;
  make_file_format const make_format_;
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

  std::deque<queued_file> found_;
  begun_files begun_;
  std::optional<open_file> file_;
  bool read_posted_ = false;
  bool lacks_room_ = false;  // for room, as the host knows it
  std::optional<block_buffer> buffer_;
  file_names described_;

  // Where the batches of the process before end, until the first one of this process.
  std::optional<file_position> behind_;
  std::optional<file_replayer> replayer_;
  // Nothing is read for new batches while ones of the process before may come.
  bool waiting_ = false;
  std::uint64_t waits_ = 0;
  // Some note, or a position, tells where this input has begun.
  bool noted_ = false;

  std::uint64_t files_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t vanished_files_ = 0;
  std::uint64_t unreadable_files_ = 0;
  std::uint64_t left_files_ = 0;
};

}  // namespace sluice
