// expect: T = session
// expect: sluice: this type has no codec, so its values cannot be kept in a checkpoint, log or
// remote edge.
#include <map>
#include <sluice/operators/codec.hpp>
#include <string>
#include <vector>

class session {
 public:
  explicit session(int id) : id_{id} {}
  int id() const { return id_; }

 private:
  int id_;
};

#ifndef MISUSE
template <>
struct sluice::codec<session> {
  static constexpr std::uint32_t version = 1;
  static void encode(byte_writer& out, session const& s) { sluice::encode(out, s.id()); }
  static session decode(byte_reader& in) { return session{sluice::decode<int>(in)}; }
};
#endif

struct user {
  std::string name;
  std::vector<session> sessions;
};

auto use(std::map<int, user> const& users) { return sluice::encode_to_bytes(users); }
