// expect: persist(level) and checkpoint() may write records to disk, and this type has no codec:
// use expect: cache(), or give it one
#include <sluice/sluice.hpp>

class session_id {
 public:
  explicit session_id(int id) : id_{id} {}
  int id() const { return id_; }

 private:
  int id_;
};

void keep(sluice::streaming_context& ssc) {
  auto const ids = ssc.parallelize(std::vector{1}).map([](int x) { return session_id{x}; });
  static_cast<void>(ids.cache());
  static_cast<void>(ids.persist());
#ifdef MISUSE
  static_cast<void>(ids.persist(sluice::storage_level::memory_only));
#endif
}
