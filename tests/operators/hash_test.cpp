#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <sluice/operators/hash.hpp>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

using namespace sluice;

namespace {

using text = std::string;
using view = std::string_view;

/// The hash of a key in one of its forms.
template <class K, class Form>
std::size_t hash_as(Form const& form) {
  return key_hash<K>{}(form);
}

/// Whether a view form finds what its owned form put into a map.
template <class Form>
bool found_by(Form const& form) {
  using key = owned_t<Form>;
  key_map<key, int> map;
  map.emplace(to_owned(form), 1);
  auto const same_hash = hash_as<key>(form) == hash_as<key>(to_owned(form)) &&
                         hash_as<Form>(form) == hash_as<key>(form);
  return same_hash && map.find(form) != map.end() && key_equal<key>{}(form, to_owned(form));
}

struct place {
  int row;
  text name;
};
struct symbol {
  char letters[4];
  double price;
};

/// A key that compares without regard to case, and says so.
struct loose {
  text word;
  bool operator==(loose const& other) const { return word.size() == other.word.size(); }
  friend std::size_t hash_value(loose const& key) { return key.word.size(); }
};

/// A view type of a user that says nothing of hashing.
struct place_view {
  view name;
  int row;
};

class opaque {
 public:
  explicit opaque(int value) : value_{value} {}
  bool operator==(opaque const&) const = default;

 private:
  int value_;
};
struct base {
  int a;
};
struct derived : base {
  int b;
};

/// How far the counts of `n` buckets are from even, in standard deviations of chance.
template <class Hashes, class Bucket>
double unevenness(Hashes const& hashes, std::size_t n, Bucket bucket) {
  std::vector<double> counts(n);
  for (auto const hash : hashes) ++counts.at(bucket(hash));
  auto const expected = static_cast<double>(hashes.size()) / static_cast<double>(n);
  auto chi_square = 0.0;
  for (auto const count : counts) chi_square += (count - expected) * (count - expected) / expected;
  auto const freedom = static_cast<double>(n - 1);
  return (chi_square - freedom) / std::sqrt(2 * freedom);
}

/// The kinds of keys that programs have, 50 000 of each.
std::vector<std::pair<text, std::vector<std::size_t>>> families() {
  constexpr int count = 50'000;
  std::vector<std::pair<text, std::vector<std::size_t>>> result;
  auto const add = [&](char const* name, auto key_of) {
    auto& hashes = result.emplace_back(name, std::vector<std::size_t>{}).second;
    for (int i = 0; i != count; ++i) {
      auto const key = key_of(i);
      hashes.push_back(key_hash<std::remove_const_t<decltype(key)>>{}(key));
    }
  };
  add("numbers", [](int i) { return i; });
  add("multiples of 4096", [](int i) { return std::int64_t{i} * 4096; });
  add("high bits only", [](int i) { return static_cast<std::uint64_t>(i) << 40U; });
  add("doubles", [](int i) { return static_cast<double>(i); });
  add("digits", [](int i) { return std::to_string(i); });
  add("prefix and digits", [](int i) { return "user-" + std::to_string(i); });
  add("long text", [](int i) { return "a prefix of twenty-odd bytes " + std::to_string(i); });
  add("pairs", [](int i) { return std::pair{i / 200, i % 200}; });
  add("text and number", [](int i) { return std::pair{"w" + std::to_string(i / 50), i % 50}; });
  return result;
}

}  // namespace

template <>
struct sluice::owned_type<place_view> {
  using type = place;
  static place own(place_view const& seen) { return {seen.row, text{seen.name}}; }
};

static_assert(hashable_key<int> && hashable_key<view> && hashable_key<std::pair<view, double>>);
static_assert(hashable_key<std::tuple<std::optional<text>, std::vector<char>>>);
static_assert(hashable_key<std::chrono::seconds> &&
              hashable_key<std::chrono::system_clock::time_point>);
static_assert(hashable_key<std::thread::id> && hashable_key<loose> && hashable_key<place>);
static_assert(hashable_key<symbol> && hashable_key<std::variant<std::monostate, place>>);
static_assert(!hashable_key<int*> && !hashable_key<std::shared_ptr<int>> && !hashable_key<opaque>);
static_assert(!hashable_key<std::pair<int, opaque>> && !hashable_key<std::vector<void*>>);
static_assert(!hashable_key<derived>);
static_assert(std::is_same_v<key_hash<int>::is_avalanching, void>);

