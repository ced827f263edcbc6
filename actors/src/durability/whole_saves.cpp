#include "whole_saves.hpp"

#include <sluice/operators/error.hpp>

namespace sluice {

namespace {

[[noreturn]] void refuse(std::string const& op, std::uint64_t partition, std::uint64_t checkpoint) {
  throw runtime_failure{"checkpoint directory: the log of states has no end of what " + op +
                        ", partition " + std::to_string(partition) + ", has saved for checkpoint " +
                        std::to_string(checkpoint) + "; the log is damaged"};
}

}  // namespace

void whole_saves::take(saved_state const& piece) {
  auto& task = by_task_[{piece.op, piece.partition}];
  if (!task.begun.empty() && task.checkpoint != piece.checkpoint)
    refuse(piece.op, piece.partition, task.checkpoint);
  task.checkpoint = piece.checkpoint;
  if (!piece.is_last) {
    task.begun.emplace_back(piece.bytes);
    return;
  }
  auto const before = std::exchange(task.begun, {});
  whole_save save{piece.checkpoint, piece.op, piece.partition, {}};
  for (auto const& one : before) save.pieces.push_back(std::as_bytes(std::span{one}));
  save.pieces.push_back(std::as_bytes(std::span{piece.bytes}));
  visit_(save);
}

void whole_saves::expect_all(checkpoint_contents const& contents) const {
  for (auto const& task : contents.tasks) {
    auto const found = by_task_.find({task.op, task.partition});
    auto const is_there = found != by_task_.end() && found->second.begun.empty() &&
                          found->second.checkpoint == contents.number;
    if (!is_there) refuse(task.op, task.partition, contents.number);
  }
}

}  // namespace sluice
