/// Notice of changes in a directory, from the kernel.
///
/// Thread rule: started and destroyed on any thread; calls back on the io thread. Promise: no call
/// runs or comes after the destructor, which may also run inside the callback.
#pragma once

#include <functional>
#include <memory>
#include <sluice/supervision/storage.hpp>
#include <string>

namespace sluice {

class io_thread;

/// Watches `directory` with an inotify instance of its own. `changed` must not throw.
io_result<std::unique_ptr<watch>> start_directory_watch(io_thread& io, std::string const& directory,
                                                        std::function<void()> changed);

}  // namespace sluice
