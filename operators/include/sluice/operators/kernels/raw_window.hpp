/// The window over whole batches: chunks are held and passed on, never copied.
#pragma once

#include <sluice/operators/kernels/window_panes.hpp>

namespace sluice::kernels {

class window_task final : public task {
 public:
  window_task(duration length, duration slide) : panes_{length}, clock_{slide} {}
  bool wants_absent() const override { return true; }
  partition run(batch_context const& now, std::span<partition const> inputs) override;
  bool has_state() const override { return true; }
  void keep() override;
  void discard() override { panes_.discard(); }

 private:
  window_panes panes_;
  slide_clock clock_;
  batch_context now_;
};

}  // namespace sluice::kernels
