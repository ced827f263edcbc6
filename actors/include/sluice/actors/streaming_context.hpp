/// `streaming_context`: where a stream is declared, started, observed and ended.
///
/// Thread rule: declare on one thread; after `start` every member may be called from any thread but
/// from inside the stream's own functions and listeners where it says so. Promise: what it started
/// has ended when its destructor returns.
#pragma once

#include <chrono>
#include <memory>
#include <sluice/actors/execution.hpp>
#include <sluice/actors/life.hpp>
#include <sluice/actors/listener.hpp>
#include <sluice/actors/options.hpp>
#include <sluice/operators/dstream.hpp>
#include <sluice/operators/error.hpp>
#include <sluice/receivers/file_input.hpp>
#include <sluice/receivers/queue_input.hpp>
#include <sluice/receivers/raw_socket_input.hpp>
#include <sluice/receivers/receiver_input.hpp>
#include <sluice/receivers/socket_text_input.hpp>
#include <string>
#include <string_view>

namespace sluice {

class streaming_context {
 public:
  /// @throws usage_error naming the option that is wrong
  explicit streaming_context(options o = {}, execution where = own_actor_system());
  streaming_context(streaming_context&&) noexcept;
  streaming_context& operator=(streaming_context&&) noexcept;
  /// Stops at once if still active.
  ~streaming_context();

  // Inputs.

  /// One entry of `batches` per batch (or all at once, see `queue_options`).
  template <class T>
  dstream<T> queue_stream(std::vector<std::vector<T>> batches, queue_options<T> how = {}) {
    return input_stream<T>(std::make_unique<queue_input<T>>(std::move(batches), std::move(how)));
  }
  /// Batches that are pushed while the stream runs.
  template <class T>
  dstream<T> queue_stream(std::shared_ptr<batch_queue<T>> queue, queue_options<T> how = {}) {
    return input_stream<T>(std::make_unique<queue_input<T>>(std::move(queue), std::move(how)));
  }
  /// Lines of a TCP peer to which the receiver connects.
  dstream<std::string_view> socket_text_stream(std::string host, std::uint16_t port,
                                               socket_options how = {});
  /// Frames of encoded records from a TCP peer, see `encode_frame`.
  template <class T>
  dstream<T> raw_socket_stream(std::string host, std::uint16_t port, raw_socket_options how = {}) {
    return input_stream<T>(
        std::make_unique<raw_socket_input<T>>(std::move(host), port, std::move(how)));
  }
  /// Lines of files that are moved into a directory.
  dstream<std::string_view> text_file_stream(std::string directory, file_options how = {});
  /// Records parsed from files that are moved into a directory.
  template <class T, class Parse>
  dstream<T> file_stream(std::string directory, Parse parse, file_options how = {}) {
    return input_stream<T>(
        make_file_input<T>(std::move(directory), std::move(parse), std::move(how)));
  }
  /// Records of a fixed length from files that are moved into a directory.
  dstream<std::string_view> binary_records_stream(std::string directory, std::size_t record_length,
                                                  file_options how = {});
  /// Records of a user's own receiver.
  template <class T>
  dstream<T> receiver_stream(std::unique_ptr<receiver<T>> source, receiver_options how = {}) {
    return input_stream<T>(std::make_unique<receiver_input<T>>(std::move(source), std::move(how)));
  }
  template <class R>
    requires std::is_base_of_v<receiver<typename R::record_type>, R>
  auto receiver_stream(std::unique_ptr<R> source, receiver_options how = {}) {
    using T = typename R::record_type;
    return receiver_stream<T>(std::unique_ptr<receiver<T>>{std::move(source)}, std::move(how));
  }

  /// Any other input, for connectors: its chunks must hold `T`.
  template <class T>
  dstream<T> input_stream(std::unique_ptr<input> source) {
    auto at = register_input(std::move(source));
    return dstream<T>{detail::position<identity_pipe<T>>{at.owner, at.from, {}, {}}};
  }

  // Several streams at once.

  /// The records of all streams, in their order.
  /// @throws usage_error if there is none, or they differ in context or slide
  /// @source Spark StreamingContext.union
  template <class T>
  dstream<T> union_of(std::vector<dstream<T>> const& streams) {
    return ops::union_all(streams);
  }
  /// The records of the rdd that `f(std::vector<rdd<T>>)` makes of the streams' batches; `f` may
  /// take the batch time as second argument.
  /// @throws as `union_of`
  /// @source Spark StreamingContext.transform
  template <class T, class F>
  auto transform_of(std::vector<dstream<T>> const& streams, F f) {
    return ops::transform_all(streams, std::move(f));
  }

  // Jobs.

  /// An rdd of the vector's elements; 0 partitions: the context's parallelism.
  template <class T>
  rdd<T> parallelize(std::vector<T> records, std::size_t partitions = 0) {
    auto n = partitions != 0 ? partitions : parallelism();
    return make_rdd<T>(services(), slice_vector(std::move(records), n));
  }
  /// The lines of a file, or of all files of a directory.
  /// @throws runtime_failure if it cannot be read
  rdd<std::string_view> text_file(std::string const& path);

  // Life.

  /// @throws usage_error if it was started before, or has no output
  void start();
  /// Ends the stream and waits for it. A second call, and one before `start`, only sets the state.
  /// @throws usage_error from inside a listener or a function of the stream
  void stop(stop_mode mode = stop_mode::drain);
  /// Returns when the context has stopped. @throws stream_failure that ended it
  void await_termination();
  /// As `await_termination`, but gives up after `timeout`. @return whether it has stopped
  bool await_termination_for(std::chrono::milliseconds timeout);
  /// Cuts a batch as soon as the pipeline has credit.
  void request_batch();
  /// Cuts no further batch; receivers fill their buffers and then stop reading.
  void pause();
  void resume();
  /// Cuts batches without waiting for the trigger until all queues are empty, replayable sources
  /// at their end, nothing is buffered and everything is committed.
  /// @throws stream_failure that ended the stream
  void run_until_idle();
  context_state state() const;

  // Looking at it.

  void add_listener(std::shared_ptr<streaming_listener> listener);
  /// The plan: stages, fused operators, links.
  std::string explain() const;
  options const& settings() const;
  std::size_t parallelism() const;

 private:
  struct impl;
  struct registered {
    graph_ptr owner;
    node_ptr from;
  };
  registered register_input(std::unique_ptr<input> source);
  session& services();

  std::unique_ptr<impl> impl_;
};

}  // namespace sluice
