/// Files of kept partitions: a header with a checksum, then the encoded records.
///
/// Thread rule: every member from any thread. Promise: bytes come back as they were written or not
/// at all; a checkpoint's file has its name only once all its bytes are durable.
#pragma once

#include <functional>
#include <memory>
#include <sluice/operators/kept_store.hpp>
#include <string>

namespace sluice {

class storage;
class world;

/// @param directory  where spilled files go, in a directory of their own that is made with the
///                   first; empty: the system's directory for temporary files
/// @param warn  tells people
std::shared_ptr<kept_files> make_kept_files(std::function<world&()> outside, std::string directory,
                                            std::function<void(std::string const&)> warn);

/// Makes a directory `<parent>/rdd-<n>` that was not there. @return its path
/// @throws runtime_failure naming the path
std::string make_checkpoint_directory(storage& files, std::string const& parent);

}  // namespace sluice
