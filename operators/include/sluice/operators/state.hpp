/// The state of one key, as a function of `map_with_state` sees it, and how that is specified.
///
/// Thread rule: a `state` is used by the call it is handed to, never kept. Promise: what a function
/// does to it takes effect when the batch succeeds; the next record of the key sees it at once.
#pragma once

#include <optional>
#include <sluice/operators/error.hpp>
#include <sluice/operators/owned.hpp>
#include <sluice/operators/time.hpp>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice {

namespace detail {

[[noreturn]] void refuse_state(char const* call, char const* why);

/// What the calls of one batch have done to one key.
template <class S>
struct state_change {
  std::optional<S> fresh;  ///< the new value, if it was updated
  bool erased = false;
};

}  // namespace detail

/// The state of one key, as the function of `map_with_state` sees and changes it.
/// @fails   a change takes effect only if the batch succeeds
/// @source  Spark State
/// @example auto count = [](std::string const&, std::optional<int> n, state<int>& sum) {
///            sum.update(sum.get_option().value_or(0) + n.value_or(0));
///            return sum.get();
///          };
template <class S>
class state {
 public:
  /// @param committed  the value after the batch before, or null
  state(S const* committed, detail::state_change<S>& change, bool timing_out)
      : committed_{committed}, change_{change}, timing_out_{timing_out} {}
  state(state const&) = delete;
  state& operator=(state const&) = delete;

  /// Whether the key has a state now.
  bool exists() const { return current() != nullptr; }

  /// The state. @throws usage_error if there is none
  S const& get() const {
    auto const* now = current();
    if (!now) detail::refuse_state("get", "the key has no state; check exists() first");
    return *now;
  }
  /// The state, or nothing.
  std::optional<S> get_option() const {
    auto const* now = current();
    return now ? std::optional<S>{*now} : std::nullopt;
  }

  /// Sets the state.
  /// @throws usage_error after `remove` in the same call, and while timing out
  void update(S value) {
    check("update");
    change_.fresh = std::move(value);
    change_.erased = false;
  }

  /// Takes the state away.
  /// @throws usage_error if called twice in one call, and while timing out
  void remove() {
    check("remove");
    change_.fresh.reset();
    change_.erased = true;
    removed_ = true;
  }

  /// True in the last call for a key that has been idle for longer than the timeout.
  bool is_timing_out() const { return timing_out_; }

 private:
  S const* current() const {
    if (change_.fresh) return &*change_.fresh;
    return change_.erased ? nullptr : committed_;
  }
  void check(char const* call) const {
    if (timing_out_)
      detail::refuse_state(call, "the key is timing out; its state goes after this call");
    if (removed_) detail::refuse_state(call, "the state was removed before, in the same call");
  }

  S const* committed_;
  detail::state_change<S>& change_;
  bool timing_out_;
  bool removed_ = false;
};

namespace detail {

template <class F>
struct state_of_call : state_of_call<decltype(&F::operator())> {};
template <class R, class... Args>
struct state_of_call<R(Args...)> {
  template <class T>
  struct parameter {
    using type = void;
  };
  template <class S>
  struct parameter<state<S>&> {
    using type = S;
  };
  using type =
      typename parameter<std::tuple_element_t<sizeof...(Args) - 1, std::tuple<Args...>>>::type;
};
template <class R, class... Args>
struct state_of_call<R (*)(Args...)> : state_of_call<R(Args...)> {};
template <class R, class C, class... Args>
struct state_of_call<R (C::*)(Args...)> : state_of_call<R(Args...)> {};
template <class R, class C, class... Args>
struct state_of_call<R (C::*)(Args...) const> : state_of_call<R(Args...)> {};
template <class R, class C, class... Args>
struct state_of_call<R (C::*)(Args...) noexcept> : state_of_call<R(Args...)> {};
template <class R, class C, class... Args>
struct state_of_call<R (C::*)(Args...) const noexcept> : state_of_call<R(Args...)> {};

struct no_states {};

/// @return the states of a range of pairs, or of an rdd of them
template <class K, class S, class States>
std::vector<std::pair<K, S>> states_of(States const& states) {
  std::vector<std::pair<K, S>> all;
  if constexpr (requires { states.collect(); }) {
    for (auto const& [key, value] : states.collect()) all.emplace_back(key, value);
  } else if constexpr (!std::is_same_v<States, no_states>) {
    for (auto const& [key, value] : states) all.emplace_back(key, value);
  }
  return all;
}

}  // namespace detail

/// How `map_with_state` works: the function, and what is optional about it. A value: each call
/// returns a changed copy.
template <class S, class F, class States = detail::no_states>
class state_spec_of {
 public:
  using state_type = S;
  explicit state_spec_of(F f, States states = {}) : f_{std::move(f)}, states_{std::move(states)} {}

  /// States to begin with.
  /// @param states  a range of pairs of key and state, or an rdd of them
  template <class Given>
  auto initial(Given states) const {
    return state_spec_of<S, F, Given>{f_, std::move(states)}.with(timeout_, partitions_);
  }
  /// Keys without a record for longer than `idle` have one last call, then their state goes.
  /// @throws usage_error if it is not positive
  auto timeout(duration idle) const {
    if (idle <= duration{0}) detail::refuse_state("timeout", "the duration must be positive");
    return with(idle, partitions_);
  }
  /// Partitions of the result; 0 for the context's parallelism.
  auto partitions(std::size_t n) const { return with(timeout_, n); }

  F const& function() const { return f_; }
  States const& states() const { return states_; }
  std::optional<duration> const& idle_limit() const { return timeout_; }
  std::size_t wanted_partitions() const { return partitions_; }

  state_spec_of with(std::optional<duration> idle, std::size_t partitions) const {
    auto copy = *this;
    copy.timeout_ = idle;
    copy.partitions_ = partitions;
    return copy;
  }

 private:
  F f_;
  States states_;
  std::optional<duration> timeout_;
  std::size_t partitions_ = 0;
};

/// Specifies `map_with_state` by its function.
/// @tparam  S  the state's type; found from a function whose last parameter is written `state<S>&`
/// @param   f  (K const&, optional<V>, state<S>&) -> M, or with batch_time first, where an empty
///             optional<M> emits nothing
/// @source  Spark StateSpec.function; differs: the partitioner is a number
/// @example auto spec = state_spec(count_up).timeout(30s).partitions(4);
template <class S = void, class F>
auto state_spec(F f) {
  if constexpr (std::is_void_v<S>) {
    using found = typename detail::state_of_call<F>::type;
    static_assert(!std::is_void_v<found>,
                  "state_spec: the last parameter of the function must be state<S>&; for a generic "
                  "one write state_spec<S>(f)");
    return state_spec_of<found, F>{std::move(f)};
  } else {
    return state_spec_of<S, F>{std::move(f)};
  }
}

}  // namespace sluice
