/// Operators of streams over a sliding window of batches.
///
/// A window holds the batches with a time in (t - length, t]. Under a clock trigger `length` and
/// `slide` are multiples of the parent's slide; without a clock a window is emitted with the first
/// batch at or after each multiple of the slide. Without a `slide` it is the parent's.
///
/// Windows that reduce do so batch by batch, in panes. Those on one handle with functions of one
/// type that holds no values share the panes, so that ten of them reduce each batch once.
#pragma once

#include <sluice/operators/kernels/keyed_window.hpp>
#include <sluice/operators/kernels/raw_window.hpp>
#include <sluice/operators/ops/batch_ops.hpp>
#include <sluice/operators/partition_codec.hpp>

namespace sluice {

namespace detail {

/// A window's checked times.
struct window_times {
  duration length;
  duration slide;                      ///< of the task; 0: with every batch
  std::optional<duration> node_slide;  ///< of the stream, if it is not the parent's
};

/// @throws usage_error naming `kind` if a time is not positive or no multiple of the parent's slide
window_times check_window(char const* kind, graph const& owner, node const& parent, duration length,
                          std::optional<duration> slide);

}  // namespace detail

namespace ops {

template <class T, class Pipe>
class window_ops : public batch_ops<T, Pipe> {
  using base = batch_ops<T, Pipe>;
  using opt_slide = std::optional<duration>;

 public:
  /// The records of all batches in the window, every `slide`.
  /// @shape   dstream<T> -> dstream<owned T>, one output batch per slide
  /// @emits   oldest batch first; early windows are partial
  /// @empty   an empty input batch still moves the window
  /// @param   length  of the window, a multiple of the parent's slide
  /// @param   slide  between windows, a multiple of the parent's slide, which is the default
  /// @throws  usage_error while building if `length` or `slide` breaks the rule above
  /// @fails   never by itself; it calls no function
  /// @cost    no copy of records; memory O(records in the window)
  /// @source  Spark window
  /// @example auto last_minute = words.window(60s, 10s);
  auto window(duration length, opt_slide slide = {}) const {
    using out = owned_t<T>;
    auto const times = checked("window", length, slide);
    return windowed<out>(this->op("window"), detail::materialised_edge<out>(this->at_),
                         whole<out>(times), times, this->at_.from->partitions);
  }

  /// Reduces all records in the window to one.
  /// @shape   dstream<T> -> dstream<owned T>
  /// @emits   one record per slide
  /// @empty   an empty window emits nothing
  /// @param   f  associative: (T, T) -> T; older records come on the left
  /// @param   length  as `window`
  /// @param   slide  as `window`
  /// @throws  as `window`
  /// @fails   a throwing function fails the batch; the window is as before. In panes that windows
  ///          share it fails in the name of the first of them
  /// @cost    amortised O(1) calls of f per batch, whatever the length; windows on one handle with
  ///          the same f, if it holds no values, reduce each batch once for all
  /// @source  Spark reduceByWindow; differs: needs no checkpoint directory
  /// @example auto sum = numbers.reduce_by_window(std::plus<>{}, 60s, 10s);
  ///          auto same = numbers.reduce_by_window(std::plus<>{}, std::minus<>{}, 60s, 10s);
  template <class F>
  auto reduce_by_window(F f, duration length, opt_slide slide = {}) const {
    return one_key().stacked("reduce_by_window", std::move(f), length, slide, 1, 1).map(value_of);
  }
  /// @emits   one record per slide, once there was a record
  /// @empty   nothing before the first record ever, then one record per slide
  /// @param   inverse  takes away what left: inverse(f(a, b), a) == b
  template <class F, class Inverse>
    requires(!std::is_convertible_v<Inverse, duration>)
  auto reduce_by_window(F f, Inverse inverse, duration length, opt_slide slide = {}) const {
    return one_key()
        .inverted("reduce_by_window", std::move(f), std::move(inverse), nullptr, length, slide, 1,
                  1)
        .map(value_of);
  }

  /// Counts the records in the window.
  /// @shape   dstream<T> -> dstream<std::int64_t>
  /// @emits   one number per slide
  /// @empty   nothing before the first record ever, then numbers, 0 among them
  /// @param   length  as `window`
  /// @param   slide  as `window`
  /// @throws  as `window`
  /// @fails   never by itself; it calls no function
  /// @cost    O(1) per batch beyond counting its records once
  /// @source  Spark countByWindow; differs: needs no checkpoint directory
  /// @example auto per_minute = words.count_by_window(60s, 10s);
  auto count_by_window(duration length, opt_slide slide = {}) const {
    return this->map([](T const&) { return std::int64_t{1}; })
        .one_key()
        .inverted("count_by_window", std::plus<>{}, std::minus<>{}, nullptr, length, slide, 1, 2)
        .map(kernels::second_of{});
  }