TEST_CASE("key_hash gives text of every length one hash in all its forms") {
  for (std::size_t length = 0; length != 80; ++length) {
    CAPTURE(length);
    text const owned(length, 'x');
    CHECK(found_by(view{owned}));
    CHECK(hash_as<text>(owned.c_str()) == hash_as<text>(owned));
  }
  CHECK(hash_as<text>("abc") == hash_as<text>(text{"abc"}));
}

TEST_CASE("key_hash and key_equal treat nested views as their owned forms") {
  CHECK(found_by(std::pair<view, int>{"a", 1}));
  CHECK(found_by(std::pair{"a", 1}));
  CHECK(found_by(std::tuple<view, long, view>{"a", 2, "b"}));
  CHECK(found_by(std::optional<view>{"a"}));
  CHECK(found_by(std::optional<view>{}));
  CHECK(found_by(std::vector<view>{"a", "bc"}));
  CHECK(found_by(std::array<view, 2>{"a", "bc"}));
  CHECK(found_by(std::variant<int, view>{view{"a"}}));
  CHECK(found_by(std::vector<std::pair<view, std::optional<view>>>{{"a", "b"}, {"c", {}}}));
  std::vector<view> const words{"a", "b"};
  CHECK(found_by(std::span<view const>{words}));
}

TEST_CASE("key_hash never changes: what it gave once, it gives in every process and release") {
  // A changed value moves keys to other partitions, away from their checkpointed state.
  CHECK(hash_as<text>("sluice") == key_hash<view>{}("sluice"));
  CHECK(hash_as<text>("") == 0xaaf64e6a38622149U);
  CHECK(hash_as<text>("sluice") == 0x63cda63651d33e02U);
  CHECK(hash_as<text>("a text of more than sixteen bytes") == 0xf1db9b5f4e08524U);
  CHECK(hash_as<int>(42) == 0x72445c7cb0beba4dU);
  CHECK(hash_as<double>(0.5) == 0x16727db4e49d50c6U);
  CHECK(hash_as<std::pair<text, long>>(std::pair{"a", 1L}) == 0xf0707ca650a6c759U);
}

TEST_CASE("key_hash tells apart what differs in order, place or length") {
  using texts = std::vector<text>;
  CHECK(hash_as<texts>(texts{"ab", "c"}) != hash_as<texts>(texts{"a", "bc"}));
  CHECK(hash_as<texts>(texts{}) != hash_as<texts>(texts{""}));
  using ints = std::pair<int, int>;
  CHECK(hash_as<ints>(ints{1, 2}) != hash_as<ints>(ints{2, 1}));
  using maybe = std::optional<int>;
  CHECK(hash_as<maybe>(maybe{}) != hash_as<maybe>(maybe{0}));
  using either = std::variant<int, long>;
  CHECK(hash_as<either>(either{1}) != hash_as<either>(either{1L}));
}

TEST_CASE("key_hash has no collision among short texts of few letters") {
  std::set<std::size_t> hashes;
  std::size_t count = 0;
  std::string_view const letters{"\0a\xff", 3};
  for (std::size_t length = 0; length <= 9; ++length) {
    auto const combinations = static_cast<std::size_t>(std::pow(3, length));
    for (std::size_t code = 0; code != combinations; ++code, ++count) {
      text key;
      for (auto rest = code; key.size() != length; rest /= 3) key += letters[rest % 3];
      hashes.insert(hash_as<text>(key));
    }
  }
  CHECK(hashes.size() == count);
}

TEST_CASE("key_hash and key_equal take both zeros for one key, and all NaNs") {
  CHECK(hash_as<double>(0.0) == hash_as<double>(-0.0));
  CHECK(key_equal<double>{}(0.0, -0.0));
  auto const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(hash_as<double>(nan) == hash_as<double>(-nan));
  key_map<std::pair<double, int>, int> map;
  for (int i = 0; i != 3; ++i) ++map[{nan, 1}];
  CHECK(map.size() == 1);
  CHECK_FALSE(key_equal<double>{}(nan, 1.0));
  CHECK(hash_as<float>(0.5F) == hash_as<float>(0.5F));
}

