/// The window over whole batches: chunks are held and passed on, never copied.
#pragma once

#include <sluice/operators/kernels/saved_panes.hpp>

namespace sluice::kernels {

class window_task final : public task {
 public:
  /// @param codec  of the records; null if they have none
  window_task(duration length, duration slide, partition_codec const* codec);
  bool wants_absent() const override { return true; }
  partition run(batch_context const& now, std::span<partition const> inputs) override;
  bool has_state() const override { return true; }
  task_state* durable_state() override { return saved_.get(); }
  void keep() override;
  void discard() override { panes_.discard(); }

 private:
  window_panes panes_;
  slide_clock clock_;
  std::unique_ptr<task_state> saved_;
  batch_context now_;
};

std::shared_ptr<kernel const> make_window_kernel(duration length, duration slide,
                                                 partition_codec const* codec);

}  // namespace sluice::kernels
