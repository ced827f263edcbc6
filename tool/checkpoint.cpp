#include "checkpoint.hpp"

#include <ostream>

namespace tool {

namespace {

using report = sluice::checkpoint_report;

std::string show(sluice::batch_time time) {
  auto const ms = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  return std::to_string(ms.count()) + " ms";
}

void print(report::checkpoint const& newest, std::ostream& out) {
  out << "checkpoint " << newest.number << " behind batch " << newest.batch.id << " of time "
      << show(newest.batch.time) << '\n';
  for (auto const& s : newest.states)
    out << "  state " << s.op << ", partition " << s.partition << ": " << s.bytes << " bytes in "
        << s.saves << " saves\n";
  for (auto const& in : newest.positions)
    out << "  input " << in.id << ": position of " << in.bytes << " bytes\n";
}

void print(report::batch const& one, std::ostream& out) {
  out << "  batch " << one.which.id << " of time " << show(one.which.time);
  auto separator = ": ";
  for (auto const& in : one.shares) {
    out << separator << in.id << ' ' << in.bytes << " bytes";
    separator = ", ";
  }
  out << '\n';
}

}  // namespace

void print(sluice::checkpoint_report const& found, std::ostream& out) {
  out << found.note << '\n';
  if (!found.begun) {
    out << "no stream has begun here\n";
    return;
  }
  out << "time grid from " << show(found.zero) << ", " << found.parallelism << " partitions\n";
  if (found.newest) print(*found.newest, out);
  out << "batches to be done again: " << found.batches.size()
      << "; the newest that is committed: " << found.committed << '\n';
  for (auto const& one : found.batches) print(one, out);
}

}  // namespace tool
