// expect: sluice: this type cannot be a key, because it has no hash
#include <functional>
#include <sluice/operators/dstream.hpp>
#include <utility>

class account {
 public:
  explicit account(int number) : number_{number} {}
  bool operator==(account const&) const = default;
#ifndef MISUSE
  friend std::size_t hash_value(account const& key) {
    return static_cast<std::size_t>(key.number_);
  }
#endif

 private:
  int number_;
};

auto use(sluice::dstream<std::pair<account, int>> const& in) {
  return in.reduce_by_key(std::plus<>{});
}
