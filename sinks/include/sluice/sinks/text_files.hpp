/// Text out and in: directories of part files, and text read back as chunks of lines.
///
/// Thread rule: one call at a time per directory. Promise: a directory that has `_SUCCESS` is
/// complete; a file has its name only once all its bytes are in it.
#pragma once

#include <functional>
#include <memory>
#include <sluice/operators/kernel.hpp>
#include <string>
#include <vector>

namespace sluice {

class storage;
class world;

/// What to do with an output directory that exists.
enum class existing { refuse, replace };

/// Writes `part-00000`, `part-00001`, ... (one per partition, chunks of text) and `_SUCCESS`. All
/// of it is durable on return. With `existing::replace`, a complete directory that holds just this
/// stays as it is; otherwise `_SUCCESS` is gone for good before anything else is touched.
/// @throws runtime_failure naming the path, if it exists and must not, or cannot be written
void write_text_directory(storage& files, std::string const& path,
                          std::vector<partition> const& parts, existing policy);

/// The output of `save_as_text_files(prefix, suffix)`: exactly once for readers that pass over
/// directories without `_SUCCESS`.
/// @throws usage_error if both are empty
std::shared_ptr<output_spec const> make_text_files_output(std::function<world&()> outside,
                                                          std::string prefix, std::string suffix);

/// Reads a text file, or the visible files of a directory in the order of their names.
/// @throws runtime_failure naming the path
std::vector<chunk_ptr> read_text(storage& files, std::string const& path);

}  // namespace sluice
