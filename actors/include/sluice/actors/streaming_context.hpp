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
#include <sluice/operators/partition_codec.hpp>
#include <sluice/operators/storage_level.hpp>
#include <sluice/receivers/file_input.hpp>
#include <sluice/receivers/queue_input.hpp>
#include <sluice/receivers/raw_socket_input.hpp>
#include <sluice/receivers/receiver_input.hpp>
#include <sluice/receivers/socket_text_input.hpp>
#include <sluice/supervision/fault_point.hpp>
#include <sluice/supervision/live_faults.hpp>
#include <string>
#include <string_view>

namespace sluice {

class streaming_context {
 public:
  /// @throws usage_error naming the option that is wrong
  explicit streaming_context(options o = {}, execution where = own_actor_system());
  /// A stream that goes on from `directory` if its process has ended before, and begins there
  /// otherwise. `build(ssc)` declares the program, each time: a directory holds no code. Start it
  /// afterwards.
  ///
  /// Operators with state and inputs are found again by the names that `named()` gives them, else
  /// by kind and order. What no longer fits is an error of `start()` that lists it, unless
  /// `options.checkpoints.if_unmatched` says otherwise; operators that are new begin without state.
  /// @throws usage_error if `directory` is empty or an option is wrong
  /// @source Spark StreamingContext.getOrCreate; differs: `build` is always called
  template <class Build>
  static streaming_context get_or_create(std::string directory, Build&& build, options o = {},
                                         execution where = own_actor_system()) {
    o.checkpoint_dir.clear();
    streaming_context made{std::move(o), std::move(where)};
    made.checkpoint(std::move(directory));
    std::forward<Build>(build)(made);
    return made;
  }
  streaming_context(streaming_context&&) noexcept;
  streaming_context& operator=(streaming_context&&) noexcept;
  /// Stops at once if still active.
  ~streaming_context();

  // Inputs.

