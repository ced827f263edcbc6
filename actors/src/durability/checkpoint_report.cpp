#include "journal.hpp"

#include <sluice/actors/checkpoint_report.hpp>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/world.hpp>

namespace sluice {

namespace {

using report = checkpoint_report;

std::vector<report::input> sizes_of(input_notes const& notes) {
  std::vector<report::input> sizes;
  for (auto const& [id, bytes] : notes) sizes.push_back({id, bytes.size()});
  return sizes;
}

report::checkpoint describe(checkpoint_contents const& from) {
  report::checkpoint result{from.number, from.batch};
  for (auto const& task : from.tasks)
    result.states.push_back({task.op, task.partition, task.schema, 0, 0});
  result.positions = sizes_of(from.positions);
  return result;
}

void count(report::checkpoint& in, whole_save const& save) {
  for (auto& state : in.states)
    if (state.op == save.op && state.partition == save.partition) {
      ++state.saves;
      for (auto const& piece : save.pieces) state.bytes += piece.size();
    }
}

}  // namespace

checkpoint_report read_checkpoint_directory(std::string const& directory) {
  auto const outside = make_real_world();
  auto const path = directory + "/stream";
  // Opening would make it.
  if (auto const there = outside->storage().list(path); !there)
    throw runtime_failure{directory +
                          " is no checkpoint directory of a stream: " + there.error().message()};
  auto const written = std::make_shared<journal>(*outside, path, checkpoint_options{});
  report result;
  result.note = written->note();
  if (auto const* left = written->recovered()) {
    result.begun = true;
    result.zero = left->frame.zero;
    result.parallelism = left->frame.parallelism;
    result.committed = left->committed;
    if (left->from) result.newest = describe(*left->from);
    for (auto const& batch : left->batches)
      result.batches.push_back({batch.batch, sizes_of(batch.shares)});
  }
  written->read_states([&](whole_save const& save) { count(*result.newest, save); });
  written->close(written->found_clean());
  return result;
}

}  // namespace sluice
