#include "product.hpp"

#include <fstream>
#include <mutex>
#include <numeric>
#include <stdexcept>

#include "harness/bench.hpp"

namespace bench {

namespace {

sluice::options options_for(std::size_t parallelism) {
  sluice::options o;
  o.app_name = "bench";
  o.parallelism = parallelism;
  return o;
}

/// A file of its own, removed at the end.
class scratch_file {
 public:
  explicit scratch_file(corpus const& text, std::size_t batch)
      : path_{std::filesystem::temp_directory_path() /
              ("sluice-bench-" + std::to_string(::getpid()) + "-" + std::to_string(batch))} {
    std::ofstream out{path_, std::ios::binary};
    for (auto b = text.batches[batch].first; b != text.batches[batch].second; ++b)
      out << text.blocks[b];
    if (!out.flush()) throw std::runtime_error{"cannot write " + path_.string()};
  }
  ~scratch_file() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  scratch_file(scratch_file const&) = delete;
  scratch_file& operator=(scratch_file const&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// Partitions may be gone through at the same time.
template <class Counts>
word_counts add_up(Counts const& counts) {
  word_counts found;
  std::mutex mutex;
  counts.foreach ([&](auto const& pair) {
    std::lock_guard const guard{mutex};
    found.add(pair.first, static_cast<std::uint64_t>(pair.second));
  });
  return found;
}

}  // namespace

word_stream::word_stream(corpus const& text, std::size_t parallelism)
    : text_{text},
      queue_{std::make_shared<sluice::batch_queue<std::uint32_t>>()},
      context_{options_for(parallelism)} {
  auto const lines = context_.queue_stream(queue_).flat_map<std::string_view>(
      [&text](std::uint32_t block, auto&& emit) {
        sluice::for_each_line(text.blocks[block], emit);
      });
  count_words(lines).foreach_rdd([this](auto const& counts) { take(counts); });
  context_.start();
}

void word_stream::run() {
  next_ = 0;
  for (auto const& [first, last] : text_.batches) {
    std::vector<std::uint32_t> blocks(last - first);
    std::iota(blocks.begin(), blocks.end(), first);
    queue_->push(std::move(blocks));
  }
  context_.run_until_idle();
  expect("the number of batches", text_.batches.size(), next_);
}

void word_stream::take(sluice::rdd<std::pair<std::string, long>> const& counts) {
  auto const found = add_up(counts);
  // The grid of the clock may cut empty batches between the pushes.
  if (found.words != 0) text_.check(next_++, found);
}

word_jobs::word_jobs(corpus const& text) : text_{text}, context_{options_for(1)} {
  for (std::size_t i = 0; i != text.batches.size(); ++i)
    batches_.push_back(context_.text_file(scratch_file{text, i}.path()));
}

void word_jobs::run() {
  for (std::size_t i = 0; i != batches_.size(); ++i) {
    text_.check(i, add_up(count_words(batches_[i])));
  }
}

}  // namespace bench