  /// One entry of `batches` per batch (or all at once, see `queue_options`).
  /// @shape   vectors -> dstream<T>
  /// @emits   the entry's elements in order, sliced evenly into partitions
  /// @empty   without an entry `default_batch`, else an empty batch
  /// @throws  usage_error if the queue is null, or when it starts if another input reads the queue
  /// @fails   never; nothing can fail in memory
  /// @cost    memory O(records that wait)
  /// @source  Spark queueStream; differs: the queue is bounded, may be closed, is never absent
  /// @example auto numbers = ssc.queue_stream<int>({{1, 2, 3}, {}, {4}});
  template <class T>
  dstream<T> queue_stream(std::vector<std::vector<T>> batches, queue_options<T> how = {}) {
    return input_stream<T>(std::make_unique<queue_input<T>>(std::move(batches), std::move(how)));
  }
  /// Batches that are pushed while the stream runs.
  /// @shape   batch_queue<T> -> dstream<T>
  template <class T>
  dstream<T> queue_stream(std::shared_ptr<batch_queue<T>> queue, queue_options<T> how = {}) {
    return input_stream<T>(std::make_unique<queue_input<T>>(std::move(queue), std::move(how)));
  }
  /// The records that `options.on_record_error` has made dead letters of.
  /// @shape   batches of this context -> dstream<dead_letter>
  /// @emits   what a batch has passed over, in a batch after its commit
  /// @empty   no letter since the batch before is an empty batch
  /// @fails   never by itself; it calls no function
  /// @cost    the letters of one batch, until they are cut
  /// @source  none in Spark
  /// @example ssc.dead_letters().map(&dead_letter::cause).print();
  dstream<dead_letter> dead_letters();
  /// Lines of a TCP peer to which the receiver connects.
  /// @shape   TCP connection -> dstream<std::string_view>
  /// @emits   lines without their end, in the order in which they came
  /// @empty   no line since the batch before is an empty batch
  /// @throws  usage_error if `host` is empty, `port` is 0 or an option is out of range
  /// @fails   a lost or refused connection is tried again with growing waits, and counted
  /// @cost    without room nothing is read, so that the peer has to wait
  /// @source  Spark socketTextStream; differs: long and cut lines are handled by policy and counted
  /// @example auto lines = ssc.socket_text_stream("localhost", 9999);
  dstream<std::string_view> socket_text_stream(std::string host, std::uint16_t port,
                                               socket_options how = {});
  /// Frames of encoded records from a TCP peer, see `encode_frame`.
  /// @shape   TCP connection -> dstream<T>
  /// @emits   the records of whole frames, in the order in which they came
  /// @empty   no frame since the batch before is an empty batch
  /// @throws  as `socket_text_stream`
  /// @fails   as `socket_text_stream`; a frame that cannot be decoded ends the connection, counted
  /// @cost    as `socket_text_stream`
  /// @source  Spark rawSocketStream; differs: records are decoded as they arrive, and counted
  /// @example auto points = ssc.raw_socket_stream<std::pair<int, int>>("localhost", 9999);
  template <class T>
  dstream<T> raw_socket_stream(std::string host, std::uint16_t port, raw_socket_options how = {}) {
    return input_stream<T>(
        std::make_unique<raw_socket_input<T>>(std::move(host), port, std::move(how)));
  }
  /// Lines of files that are moved into a directory.
  /// @shape   directory -> dstream<std::string_view>
  /// @emits   every file once, from beginning to end, in the order of (modified, name)
  /// @empty   no new file is an empty batch
  /// @throws  usage_error if `directory` is empty or an option is out of range
  /// @fails   what cannot be read is told and counted; the stream goes on
  /// @cost    reads a file in blocks, no faster than the stream takes them
  /// @source  Spark textFileStream; differs: a late file is read too, records are counted
  /// @example auto lines = ssc.text_file_stream("incoming");
  dstream<std::string_view> text_file_stream(std::string directory, file_options how = {});
  /// Records parsed from files that are moved into a directory.
  /// @shape   directory -> dstream<T>
  /// @emits   as `text_file_stream`, in the order of lines
  /// @empty   as `text_file_stream`
  /// @param   parse  line -> T, line -> optional<T>, or whole contents -> range of T
  /// @throws  as `text_file_stream`
  /// @fails   as `text_file_stream`; a throwing `parse` fails the stream, naming file and line
  /// @cost    as `text_file_stream`; a `parse` of contents holds a whole file
  /// @source  Spark fileStream; differs: a function instead of an input format
  /// @example auto sizes = ssc.file_stream<std::size_t>(
  ///              "incoming", [](std::string_view line) { return line.size(); });
  template <class T, class Parse>
  dstream<T> file_stream(std::string directory, Parse parse, file_options how = {}) {
    return input_stream<T>(
        make_file_input<T>(std::move(directory), std::move(parse), std::move(how)));
  }
  /// Records of a fixed length from files that are moved into a directory.
  /// @shape   directory -> dstream<std::string_view>
  /// @emits   as `text_file_stream`; views of `record_length` bytes
  /// @empty   as `text_file_stream`
  /// @throws  as `text_file_stream`, and if `record_length` is 0
  /// @fails   as `text_file_stream`; bytes that make up no record are told and counted
  /// @cost    as `text_file_stream`
  /// @source  Spark binaryRecordsStream; differs: an incomplete last record is no error
  /// @example auto records = ssc.binary_records_stream("incoming", 16);
  dstream<std::string_view> binary_records_stream(std::string directory, std::size_t record_length,
                                                  file_options how = {});
  /// Records of a user's own receiver.
  /// @shape   receiver<T> -> dstream<T>
  /// @emits   what the receiver stored, in that order
  /// @empty   nothing stored since the batch before is an empty batch
  /// @throws  usage_error if `source` is null or an option is out of range
  /// @fails   a receiver that throws is started again with growing waits; `stop(reason)` is final
  /// @cost    `store` blocks while the receiver's buffer is full
  /// @source  Spark receiverStream; differs: a receiver that stops itself stays stopped
  /// @example auto records = ssc.receiver_stream(std::make_unique<my_receiver>());
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
  /// @shape   input -> dstream<T>
  /// @emits   the records of what the input's `cut` returns
  /// @empty   what the input cuts
  /// @fails   as the input tells its host
  /// @source  Spark InputDStream
  /// @example auto numbers = ssc.input_stream<int>(make_my_input());
  template <class T>
  dstream<T> input_stream(std::unique_ptr<input> source) {
    auto at = register_input(std::move(source), partition_codec_if_any<T>());
    return dstream<T>{detail::position<identity_pipe<T>>{{at.owner, at.from, {}}, {}}};
  }

  // Several streams at once.

