/// Which type a function in emitter form, `(record, emit)`, emits.
///
/// In this order: what the caller says (`flat_map<U>(f)`), the function object's `emits`, the
/// function's own signature (`emitter<U>` or `std::function<void(U)>` as second parameter), and for
/// a generic lambda the type of the argument in its call of `emit`.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

namespace sluice {

/// A non-generic parameter type for functions in emitter form.
template <class U>
class emitter {
 public:
  template <class E>
    requires(!std::is_same_v<std::remove_cvref_t<E>, emitter>)
  emitter(E&& emit)  // NOLINT(google-explicit-constructor)
      : target_{&emit}, call_{[](void const* target, U&& record) {
          auto* typed = static_cast<std::remove_reference_t<E>*>(const_cast<void*>(target));
          (*typed)(std::move(record));
        }} {}
  void operator()(U record) const { call_(target_, std::move(record)); }

 private:
  void const* target_;
  void (*call_)(void const*, U&&);
};

namespace detail {

// A generic lambda names its emitted type nowhere, but instantiating its body with a probe shows
// it: the probe's call operator defines a friend function whose return type remembers the argument.
#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wnon-template-friend"
#endif
template <class F, class T>
struct emitted_slot {
  friend auto emitted_by(emitted_slot);
};
#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic pop
#endif

template <class F, class T, class U>
struct fill_slot {
  friend auto emitted_by(emitted_slot<F, T>) { return std::type_identity<U>{}; }
};

template <class F, class T>
struct emit_probe {
  template <class U>
  auto operator()(U&&) const {
    (void)fill_slot<F, T, std::remove_cvref_t<U>>{};
  }
};

template <class Parameter>
struct parameter_of {
  using type = void;
};
template <class U>
struct parameter_of<emitter<U>> {
  using type = U;
};
template <class U>
struct parameter_of<std::function<void(U)>> {
  using type = std::remove_cvref_t<U>;
};

template <class M>
struct second_parameter {
  using type = void;
};
template <class C, class R, class A, class B>
struct second_parameter<R (C::*)(A, B) const> : parameter_of<std::remove_cvref_t<B>> {};
template <class C, class R, class A, class B>
struct second_parameter<R (C::*)(A, B)> : parameter_of<std::remove_cvref_t<B>> {};
template <class R, class A, class B>
struct second_parameter<R (*)(A, B)> : parameter_of<std::remove_cvref_t<B>> {};

template <class F, class T>
constexpr auto find_emitted() {
  if constexpr (requires { typename F::emits; }) {
    return std::type_identity<typename F::emits>{};
  } else if constexpr (requires { &F::operator(); }) {
    return std::type_identity<typename second_parameter<decltype(&F::operator())>::type>{};
  } else if constexpr (std::is_pointer_v<F>) {
    return std::type_identity<typename second_parameter<F>::type>{};
  } else {
    using probed = decltype(std::declval<F&>()(std::declval<T const&>(),
                                               std::declval<emit_probe<F, T> const&>()));
    static_cast<void>(sizeof(std::type_identity<probed>));
    return decltype(emitted_by(emitted_slot<F, T>{})){};
  }
}

}  // namespace detail

/// The type that `F`, called with `T const&` and an emitter, emits; void if it cannot be found.
template <class F, class T>
using emitted_t = typename decltype(detail::find_emitted<F, T>())::type;

}  // namespace sluice
