/// Shares out the chunks of a cut among the partitions of an input.
#pragma once

#include <cstddef>
#include <sluice/operators/chunk.hpp>
#include <vector>

namespace sluice {

/// Text is not split into pieces smaller than this: below it, a second worker is not worth waking.
constexpr std::size_t least_text_piece = std::size_t{32} << 10;

/// Contiguous runs of about the same number of bytes, so that the partitions one after the other
/// give the order of arrival. A large chunk of text is split at line ends, other chunks stay whole.
std::vector<partition> deal(std::vector<chunk_ptr> chunks, std::size_t partitions);

}  // namespace sluice