  /// The records of all streams, in their order.
  /// @shape   vector<dstream<T>> -> dstream<T>
  /// @emits   as `union_with`, for any number of streams
  /// @empty   a stream without a batch counts as empty
  /// @throws  usage_error if there is none, or they differ in context or slide
  /// @fails   never by itself; it calls no function
  /// @cost    as `union_with`
  /// @source  Spark StreamingContext.union; differs: an absent stream is no error
  /// @example auto all = ssc.union_of<std::string>({words, more_words});
  template <class T>
  dstream<T> union_of(std::vector<dstream<T>> const& streams) {
    return ops::union_all(streams);
  }
  /// The records of the rdd that `f(std::vector<rdd<T>>)` makes of the streams' batches; `f` may
  /// take the batch time as second argument.
  /// @shape   vector<dstream<T>> -> dstream<owned U>
  /// @emits   as `transform`
  /// @empty   a stream without a batch is an empty rdd
  /// @param   f  (std::vector<rdd<T>>) or (std::vector<rdd<T>>, batch_time) -> an rdd
  /// @throws  as `union_of`
  /// @fails   as `transform`
  /// @cost    as `transform`
  /// @source  Spark StreamingContext.transform; differs: all streams have one type
  /// @example auto common = ssc.transform_of<std::string>(
  ///              {words, more_words}, [](std::vector<rdd<std::string>> const& batches) {
  ///                return batches[0].intersection(batches[1]);
  ///              });
  template <class T, class F>
  auto transform_of(std::vector<dstream<T>> const& streams, F f) {
    return ops::transform_all(streams, std::move(f));
  }

  // Jobs.

  /// An rdd of the vector's elements; 0 partitions: the context's parallelism.
  /// @shape   vector<T> -> rdd<T>
  /// @emits   the elements in order, sliced evenly
  /// @empty   an empty vector gives empty partitions
  /// @fails   never; nothing can fail in memory
  /// @cost    moves every element once
  /// @source  Spark parallelize
  /// @example auto sizes = ssc.parallelize(std::vector{1, 2, 3}, 2);
  template <class T>
  rdd<T> parallelize(std::vector<T> records, std::size_t partitions = 0) {
    auto n = partitions != 0 ? partitions : parallelism();
    return make_rdd<T>(services(), slice_vector(std::move(records), n));
  }
  /// The lines of a file, or of all files of a directory.
  /// @shape   path -> rdd<std::string_view>
  /// @emits   lines in the order of files, then of lines
  /// @empty   an empty file has no line
  /// @throws  runtime_failure if it cannot be read
  /// @fails   never later; the lines are read when it is called
  /// @cost    memory O(bytes of the files)
  /// @source  Spark textFile; differs: read at once, not with each job
  /// @example auto lines = ssc.text_file("names.txt");
  rdd<std::string_view> text_file(std::string const& path);

  // Life.

  /// How long streams that are kept remember their batches, for `dstream::slice`; without it they
  /// remember the newest one.
  /// @throws usage_error if it is not positive, was set before, or the context has been started
  void remember(duration at_least);
  /// Where the stream writes down its progress, to go on from there after its process has ended,
  /// and where `rdd::checkpoint` writes; counts instead of `options.checkpoint_dir`.
  /// @throws usage_error if it is empty, was set before, or the context has been started
  void checkpoint(std::string directory);
  /// With a checkpoint directory it goes on where the process before has ended.
  /// @throws usage_error if it was started before, or has no output
  /// @throws runtime_failure if the checkpoint directory is in use, damaged, or does not fit
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
  /// The plan: stages, fused operators, links; what becomes of records if the process ends, with
  /// the weakest link; and once started, what was recovered.
  std::string explain() const;
  /// Who waits for whose credit or for room, and since when; a line each, the oldest wait first,
  /// then what is at work meanwhile. A snapshot, for people; stops nothing and waits for nobody.
  std::string explain_backpressure() const;
  /// What `cache`, `persist` and `checkpoint` hold in memory, and what went to disk or was lost.
  storage_use storage() const;
  /// A fault, for tests of a running stream: one of the actors dies whose role begins with `role`:
  /// `driver`, `batch generator`, `stage`, `sink`, `receiver host`, `listener bus`.
  /// @throws usage_error unless `options.allow_faults`
  void kill_actor(std::string role);
  /// Faults for the running stream, as for a rehearsal on a staging system: at the points that the
  /// functions of the stream name with `fault_point`, and at those of the runtime: `stage: run`,
  /// `sink: prepare`, `sink: commit`, `sink: committed`, `driver: commit`, `generator: allocate`,
  /// `generator: dispatch`. Each fault is logged; a plan replaces the one before.
  /// @param limits  how many, and for how long
  /// @throws usage_error unless `options.allow_faults`, if the stream does not run, or if the plan
  ///                     has an action that only a simulation can do
  void inject_faults(fault_script plan, fault_limits limits = {});
  /// No fault from here on.
  void end_faults();
  /// Those that have happened.
  fault_script injected_faults() const;
  options const& settings() const;
  std::size_t parallelism() const;

 private:
  struct impl;
  struct registered {
    graph_ptr owner;
    node_ptr from;
  };
  registered register_input(std::unique_ptr<input> source, partition_codec const* codec);
  session& services();

  std::unique_ptr<impl> impl_;
};

}  // namespace sluice
