// expect: K = account
// expect: sluice: this type cannot be a key, because it has no hash. Give it a function
// hash_value(K const&)
#include <sluice/operators/hash.hpp>

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

void use(sluice::key_map<account, int>& map) { map.emplace(account{1}, 1); }
