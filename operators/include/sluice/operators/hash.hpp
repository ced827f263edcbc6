/// Hashing and comparing keys.
///
/// Thread rule: pure functions, safe everywhere. Promise: a key has one hash, whether it is seen as
/// a view or as its owned form, in this process or in another one: no address, no seed per process.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <sluice/operators/detail/hash_of.hpp>
#include <sluice/operators/detail/keys_equal.hpp>
#include <sluice/operators/owned.hpp>
#include <unordered_map>

namespace sluice {

/// A type that can be the key of a keyed operator: arithmetic, enum, text, chrono, pair, tuple,
/// optional, variant, vector and array of such, a plain struct of such, and every type with
/// `hash_value` (found by its namespace) or `std::hash` and `==`.
///
/// Pointers are none: their hash differs from run to run, and with it the partition of a key.
template <class K>
concept hashable_key = detail::is_hashable<owned_t<K>>;

/// Fails to compile, with the type in the message, if `K` cannot be a key.
template <class K>
constexpr void require_hashable_key() {
  static_assert(hashable_key<K>,
                "sluice: this type cannot be a key, because it has no hash. Give it a function "
                "hash_value(K const&) in its own namespace and an operator==, or make it a plain "
                "struct of types that can be keys. Pointers cannot: key by what they point to.");
}

/// `Form` is a view form or the owned form of `K`.
template <class Form, class K>
concept form_of = std::same_as<owned_t<Form const&>, owned_t<K>>;

/// The hash of keys of type `K`, the same for the view form and the owned form of a key.
///
/// All its bits are good, which it tells the map, so that the map does not mix them again.
template <class K>
struct key_hash {
  using is_transparent = void;
  using is_avalanching = void;

  [[nodiscard]] std::size_t operator()(K const& key) const { return hash<K>(key); }

  template <form_of<K> Key>
  [[nodiscard]] std::size_t operator()(Key const& key) const {
    return hash<std::decay_t<Key const&>>(key);  // decay: a literal is text, not an array
  }

 private:
  template <class Key>
  [[nodiscard]] static std::size_t hash(Key const& key) {
    require_hashable_key<K>();
    if constexpr (hashable_key<K>)
      return static_cast<std::size_t>(detail::hash_from(detail::first_seed, key));
    else
      return 0;
  }
};

/// Equality of keys of type `K` in view form or owned form. Differs from `==` in that a NaN equals
/// itself, and that plain structs without a hash of their own are compared field by field.
template <class K>
struct key_equal {
  using is_transparent = void;

  [[nodiscard]] constexpr bool operator()(K const& a, K const& b) const {
    return detail::keys_equal(a, b);
  }

  template <form_of<K> A, form_of<K> B>
  [[nodiscard]] constexpr bool operator()(A const& a, B const& b) const {
    return detail::keys_equal<std::decay_t<A const&>, std::decay_t<B const&>>(a, b);
  }
};

/// What actions return that make a map of pairs: owned keys, found by views without making a
/// string. Keyed operators themselves use `key_table` and `keyed_slots`.
template <class K, class V>
using key_map = std::unordered_map<K, V, key_hash<K>, key_equal<K>>;

/// The bucket, out of `n`, of a key with this hash: how an exchange chooses the partition.
///
/// Hash tables index by the highest or by the lowest bits of a hash. The keys of one bucket must
/// not share those, or a partition would use an n-th of its table: the bucket follows from a
/// product to which all bits contribute. For `n` up to 2^32.
[[nodiscard]] constexpr std::size_t bucket_of(std::size_t hash, std::size_t n) noexcept {
  auto const spread = (std::uint64_t{hash} * detail::mix_c) >> 32U;
  return static_cast<std::size_t>((spread * std::uint64_t{n}) >> 32U);
}

}  // namespace sluice