TEST_CASE("key_equal compares text of every length by all its bytes") {
  for (std::size_t length = 1; length != 40; ++length) {
    text const whole(length, 'x');
    CHECK(key_equal<text>{}(whole, view{whole}));
    CHECK_FALSE(key_equal<text>{}(whole, view{whole}.substr(1)));
    for (std::size_t at = 0; at != length; ++at) {
      auto other = whole;
      other[at] = 'y';
      CAPTURE(length);
      CAPTURE(at);
      CHECK_FALSE(key_equal<text>{}(whole, view{other}));
    }
  }
}

TEST_CASE("key_hash takes a plain struct as the tuple of its fields") {
  key_map<place, int> map;
  map.emplace(place{1, "a"}, 10);
  map.emplace(place{2, "a"}, 20);
  CHECK(map.find(place{2, "a"})->second == 20);
  CHECK(map.find(place{2, "b"}) == map.end());

  key_map<symbol, int> symbols;
  symbols.emplace(symbol{{'A', 'B', 'C', 'D'}, 1.5}, 1);
  CHECK(symbols.contains(symbol{{'A', 'B', 'C', 'D'}, 1.5}));
  CHECK_FALSE(symbols.contains(symbol{{'A', 'B', 'C', 'E'}, 1.5}));
}

TEST_CASE("key_hash uses a user's hash_value, and then the user's equality") {
  key_map<loose, int> map;
  map.emplace(loose{"abc"}, 1);
  CHECK(map.contains(loose{"ABC"}));
}

TEST_CASE("key_hash and key_equal see a user's view type as its owned form") {
  key_map<std::pair<place, int>, int> map;
  map.emplace(std::pair{place{3, "c"}, 1}, 30);
  CHECK(map.contains(std::pair{place_view{"c", 3}, 1}));
  CHECK_FALSE(map.contains(std::pair{place_view{"c", 4}, 1}));
}

TEST_CASE("key_hash spreads the keys of real programs over all bits") {
  for (auto const& [name, hashes] : families()) {
    CAPTURE(name);
    CHECK(std::set<std::size_t>(hashes.begin(), hashes.end()).size() == hashes.size());
    CHECK(unevenness(hashes, 1024, [](std::size_t hash) { return hash >> 54U; }) < 20);
    CHECK(unevenness(hashes, 1024, [](std::size_t hash) { return hash & 1023U; }) < 20);
    CHECK(unevenness(hashes, 256, [](std::size_t hash) { return hash & 255U; }) < 10);
  }
}

TEST_CASE("bucket_of spreads keys evenly over any number of buckets") {
  for (auto const& [name, hashes] : families()) {
    for (std::size_t const n : {1U, 2U, 3U, 7U, 16U, 100U, 1000U}) {
      CAPTURE(name);
      CAPTURE(n);
      if (n > 1)
        CHECK(unevenness(hashes, n, [n](std::size_t hash) { return bucket_of(hash, n); }) < 6);
      else
        CHECK(bucket_of(hashes.front(), n) == 0);
    }
  }
}

TEST_CASE("bucket_of leaves the highest and the lowest bits of a bucket's hashes spread") {
  for (auto const& [name, hashes] : families()) {
    for (std::size_t const n : {2U, 4U, 5U}) {
      std::vector<std::size_t> bucket;
      for (auto const hash : hashes)
        if (bucket_of(hash, n) == n - 1) bucket.push_back(hash);
      CAPTURE(name);
      CAPTURE(n);
      CHECK(unevenness(bucket, 256, [](std::size_t hash) { return hash >> 56U; }) < 20);
      CHECK(unevenness(bucket, 256, [](std::size_t hash) { return hash & 255U; }) < 20);
    }
  }
}

TEST_CASE("bucket_of stays below the number of buckets for any hash") {
  std::mt19937_64 random{20'240'601};  // the seed of this test
  for (int i = 0; i != 1000; ++i) {
    auto const n = 1 + static_cast<std::size_t>(random() % 100'000);
    CHECK(bucket_of(random(), n) < n);
    CHECK(bucket_of(std::numeric_limits<std::size_t>::max(), n) < n);
    CHECK(bucket_of(0, n) == 0);
  }
}
