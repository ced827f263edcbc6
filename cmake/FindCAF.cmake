# Finds the C++ Actor Framework, for which Debian ships neither a CMake package nor a pkg-config file.
#
#   find_package(CAF 0.17.6 EXACT COMPONENTS core [io] [openssl])
#
# EXACT is meant: the library's SONAME carries the patch level, and 0.18 has another API.
# A CAF outside the system directories is found through CAF_ROOT (cache or environment).
#
# Defines CAF_VERSION, CAF_FOUND, CAF_<component>_FOUND and the imported targets CAF::core, CAF::io,
# CAF::openssl.

if(NOT CAF_FIND_COMPONENTS)
  set(CAF_FIND_COMPONENTS core)
endif()
# Each component brings the ones it is built on.
if("openssl" IN_LIST CAF_FIND_COMPONENTS)
  list(APPEND CAF_FIND_COMPONENTS io)
endif()
if("io" IN_LIST CAF_FIND_COMPONENTS)
  list(APPEND CAF_FIND_COMPONENTS core)
endif()
list(REMOVE_DUPLICATES CAF_FIND_COMPONENTS)

find_path(CAF_INCLUDE_DIR NAMES caf/config.hpp)
mark_as_advanced(CAF_INCLUDE_DIR)

unset(CAF_VERSION)
if(CAF_INCLUDE_DIR)
  # A source tree has config.hpp but not the generated header: it cannot be compiled against.
  if(EXISTS "${CAF_INCLUDE_DIR}/caf/detail/build_config.hpp")
    file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" _caf_line
      REGEX "^#define[ \t]+CAF_VERSION[ \t]+[0-9]+")
    if(_caf_line MATCHES "CAF_VERSION[ \t]+([0-9]+)")
      math(EXPR _caf_major "${CMAKE_MATCH_1} / 10000")
      math(EXPR _caf_minor "(${CMAKE_MATCH_1} / 100) % 100")
      math(EXPR _caf_patch "${CMAKE_MATCH_1} % 100")
      set(CAF_VERSION "${_caf_major}.${_caf_minor}.${_caf_patch}")
    endif()
  else()
    set(_caf_reason
      "${CAF_INCLUDE_DIR} holds caf/config.hpp but not caf/detail/build_config.hpp: is it a source tree?")
  endif()
else()
  set(_caf_reason "on Debian install libcaf-dev; elsewhere set CAF_ROOT")
endif()

set(_caf_libraries "")
foreach(_caf_component IN LISTS CAF_FIND_COMPONENTS)
  string(TOUPPER "${_caf_component}" _caf_upper)
  find_library(CAF_${_caf_upper}_LIBRARY NAMES "caf_${_caf_component}")
  mark_as_advanced(CAF_${_caf_upper}_LIBRARY)
  list(APPEND _caf_libraries CAF_${_caf_upper}_LIBRARY)
  if(CAF_VERSION AND CAF_${_caf_upper}_LIBRARY)
    set(CAF_${_caf_component}_FOUND TRUE)
  else()
    set(CAF_${_caf_component}_FOUND FALSE)
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAF
  REQUIRED_VARS ${_caf_libraries} CAF_INCLUDE_DIR
  VERSION_VAR CAF_VERSION
  HANDLE_COMPONENTS
  REASON_FAILURE_MESSAGE "${_caf_reason}")

if(CAF_FOUND)
  # What a component needs besides its own library.
  include(CMakeFindDependencyMacro)
  find_dependency(Threads)
  set(_caf_needs_core Threads::Threads)
  set(_caf_needs_io CAF::core)
  set(_caf_needs_openssl CAF::io OpenSSL::SSL OpenSSL::Crypto)
  if("openssl" IN_LIST CAF_FIND_COMPONENTS)
    find_dependency(OpenSSL)
  endif()

  foreach(_caf_component IN LISTS CAF_FIND_COMPONENTS)
    if(CAF_${_caf_component}_FOUND AND NOT TARGET CAF::${_caf_component})
      string(TOUPPER "${_caf_component}" _caf_upper)
      add_library(CAF::${_caf_component} UNKNOWN IMPORTED)
      set_target_properties(CAF::${_caf_component} PROPERTIES
        IMPORTED_LOCATION "${CAF_${_caf_upper}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
        INTERFACE_LINK_LIBRARIES "${_caf_needs_${_caf_component}}")
    endif()
  endforeach()
endif()

unset(_caf_component)
unset(_caf_libraries)
unset(_caf_line)
unset(_caf_reason)
unset(_caf_upper)
