#include "io_thread.hpp"

#include <algorithm>
#include <cassert>

#include "signals_blocked.hpp"

namespace sluice {

io_thread::io_thread()
    : context_{std::make_shared<boost::asio::io_context>(1)},
      work_{boost::asio::make_work_guard(*context_)} {}

io_thread::~io_thread() {
  for (auto const& resource : begin_shutdown()) {
    if (auto alive = resource.lock()) alive->abort();
  }
  work_.reset();
  assert(thread_.get_id() != std::this_thread::get_id() &&
         "a world must not be destroyed by one of its own callbacks");
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<boost::asio::io_context> io_thread::context() {
  auto const lock = std::scoped_lock{mutex_};
  if (!thread_.joinable() && !stopping_) start();
  return context_;
}

void io_thread::add(std::weak_ptr<io_resource> resource) {
  {
    auto const lock = std::scoped_lock{mutex_};
    if (!stopping_) {
      // Doubling the limit keeps the sweep's share of an add constant.
      if (resources_.size() >= sweep_at_) {
        std::erase_if(resources_, [](auto const& known) { return known.expired(); });
        sweep_at_ = std::max<std::size_t>(64, 2 * resources_.size());
      }
      resources_.push_back(std::move(resource));
      return;
    }
  }
  if (auto alive = resource.lock()) alive->abort();
}

void io_thread::start() {
  auto const quiet = signals_blocked{};
  thread_ = std::thread{[context = context_] { context->run(); }};
}

std::vector<std::weak_ptr<io_resource>> io_thread::begin_shutdown() {
  auto const lock = std::scoped_lock{mutex_};
  stopping_ = true;
  return std::move(resources_);
}

}  // namespace sluice
