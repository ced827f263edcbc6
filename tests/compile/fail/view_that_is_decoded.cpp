// expect: sluice: a view cannot be decoded, it would refer to the encoded bytes; decode owned_t of
// it.
#include <sluice/operators/codec.hpp>
#include <string>
#include <string_view>

#ifdef MISUSE
using text = std::string_view;
#else
using text = std::string;
#endif

text use(sluice::byte_reader& in) { return sluice::decode<text>(in); }
