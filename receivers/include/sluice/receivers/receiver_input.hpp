/// The input around a user's receiver.
#pragma once

#include <functional>
#include <memory>
#include <sluice/operators/partition_codec.hpp>
#include <sluice/receivers/detail/input_forwarder.hpp>
#include <sluice/receivers/receiver.hpp>
#include <utility>

namespace sluice {

namespace detail {

/// A receiver without the type of its records. Both are empty if there is no receiver.
struct receiver_calls {
  std::function<void()> on_start;
  std::function<void()> on_stop;
};

std::shared_ptr<input> make_receiver_input(receiver_calls calls,
                                           std::shared_ptr<receiver_core> core,
                                           chunk_splitter split, partition_codec const* codec,
                                           receiver_options how);

}  // namespace detail

/// Counters: `records` stored, `restarts`, `failed_starts`, `errors_reported`, `dropped_reports`.
///
/// Of overflow: `dropped_head`, `dropped_tail`, `dropped_new`, by what was dropped, so that
/// `records` = in batches + waiting + dropped; `spilled_records`, `spilled_bytes`,
/// `spill_write_errors`, and `spill_waiting`, which are on disk now.
template <class T>
class receiver_input final : public detail::input_forwarder {
 public:
  /// @throws usage_error if `source` is null or an option is out of range
  explicit receiver_input(std::unique_ptr<receiver<T>> source, receiver_options how = {})
      : input_forwarder{make(std::move(source), std::move(how))} {}

 private:
  static std::shared_ptr<input> make(std::shared_ptr<receiver<T>> source, receiver_options how) {
    auto store = std::make_shared<detail::receiver_store<T>>();
    auto calls = detail::receiver_calls{};
    if (source) {
      // What on_start began may keep the reference that it was given: the handle must stay put.
      auto const handle = std::make_shared<receiver_handle<T>>(store);
      calls.on_start = [source, handle] { source->on_start(*handle); };
      calls.on_stop = [source] { source->on_stop(); };
    }
    return detail::make_receiver_input(std::move(calls), std::move(store), detail::split_chunk<T>,
                                       partition_codec_if_any<T>(), std::move(how));
  }
};

}  // namespace sluice
