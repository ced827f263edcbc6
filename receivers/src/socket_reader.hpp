/// Reads one connection ahead of its host.
///
/// Thread rule: any thread. Promise: between a read's start and the fetch of its bytes a block is
/// in flight, and never more of them than the quota allows; with no quota nothing is read, so that
/// the peer has to wait.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <sluice/supervision/network.hpp>
#include <string>
#include <vector>

#include "intake.hpp"

namespace sluice {

class socket_reader : public std::enable_shared_from_this<socket_reader> {
 public:
  /// What has arrived since the fetch before.
  struct arrivals {
    std::vector<byte_run> runs;
    std::size_t bytes = 0;  ///< received, unfinished records included
    bool ended = false;     ///< end of stream, or `failed`
    std::optional<io_error> failed = {};
  };

  /// @param wake  called without a lock, on the thread of the completion, when there is something
  /// to
  ///              fetch after there was nothing
  socket_reader(std::shared_ptr<connection> from, intake into, std::function<void()> wake);

  /// Sets how many blocks may be in flight.
  void set_quota(std::size_t blocks);
  /// Takes what is there; its blocks are taken off the quota.
  arrivals fetch();
  /// Closes the connection. What arrived before stays to be fetched; a read that comes back later
  /// finds nobody.
  void close();
  /// The unfinished record behind everything that was fetched. Only after the end or a close.
  std::string take_rest();

 private:
  void read_next();
  void completed(read_result result);
  void note(read_result& result);

  std::shared_ptr<connection> const connection_;
  std::function<void()> const wake_;
  std::mutex mutex_;
  // All below: only under mutex_.
  intake intake_;
  arrivals arrivals_;
  std::size_t quota_ = 0;
  bool reading_ = false;
  bool closed_ = false;
  bool wake_pending_ = false;
};

}  // namespace sluice
