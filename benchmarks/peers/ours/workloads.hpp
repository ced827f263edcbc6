/// Our side of the comparison with peers: each workload is written as a user would, on files.
///
/// Thread rule: one thread runs workloads, one after another. Promise: a workload's clock runs from
/// before the first byte is read until the last result has been seen; building the stream is
/// outside of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <sluice/sluice.hpp>
#include <string>
#include <string_view>

#include "harness/measure.hpp"

namespace peers {

/// What a run says to the driver.
struct outcome {
  double wall = 0;
  double cpu = 0;
  std::uint64_t records = 0;
  /// Compared with that of the other side, letter by letter.
  std::string answer;
};

/// Runs once with the input at a path, or of a size if nothing is read.
using workload = std::function<outcome(std::string const& input)>;

std::map<std::string, workload> text_workloads();
std::map<std::string, workload> engine_workloads();
std::map<std::string, workload> ysb_workloads();
std::map<std::string, workload> nexmark_workloads();

/// Write about so many bytes into a directory, in so many files.
void write_text(std::string const& directory, std::size_t bytes, std::size_t files);
void write_ysb(std::string const& directory, std::size_t bytes, std::size_t files);
void write_nexmark(std::string const& directory, std::size_t bytes);

class stopwatch {
 public:
  /// What has passed, with what a run found in it.
  [[nodiscard]] outcome stop(std::uint64_t records, std::string answer) const {
    return {bench::wall_seconds() - wall_, bench::cpu_seconds() - cpu_, records, std::move(answer)};
  }

 private:
  double wall_ = bench::wall_seconds();
  double cpu_ = bench::cpu_seconds();
};

/// Two workers, as every peer has.
inline constexpr std::size_t workers = 2;

inline sluice::options stream_options() {
  sluice::options o;
  o.app_name = "peer";
  o.parallelism = workers;
  o.trigger = sluice::on_demand();
  return o;
}

/// The checksum that all languages have: CRC-32 as in zip files.
std::uint32_t crc32(std::string_view bytes);

}  // namespace peers
