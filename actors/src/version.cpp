#include <sluice/version.hpp>

namespace sluice {

std::string_view version() noexcept { return SLUICE_VERSION_STRING; }

}  // namespace sluice
