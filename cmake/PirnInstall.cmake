# `cmake --install`: headers, libraries, the command, and what find_package(pirn) reads.
include(CMakePackageConfigHelpers)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/pirn)

list(TRANSFORM PIRN_BUILT PREPEND pirn_ OUTPUT_VARIABLE install_targets)
if(TARGET pirn_llhttp)
  list(APPEND install_targets pirn_llhttp)
  install(FILES ${PIRN_LLHTTP_INCLUDE}/llhttp.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pirn/llhttp)
endif()
install(TARGETS ${install_targets} pirn_umbrella EXPORT pirnTargets)
install(EXPORT pirnTargets NAMESPACE pirn:: DESTINATION ${config_dir})
if(TARGET pirn)
  install(TARGETS pirn)
endif()

install(DIRECTORY pirn/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pirn FILES_MATCHING
  PATTERN *.hpp PATTERN *_test.hpp EXCLUDE)  # x_test.hpp: what several tests share

# pirnConfig.cmake learns, for each room, the rooms and the packages that it needs.
set(PIRN_CONFIG_ROOMS "")
foreach(room IN LISTS PIRN_BUILT)
  get_property(deps GLOBAL PROPERTY PIRN_${room}_DEPS)
  get_property(packages GLOBAL PROPERTY PIRN_${room}_PACKAGES)
  string(APPEND PIRN_CONFIG_ROOMS "set(_pirn_${room}_deps ${deps})\nset(_pirn_${room}_packages")
  foreach(package IN LISTS packages)
    string(APPEND PIRN_CONFIG_ROOMS " \"${package}\"")
  endforeach()
  string(APPEND PIRN_CONFIG_ROOMS ")\n")
endforeach()
configure_package_config_file(cmake/pirnConfig.cmake.in pirnConfig.cmake
  INSTALL_DESTINATION ${config_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(pirnConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pirnConfig.cmake ${PROJECT_BINARY_DIR}/pirnConfigVersion.cmake
  DESTINATION ${config_dir})

file(GLOB man_pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/man/*.1)
if(man_pages)
  install(FILES ${man_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
# Completions go where each shell looks.
set(completions ${PROJECT_SOURCE_DIR}/completions)
if(EXISTS ${completions}/pirn.bash)
  install(FILES ${completions}/pirn.bash RENAME pirn
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()
if(EXISTS ${completions}/_pirn)
  install(FILES ${completions}/_pirn DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
endif()
if(EXISTS ${completions}/pirn.fish)
  install(FILES ${completions}/pirn.fish
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
