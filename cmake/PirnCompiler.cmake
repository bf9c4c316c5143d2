# Compiler settings: what every user of pirn needs, and what stays with pirn's own targets.

if(NOT CMAKE_BUILD_TYPE AND PROJECT_IS_TOP_LEVEL)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
endif()

if(NOT PIRN_CCACHE STREQUAL "OFF" AND NOT CMAKE_CXX_COMPILER_LAUNCHER AND PROJECT_IS_TOP_LEVEL)
  find_program(PIRN_CCACHE_PROGRAM ccache)
  if(PIRN_CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${PIRN_CCACHE_PROGRAM})
    set(CMAKE_C_COMPILER_LAUNCHER ${PIRN_CCACHE_PROGRAM})
  elseif(PIRN_CCACHE STREQUAL "ON")
    message(FATAL_ERROR "PIRN_CCACHE=ON, but there is no ccache")
  endif()
endif()

if(PIRN_SANITIZE)
  # For the whole build: a program that is half instrumented gives false reports.
  add_compile_options(
    -fsanitize=${PIRN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${PIRN_SANITIZE})
endif()

# What a program that includes pirn's headers must compile with.
function(pirn_usage_flags target scope)
  target_compile_features(${target} ${scope} cxx_std_23)
  # Symmetric transfer is a tail call; GCC makes one below -O2 only when told to.
  target_compile_options(${target} ${scope}
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-foptimize-sibling-calls>)
endfunction()

# Warnings for pirn's own sources; never part of what users inherit. In a unity build a name of one
# file would be said to shadow another file's.
function(pirn_warnings target)
  set(alone $<NOT:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wall -Wextra -Wconversion>
    $<$<AND:$<COMPILE_LANG_AND_ID:CXX,Clang>,${alone}>:-Wshadow>
    # g++ 12 cries wolf on coroutine frames (also of types without linkage) and inlined containers.
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wall -Wextra -Wno-maybe-uninitialized -Wno-array-bounds
      -Wno-stringop-overflow -Wno-restrict -Wno-subobject-linkage>
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${PIRN_WERROR}>>:-Werror>)
endfunction()