  /// Counts every distinct record in the window.
  /// @shape   dstream<T> -> dstream<pair<owned T, std::int64_t>>
  /// @emits   one pair per record with a count, every slide
  /// @empty   an empty window emits nothing
  /// @param   length  as `window`
  /// @param   slide  as `window`
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @throws  as `window`
  /// @fails   never by itself; it calls no function
  /// @cost    time O(distinct records in the window) per slide; memory O(those of each batch in it)
  /// @source  Spark countByValueAndWindow; differs: needs no checkpoint directory
  /// @example auto frequencies = words.count_by_value_and_window(60s, 10s);
  auto count_by_value_and_window(duration length, opt_slide slide = {},
                                 std::size_t partitions = 0) const {
    auto const counted = [](auto const&, std::int64_t n) { return n != 0; };
    return this->map([](T const& record) {
                 return std::pair<T, std::int64_t>{record, 1};
               })
        .inverted("count_by_value_and_window", std::plus<>{}, std::minus<>{}, counted, length,
                  slide, partitions, 1);
  }

  /// Collects the values of each key in the window.
  /// @shape   dstream<pair<K, V>> -> dstream<pair<owned K, vector<owned V>>>
  /// @emits   one pair per key every slide; values oldest batch first
  /// @empty   an empty window emits nothing
  /// @param   length  as `window`
  /// @param   slide  as `window`
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @throws  as `window`
  /// @fails   never by itself; it calls no function
  /// @cost    memory O(records in the window); prefer `reduce_by_key_and_window`
  /// @source  Spark groupByKeyAndWindow
  /// @example auto amounts = sales.group_by_key_and_window(60s, 10s);
  auto group_by_key_and_window(duration length, opt_slide slide = {},
                               std::size_t partitions = 0) const requires is_pair<T> {
    using k = owned_t<typename base::key>;
    using v = owned_t<typename base::mapped>;
    auto const times = checked("group_by_key_and_window", length, slide);
    auto who = this->op("group_by_key_and_window");
    auto held = windowed<std::pair<k, v>>(who, this->hashed(), whole<std::pair<k, v>>(times), times,
                                          this->shuffled(partitions));
    auto const& at = held.position();
    return this->template at_node<std::pair<k, std::vector<v>>>(
        who, {detail::materialised_edge<std::pair<k, v>>(at)},
        kernels::make_kernel(kernels::group_task<k, v>{}), at.from->partitions);
  }

  /// Combines the values of each key in the window with `f`.
  /// @shape   dstream<pair<K, V>> -> dstream<pair<owned K, owned V>>
  /// @emits   one pair per key with values in the window, every slide
  /// @empty   an empty window emits nothing
  /// @param   f  associative: (V, V) -> V; older values come on the left
  /// @param   length  as `window`
  /// @param   slide  as `window`
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @throws  as `window`
  /// @fails   as `reduce_by_window`
  /// @cost    amortised O(1) calls of f per batch and key, whatever the length; batches are reduced
  ///          once for several windows, as with `reduce_by_window`
  /// @source  Spark reduceByKeyAndWindow; differs: needs no checkpoint directory, and a key without
  ///          previous value is computed anew from the window
  /// @example auto totals = sales.reduce_by_key_and_window(std::plus<>{}, 60s, 10s);
  ///          auto positive = sales.reduce_by_key_and_window(
  ///              std::plus<>{}, std::minus<>{}, [](auto const&, double x) { return x > 0; }, 60s);
  template <class F>
    requires is_pair<T>
  auto reduce_by_key_and_window(F f, duration length, opt_slide slide = {},
                                std::size_t partitions = 0) const {
    return stacked("reduce_by_key_and_window", std::move(f), length, slide, partitions);
  }
  /// @emits   a key stays, with what `inverse` leaves of it; see the form with `keep`
  /// @empty   every key that there was, with what `inverse` leaves of it
  /// @param   inverse  takes away what left: inverse(f(a, b), a) == b
  template <class F, class Inverse>
    requires(is_pair<T> && !std::is_convertible_v<Inverse, duration>)
  auto reduce_by_key_and_window(F f, Inverse inverse, duration length, opt_slide slide = {},
                                std::size_t partitions = 0) const {
    return inverted("reduce_by_key_and_window", std::move(f), std::move(inverse), nullptr, length,
                    slide, partitions);
  }
  /// @emits   every key that `keep` holds for
  /// @empty   as the form with `inverse`, less what `keep` drops
  /// @param   inverse  takes away what left: inverse(f(a, b), a) == b
  /// @param   keep  (K const&, V const&) or (pair<K, V> const&) -> bool: a pair for which it is
  ///                false is dropped. A key that is dropped while the window holds values of it is
  ///                computed anew from them when one of them leaves
  template <class F, class Inverse, class Keep>
    requires(is_pair<T> && !std::is_convertible_v<Inverse, duration> &&
             !std::is_convertible_v<Keep, duration>)
  auto reduce_by_key_and_window(F f, Inverse inverse, Keep keep, duration length,
                                opt_slide slide = {}, std::size_t partitions = 0) const {
    return inverted("reduce_by_key_and_window", std::move(f), std::move(inverse), std::move(keep),
                    length, slide, partitions);
  }

