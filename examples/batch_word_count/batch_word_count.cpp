// The same operators without a stream: an rdd is a collection that is there, and its actions are
// jobs. Counts the words of a text file and saves them as a directory of part files.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <sluice/sluice.hpp>

namespace fs = std::filesystem;

namespace {

/// A directory of this run alone, removed at the end.
class scratch_directory {
 public:
  scratch_directory() {
    auto pattern = (fs::temp_directory_path() / "sluice-example-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"cannot make " + pattern};
    path_ = pattern;
  }
  ~scratch_directory() { fs::remove_all(path_); }
  scratch_directory(scratch_directory const&) = delete;
  scratch_directory& operator=(scratch_directory const&) = delete;
  fs::path operator/(char const* name) const { return path_ / name; }

 private:
  fs::path path_;
};

}  // namespace

int main() {
  scratch_directory const scratch;
  std::ofstream{scratch / "rhyme.txt"} << "row row row your boat\n"
                                          "gently down the stream\n"
                                          "merrily merrily merrily merrily\n"
                                          "life is but a dream\n";

  // Two partitions: the counts are saved as two part files.
  sluice::streaming_context context{{.app_name = "batch-word-count", .parallelism = 2}};
  auto const counts = context.text_file(scratch / "rhyme.txt")
                          .flat_map(sluice::split_words)
                          .map([](std::string_view word) {
                            return std::pair{word, 1L};
                          })
                          .reduce_by_key(std::plus<>{});
  // Nothing has run yet: each of these actions runs the job.
  std::cout << counts.count() << " different words\n";
  counts.save_as_text_file(scratch / "counts");

  for (auto const* name : {"part-00000", "part-00001"})
    std::cout << name << ":\n" << std::ifstream{scratch / "counts" / name}.rdbuf();
  std::cout << "_SUCCESS is " << (fs::exists(scratch / "counts" / "_SUCCESS") ? "there" : "missing")
            << '\n';
}
