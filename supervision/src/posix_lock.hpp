/// Locks that the operating system takes back when their holder dies.
///
/// Thread rule: any thread. Promise: at most one lock per file on this machine.
#pragma once

#include <memory>
#include <sluice/supervision/storage.hpp>
#include <string>

namespace sluice {

io_result<std::unique_ptr<file_lock>> lock_file(std::string const& path);

}  // namespace sluice
