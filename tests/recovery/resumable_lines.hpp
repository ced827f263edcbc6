// Lines of a TCP peer that sends them again from any number on.
//
// The protocol: who connects writes the number of the last line that it has for good, as a line of
// text; the peer goes on with the next one. Each line of the peer is `<number> <text>`.
#pragma once

#include <atomic>
#include <cstdint>
#include <sluice/sluice.hpp>
#include <string>

namespace sluice::tests {

class resumable_lines final : public receiver<std::string> {
 public:
  explicit resumable_lines(std::uint16_t port) : port_{port} {}
  void on_start(receiver_handle<std::string>& handle) override;
  void on_stop() override;

 private:
  std::uint16_t port_;
  std::atomic<int> socket_ = -1;
};

}  // namespace sluice::tests
