// Lines of files that appear in a directory, from the page cache: against a loop of `read` and
// `memchr`. Both add up the lengths of the lines, so that both look at each.

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sluice/sluice.hpp>
#include <system_error>

#include "harness/bench.hpp"
#include "harness/corpus.hpp"
#include "recovery/scratch.hpp"

namespace bench {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(std::string const& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

/// Files of text, each of a batch of the corpus.
class text_files {
 public:
  explicit text_files(corpus const& text) : bytes_{text.bytes}, length_{text.bytes - text.records} {
    for (auto const& [first, last] : text.batches) {
      paths_.push_back(scratch_.fresh("text"));
      std::ofstream out{paths_.back(), std::ios::binary};
      for (auto b = first; b != last; ++b) out << text.blocks[b];
      if (!out.flush()) fail("cannot write " + paths_.back());
    }
  }
  [[nodiscard]] std::vector<std::string> const& paths() const { return paths_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Of all lines, without line ends.
  [[nodiscard]] std::uint64_t length() const { return length_; }
  void note_in(report& results) const { scratch_.note_in(results); }

 private:
  scratch_directory scratch_;
  std::vector<std::string> paths_;
  std::uint64_t bytes_;
  std::uint64_t length_;
};

/// Reads 64 KiB after 64 KiB into the same memory.
class bare_file_reader {
 public:
  std::uint64_t length_of_lines(std::string const& path) {
    auto const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) fail("cannot open " + path);
    std::uint64_t length = 0;
    std::size_t rest = 0;  // bytes at the front: the line that has not ended
    while (auto const n = ::read(file, buffer_.data() + rest, buffer_.size() - rest)) {
      if (n < 0) fail("cannot read " + path);
      char const* at = buffer_.data();
      auto const* const end = at + rest + n;
      while (auto const* const found = static_cast<char const*>(
                 std::memchr(at, '\n', static_cast<std::size_t>(end - at)))) {
        length += static_cast<std::uint64_t>(found - at);
        at = found + 1;
      }
      rest = static_cast<std::size_t>(end - at);
      std::memmove(buffer_.data(), at, rest);
    }
    ::close(file);
    return length;
  }

 private:
  std::vector<char> buffer_ = std::vector<char>(std::size_t{64} << 10U);
};

/// A running stream. The files get one more name each in its directory, run by run.
class file_stream {
 public:
  explicit file_stream(text_files const& files, std::size_t parallelism = 1)
      : files_{files}, context_{options_for(parallelism)} {
    fs::create_directory(incoming_);
    context_.text_file_stream(incoming_)
        .map([](std::string_view line) { return std::uint64_t{line.size()}; })
        .reduce(std::plus<>{})
        .foreach_rdd([this](auto const& sums) {
          for (auto sum : sums.collect()) length_ += sum;
          length_.notify_one();
        });
    context_.start();
  }
  void run(std::size_t passes) {
    for (std::size_t i = 0; i != passes; ++i)
      for (auto const& path : files_.paths())
        fs::create_hard_link(path, fs::path{incoming_} / std::to_string(++names_));
    auto const all = ++runs_ * passes * files_.length();
    for (auto now = length_.load(); now < all; now = length_.load()) length_.wait(now);
    expect("the length of all lines", all, length_);
    for (; removed_ != names_; ++removed_)
      fs::remove(fs::path{incoming_} / std::to_string(removed_ + 1));
  }

 private:
  static sluice::options options_for(std::size_t parallelism) {
    sluice::options o;
    o.app_name = "bench";
    o.parallelism = parallelism;
    o.trigger = sluice::on_demand();
    // What is read stays in a cache until it is looked at.
    o.receiver_buffer.bytes = std::size_t{4} << 20U;
    return o;
  }

  text_files const& files_;
  scratch_directory scratch_;
  std::string incoming_ = scratch_.path("incoming");
  std::atomic<std::uint64_t> length_ = 0;
  std::uint64_t names_ = 0, removed_ = 0, runs_ = 0;
  sluice::streaming_context context_;
};

void file_source(report& results) {
  auto const quick = results.how().quick;
  corpus_plan plan;
  plan.bytes = std::size_t{quick ? 8U : 256U} << 20U;
  plan.batch_bytes = plan.bytes / 16;
  std::size_t const passes = quick ? 1 : 4;
  text_files const files{make_corpus(plan)};
  file_stream stream{files};
  experiment work;
  work.bytes = passes * files.bytes();
  work.records = passes * (files.bytes() - files.length());
  work.contenders = {{"read and memchr",
                      [&, reader = bare_file_reader{}]() mutable {
                        std::uint64_t length = 0;
                        for (std::size_t i = 0; i != passes; ++i)
                          for (auto const& path : files.paths())
                            length += reader.length_of_lines(path);
                        expect("the length of all lines", passes * files.length(), length);
                      }},
                     {"stream", [&] { stream.run(passes); }}};
  work.comparisons = {{"stream", "read and memchr", 0.75, by::cpu, 1.5}};
  results.interleave(work);
  results.note(std::to_string(files.paths().size()) + " files of " +
               std::to_string(plan.batch_bytes >> 10U) + " KiB in lines of 100 bytes");
  files.note_in(results);
}

}  // namespace

}  // namespace bench

int main(int argc, char** argv) {
  return bench::run_program(
      argc, argv,
      {{"file_source", "lines of files against a loop of read and memchr", bench::file_source}});
}