 protected:
  using base::base;

 private:
  template <class, class>
  friend class window_ops;

  static constexpr kernels::second_of value_of{};

  detail::window_times checked(char const* kind, duration length, opt_slide slide) const {
    return detail::check_window(kind, *this->at_.owner, *this->at_.from, length, slide);
  }

  // All records under one key, so that a window over records is one over pairs.
  auto one_key() const {
    return this->map([](T const& record) { return std::pair<char, T>{char{0}, record}; });
  }

  template <class Out>
  static std::shared_ptr<kernel const> whole(detail::window_times const& times) {
    return kernels::make_window_kernel(times.length, times.slide, partition_codec_if_any<Out>());
  }

  template <class Out>
  auto windowed(op_ptr who, edge in, std::shared_ptr<kernel const> compute,
                detail::window_times const& times, std::size_t partitions) const {
    auto made = detail::make_node(std::move(who), {std::move(in)}, std::move(compute), partitions);
    if (times.node_slide) made->slide = *times.node_slide;
    return this->template on<Out>(std::move(made));
  }

  /// The type of all code that makes a pane.
  template <class F>
  struct pane_code {};

  /// The node that reduces every batch to one pair per key. Windows of one stream share it if their
  /// functions are of one type that holds no values, so that they are the same.
  /// @param own_steps  how many of the last fused steps a window operator has added itself
  template <class F>
  edge pane(op_ptr const& who, F const& f, std::size_t own_steps, std::size_t partitions) const {
    using k = owned_t<typename base::key>;
    using rule = kernels::reduce_rule<owned_t<typename base::mapped>, F>;
    constexpr auto stateless = std::is_empty_v<F>;
    auto in = this->combining(rule{who, f});
    node_ptr made;
    if (stateless)
      made = this->at_.owner->find_shared(typeid(pane_code<F>), in, own_steps, partitions);
    if (!made) {
      made = detail::make_node(this->op("panes"), {std::move(in)},
                               kernels::make_kernel(kernels::merge_task<k, rule>{rule{who, f}}),
                               partitions);
      made->shared_as = stateless ? &typeid(pane_code<F>) : nullptr;
      if (stateless) this->at_.owner->share(made);
    }
    return {std::move(made), exchange::forward, kernels::make_pass_edge({})};
  }

  template <class F>
  auto stacked(char const* kind, F f, duration length, opt_slide slide, std::size_t partitions,
               std::size_t own_steps = 0) const {
    using k = owned_t<typename base::key>;
    using v = owned_t<typename base::mapped>;
    static_assert(std::is_invocable_r_v<v, F&, v, v>,
                  "a window's function must combine two values into one: (V, V) -> V");
    auto const times = checked(kind, length, slide);
    auto const n = this->shuffled(partitions);
    auto who = this->op(kind);
    auto make = [who, times, f](std::size_t) {
      return std::make_unique<kernels::stacked_window_task<k, v, F>>(who, times.length, times.slide,
                                                                     f);
    };
    return windowed<std::pair<k, v>>(who, pane(who, f, own_steps, n),
                                     kernels::make_kernel_by(std::move(make)), times, n);
  }

  template <class F, class Inverse, class Keep>
  auto inverted(char const* kind, F f, Inverse inverse, Keep keep, duration length, opt_slide slide,
                std::size_t partitions, std::size_t own_steps = 0) const {
    using k = owned_t<typename base::key>;
    using v = owned_t<typename base::mapped>;
    static_assert(std::is_invocable_r_v<v, F&, v, v> && std::is_invocable_r_v<v, Inverse&, v, v>,
                  "a window's function and its inverse must be (V, V) -> V");
    auto const times = checked(kind, length, slide);
    auto const n = this->shuffled(partitions);
    auto who = this->op(kind);
    auto make = [=](std::size_t) {
      return std::make_unique<kernels::inverse_window_task<k, v, F, Inverse, Keep>>(
          who, times.length, times.slide, f, inverse, keep);
    };
    return windowed<std::pair<k, v>>(who, pane(who, f, own_steps, n),
                                     kernels::make_kernel_by(std::move(make)), times, n);
  }
};

}  // namespace ops
}  // namespace sluice
