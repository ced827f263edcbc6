#include <sluice/testkit.hpp>

#include <sluice/sluice.hpp>
#include <sluice/version.hpp>

int main() { return sluice::version() == SLUICE_VERSION_STRING ? 0 : 1; }
