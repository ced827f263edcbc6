#include "directory_watch.hpp"

#include <sys/inotify.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <mutex>
#include <utility>

#include "file_descriptor.hpp"
#include "io_thread.hpp"

namespace sluice {
namespace {

namespace asio = boost::asio;

// What makes a directory worth listing again. An overflow of the kernel's queue and the end of the
// directory itself arrive without being asked for, and count as well.
constexpr std::uint32_t watched_events =
    IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

// Outlives the watch until its last asynchronous read has come back.
class watch_state final : public io_resource, public std::enable_shared_from_this<watch_state> {
 public:
  watch_state(std::shared_ptr<asio::io_context> context, file_descriptor events,
              std::function<void()> changed)
      : context_{std::move(context)}, events_{*context_}, changed_{std::move(changed)} {
    events_.assign(events.release());
  }

  void wait() {
    auto const lock = std::scoped_lock{mutex_};
    if (!events_.is_open()) return;
    events_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](auto const& failed, std::size_t) {
                              if (failed) return;
                              self->tell();
                              self->wait();
                            });
  }

  void abort() override {
    auto const lock = std::scoped_lock{mutex_};
    auto ignored = boost::system::error_code{};
    events_.close(ignored);
  }

  void end() {
    auto const lock = std::scoped_lock{mutex_};
    abort();
    // Inside its own call the function must live on; its captures go with the state then.
    if (!telling_) changed_ = nullptr;
  }

 private:
  // Holding the mutex while calling is what makes the destructor wait for a call that runs, and
  // its being recursive what lets the call destroy the watch.
  void tell() {
    auto const lock = std::scoped_lock{mutex_};
    if (!events_.is_open()) return;
    telling_ = true;
    changed_();
    telling_ = false;
  }

  std::shared_ptr<asio::io_context> context_;
  std::recursive_mutex mutex_;
  // The three below: only under mutex_.
  asio::posix::stream_descriptor events_;
  std::function<void()> changed_;
  bool telling_ = false;
  // Contents do not matter: whatever comes means "list again". Room for some hundred events makes
  // one call of them.
  alignas(inotify_event) std::array<char, 16 * 1024> buffer_;
};

class directory_watch final : public watch {
 public:
  explicit directory_watch(std::shared_ptr<watch_state> state) : state_{std::move(state)} {}
  ~directory_watch() override { state_->end(); }

 private:
  std::shared_ptr<watch_state> state_;
};

}  // namespace

io_result<std::unique_ptr<watch>> start_directory_watch(io_thread& io, std::string const& directory,
                                                        std::function<void()> changed) {
  auto events = file_descriptor{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
  if (!events.is_open()) return errno_error(directory);
  if (::inotify_add_watch(events.get(), directory.c_str(), watched_events) == -1) {
    return errno_error(directory);
  }
  auto state = std::make_shared<watch_state>(io.context(), std::move(events), std::move(changed));
  io.add(state);
  state->wait();
  return std::make_unique<directory_watch>(std::move(state));
}

}  // namespace sluice
