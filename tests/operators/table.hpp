/// Tables of batches in and batches out: what the tests of operators and outputs share.
///
/// Every check runs in the calling thread, on actors and on simulated schedules. Records are
/// compared in order: the same input and parallelism have the same output.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <sluice/operators/show.hpp>
#include <sluice/testkit.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tests {

/// Batches of records.
template <class T>
using table = std::vector<std::vector<T>>;

/// Declares a stream and says where it ends up.
template <class T>
using program = std::function<std::shared_ptr<collected<T>>(streaming_context&)>;

/// Few and many partitions, a power of two and none.
inline constexpr std::size_t widths[] = {1, 2, 3, 7};

inline constexpr std::uint64_t schedules = 3;

inline options with_parallelism(std::size_t n) {
  auto o = testkit::table_options();
  o.parallelism = n;
  return o;
}

/// An output that ends `stream`.
template <class T, class Pipe>
auto collect(dstream<T, Pipe> const& stream) {
  auto out = std::make_shared<collected<owned_t<T>>>();
  stream.collect_into(out);
  return out;
}

template <class T>
void check_same(table<T> const& got, table<T> const& expected) {
  CHECK_MESSAGE(got == expected, show(got), " instead of ", show(expected));
}

/// Every way and every width give `expected`, in order.
template <class T>
void check_everywhere(program<T> const& build, table<T> const& expected) {
  for (auto width : widths) {
    CAPTURE(width);
    for (auto const& result : testkit::run_everywhere(build, with_parallelism(width), schedules)) {
      CAPTURE(result.way);
      check_same(result.batches, expected);
    }
  }
}

template <class T>
table<T> sorted(table<T> batches) {
  for (auto& batch : batches) std::sort(batch.begin(), batch.end());
  return batches;
}

/// As `check_everywhere` for streams whose order depends on the number of partitions: every way
/// gives the same order, every width the same records.
template <class T>
void check_records_everywhere(program<T> const& build, table<T> const& expected) {
  for (auto width : widths) {
    CAPTURE(width);
    auto const results = testkit::run_everywhere(build, with_parallelism(width), schedules);
    check_same(sorted(results.front().batches), sorted(expected));
    for (auto const& result : results) {
      CAPTURE(result.way);
      check_same(result.batches, results.front().batches);
    }
  }
}

template <class In, class Operators>
auto program_of(table<In> in, Operators operators) {
  using handle = std::invoke_result_t<Operators&, dstream<In>>;
  return program<owned_t<typename handle::value_type>>{
      [in = std::move(in), operators](streaming_context& ssc) {
        return collect(operators(ssc.queue_stream(in)));
      }};
}

/// `operators(dstream<In>)` turns the batches `in` into `expected`, in order.
template <class In, class Operators, class Out>
void check_table(table<In> in, Operators operators, table<Out> const& expected) {
  check_everywhere<Out>(program_of(std::move(in), operators), expected);
}

/// The same for operators whose order depends on the number of partitions.
template <class In, class Operators, class Out>
void check_records(table<In> in, Operators operators, table<Out> const& expected) {
  check_records_everywhere<Out>(program_of(std::move(in), operators), expected);
}

/// What the batches `in` become in the calling thread.
template <class In, class Operators>
auto run_inline(table<In> in, Operators operators, std::size_t width = 2) {
  return testkit::run_to_idle(in_calling_thread(), program_of(std::move(in), operators),
                              with_parallelism(width));
}

/// Calls `check(where)` for every way to run a context.
inline void in_every_way(std::function<void(execution)> const& check) {
  {
    INFO("inline");
    check(in_calling_thread());
  }
  {
    INFO("actors");
    check(own_actor_system());
  }
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    INFO("simulated seed ", seed);
    testkit::simulation random{seed};
    check(random.where());
  }
}

/// What `f` threw, as text.
inline std::string message_of(std::function<void()> const& f) {
  try {
    f();
  } catch (error const& e) {
    return e.what();
  }
  return "nothing was thrown";
}

inline void check_says(std::string const& text, std::vector<std::string> const& parts) {
  for (auto const& part : parts)
    CHECK_MESSAGE(text.find(part) != std::string::npos, "\"", text, "\" does not say \"", part,
                  "\"");
}

/// `operators` fail: the batches before are committed, no other is, and the error says `parts`.
template <class In, class Operators, class Out>
void check_failure(table<In> const& in, Operators operators, table<Out> const& committed,
                   std::vector<std::string> const& parts) {
  in_every_way([&](execution where) {
    streaming_context ssc{with_parallelism(2), std::move(where)};
    auto const out = program_of(in, operators)(ssc);
    ssc.start();
    check_says(message_of([&] { ssc.run_until_idle(); }), parts);
    CHECK_THROWS_AS(ssc.await_termination(), stream_failure);
    CHECK(ssc.state() == context_state::stopped);
    check_same(out->batches(), committed);
  });
}

/// Calls `law(random)` with `cases` seeds; a failure prints the seed.
inline void for_seeds(std::uint64_t cases, std::function<void(random_stream&)> const& law) {
  for (std::uint64_t seed = 1; seed <= cases; ++seed) {
    CAPTURE(seed);
    auto random = random_for(seed, "table");
    law(random);
  }
}

/// Up to `max_batches` batches of up to `max_records` numbers in `[0, bound)`; some are empty.
inline table<int> random_table(random_stream& random, int bound, std::size_t max_batches = 6,
                               std::size_t max_records = 20) {
  table<int> result(1 + random.below(max_batches));
  for (auto& batch : result) {
    batch.resize(random.below(4) == 0 ? 0 : random.below(max_records + 1));
    for (auto& record : batch)
      record = static_cast<int>(random.below(static_cast<std::uint64_t>(bound)));
  }
  return result;
}

}  // namespace sluice::tests
