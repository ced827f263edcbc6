# Defaults for who builds this project by itself; as a sub-project the enclosing build decides.

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
  endif()

  # Without these permissions ccache refuses every source that uses a precompiled header.
  if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(SLUICE_CCACHE ccache)
    mark_as_advanced(SLUICE_CCACHE)
    if(SLUICE_CCACHE)
      set(CMAKE_CXX_COMPILER_LAUNCHER
        env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        ${SLUICE_CCACHE})
    endif()
  endif()
endif()

# What the library targets share: the dialect, code that may go into a user's shared object, and the
# version in the name of a shared library.
function(sluice_library_properties target)
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF
    POSITION_INDEPENDENT_CODE ON
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
endfunction()

# What our own executables share. A precompiled header can only be reused between targets whose
# options are equal, so they all get them from here.
function(sluice_program_properties target)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_link_libraries(${target} PRIVATE sluice::sluice sluice_warnings)
endfunction()
