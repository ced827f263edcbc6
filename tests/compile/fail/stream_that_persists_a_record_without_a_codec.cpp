// expect: persist(level) may write records to disk, and this type has no codec: use cache()
#include <sluice/sluice.hpp>

class session_id {
 public:
  explicit session_id(int id) : id_{id} {}
  int id() const { return id_; }

 private:
  int id_;
};

void keep(sluice::dstream<int> const& numbers) {
  auto const ids = numbers.map([](int x) { return session_id{x}; });
  static_cast<void>(ids.cache());
  static_cast<void>(ids.persist());
#ifdef MISUSE
  static_cast<void>(ids.persist(sluice::storage_level::memory_only));
#endif
}
