/// The one background thread of the real world.
///
/// Thread rule: all members may be called from any thread but its own. Promise: the thread starts
/// at first use; the destructor ends what is registered, runs every outstanding completion and
/// joins.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace sluice {

/// Something with outstanding asynchronous operations.
class io_resource {
 public:
  virtual ~io_resource() = default;
  /// Makes the outstanding operations complete soon, with an error. From any thread, repeatable.
  virtual void abort() = 0;
};

/// Runs an `io_context`.
class io_thread {
 public:
  io_thread();
  ~io_thread();
  io_thread(io_thread const&) = delete;
  io_thread& operator=(io_thread const&) = delete;

  /// The context, running. Shared, so that a socket destroyed late still finds it.
  std::shared_ptr<boost::asio::io_context> context();
  /// Has `resource` aborted at shutdown; at once if that has begun.
  void add(std::weak_ptr<io_resource> resource);

 private:
  void start();
  std::vector<std::weak_ptr<io_resource>> begin_shutdown();

  std::shared_ptr<boost::asio::io_context> context_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::mutex mutex_;
  // The five below: only under mutex_.
  std::thread thread_;
  bool stopping_ = false;
  std::vector<std::weak_ptr<io_resource>> resources_;
  std::size_t sweep_at_ = 64;
};

}  // namespace sluice
