#include "background_thread.hpp"

#include "signals_blocked.hpp"

namespace sluice {

background_thread::~background_thread() {
  {
    auto const lock = std::scoped_lock{mutex_};
    ending_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void background_thread::run(std::function<void()> work) {
  {
    auto const lock = std::scoped_lock{mutex_};
    waiting_.push_back(std::move(work));
    if (!thread_.joinable()) {
      auto const quiet = signals_blocked{};
      thread_ = std::thread{[this] { loop(); }};
    }
  }
  changed_.notify_one();
}

void background_thread::loop() {
  auto lock = std::unique_lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    auto const work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace sluice
