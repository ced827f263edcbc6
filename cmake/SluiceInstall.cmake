# Installation: headers (the components install theirs), libraries, CMake package, pkg-config file.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sluice)

set_target_properties(sluice PROPERTIES EXPORT_NAME sluice)
set_target_properties(sluice_testkit PROPERTIES EXPORT_NAME testkit)
install(TARGETS sluice EXPORT sluiceTargets)
install(TARGETS sluice_testkit EXPORT sluiceTestkitTargets)
install(EXPORT sluiceTargets NAMESPACE sluice:: DESTINATION ${package_dir})
install(EXPORT sluiceTestkitTargets NAMESPACE sluice:: DESTINATION ${package_dir})
install(FILES ${PROJECT_BINARY_DIR}/include/sluice/version.hpp
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sluice)

# A shared library keeps its dependencies to itself; a static one hands them to whoever links it.
get_target_property(sluice_type sluice TYPE)
if(sluice_type STREQUAL "STATIC_LIBRARY")
  set(sluice_is_static TRUE)
  set(sluice_pc_libs "-lcaf_core -lspdlog -lfmt -lsqlite3 -pthread")
else()
  set(sluice_is_static FALSE)
  set(sluice_pc_libs "")
endif()

configure_package_config_file(cmake/sluiceConfig.cmake.in ${PROJECT_BINARY_DIR}/sluiceConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/sluiceConfig.cmake
  ${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake
  cmake/FindCAF.cmake
  DESTINATION ${package_dir})

# The prefix is told from where the .pc file lies, so that an installed tree can be moved.
file(RELATIVE_PATH sluice_pc_prefix
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" sluice_pc_prefix "${sluice_pc_prefix}")
configure_file(cmake/sluice.pc.in ${PROJECT_BINARY_DIR}/sluice.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/sluice.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
