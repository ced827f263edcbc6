/// Windows as a chain of saves: a pane is in the save after its batch, and in no other.
///
/// Thread rule: see kernel.hpp. Promise: a save is needed as long as a pane that it holds.
#pragma once

#include <sluice/operators/kernels/window_panes.hpp>
#include <sluice/operators/saved_parts.hpp>

namespace sluice {

struct partition_codec;

namespace kernels {

/// The part of a state that is panes.
/// @param panes  outlives the part
std::unique_ptr<state_part> save_panes(window_panes& panes, partition_codec const& codec);

/// The schema of a window: a window of another length or slide has another one.
/// @param form  of the bytes
std::uint64_t window_schema(std::uint64_t form, window_panes const& panes,
                            slide_clock const& clock);

/// The part of a state that is a clock, and whether the task has begun with its initial states.
/// @param started  null: it has none
std::unique_ptr<state_part> save_clock(slide_clock& clock, bool* started = nullptr);

}  // namespace kernels
}  // namespace sluice
