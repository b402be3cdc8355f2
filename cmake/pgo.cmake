# Profile-guided optimization: the library is built so that it counts, does what the benchmark does, and is
# built again by what was counted. Sets RSSL_PGO_PROFILE, the file to wait for, and turns RSSL_RELEASE_ENV
# and RSSL_CARGO_OUTPUT to the second build; leaves all three as they are where the build does without.
#
# A profile is good until the compiler or a dependency changes. Functions that changed since it was taken
# are compiled as if there were none.

if(NOT RSSL_PGO MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "RSSL_PGO is \"${RSSL_PGO}\": it must be AUTO, ON or OFF")
endif()
if(RSSL_PGO STREQUAL "OFF" OR (RSSL_PGO STREQUAL "AUTO" AND RSSL_CARGO_PROFILE STREQUAL "dev"))
  return()
endif()

# No other program reads what this compiler counts.
execute_process(COMMAND "${RSSL_RUSTC}" --print target-libdir WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
                OUTPUT_VARIABLE RSSL_RUST_LIBDIR OUTPUT_STRIP_TRAILING_WHITESPACE)
get_filename_component(RSSL_PROFDATA "${RSSL_RUST_LIBDIR}/../bin/llvm-profdata" ABSOLUTE)
file(GLOB RSSL_PROFILER "${RSSL_RUST_LIBDIR}/libprofiler_builtins-*.rlib")
set(RSSL_PGO_LACKS)
if(RSSL_CARGO_PROFILE STREQUAL "dev")
  set(RSSL_PGO_LACKS "a release build")
elseif(NOT RSSL_PROFILER)
  set(RSSL_PGO_LACKS "a compiler with profiler_builtins, as rustup has it")
elseif(NOT EXISTS "${RSSL_PROFDATA}")
  set(RSSL_PGO_LACKS "${RSSL_PROFDATA}: run `rustup component add llvm-tools`")
endif()
if(RSSL_PGO_LACKS)
  if(RSSL_PGO STREQUAL "ON")
    message(FATAL_ERROR "RSSL_PGO needs ${RSSL_PGO_LACKS}")
  endif()
  message(STATUS "No profile will guide librssl, for which it is a few per cent slower. "
                 "That needs ${RSSL_PGO_LACKS}")
  return()
endif()

string(REGEX REPLACE ".*commit-hash: ([0-9a-z]+).*" "\\1" RSSL_RUST_COMMIT "${RSSL_RUSTC_SAYS}")
set(RSSL_PGO_DIR "${CMAKE_CURRENT_BINARY_DIR}/pgo")
set(RSSL_PGO_PROFILE "${RSSL_PGO_DIR}/rustc-${RSSL_RUST_FOUND}-${RSSL_RUST_COMMIT}.profdata")

# Cargo takes flags from one place. It is told the target, so that programs which the build itself runs
# do not have them.
set(RSSL_RUSTFLAGS "$ENV{RUSTFLAGS}" CACHE STRING
    "Flags for rustc where a profile guides it, separated by blanks; Cargo's configuration has no say then")
function(rssl_rust_env variable flag)
  string(ASCII 31 between)
  string(REGEX MATCHALL "[^ ]+" flags "${RSSL_RUSTFLAGS}")
  list(APPEND flags "${flag}")
  string(REPLACE ";" "${between}" flags "${flags}")
  set(${variable} ${RSSL_CARGO_ENV} "CARGO_BUILD_TARGET=${RSSL_RUST_HOST}"
                  "CARGO_ENCODED_RUSTFLAGS=${flags}" PARENT_SCOPE)
endfunction()
rssl_rust_env(RSSL_COUNTING_ENV "-Cprofile-generate=${RSSL_PGO_DIR}")
rssl_rust_env(RSSL_RELEASE_ENV "-Cprofile-use=${RSSL_PGO_PROFILE}")
set(RSSL_CARGO_OUTPUT "${RSSL_CARGO_TARGET_DIR}/${RSSL_RUST_HOST}/release")

set(RSSL_COUNTING "${RSSL_PGO_DIR}/librssl-${RSSL_RUST_FOUND}-${RSSL_RUST_COMMIT}.a")
add_custom_command(OUTPUT "${RSSL_COUNTING}"
  COMMAND "${CMAKE_COMMAND}" -E env ${RSSL_COUNTING_ENV} ${RSSL_CARGO_RUSTC}
  COMMAND "${CMAKE_COMMAND}" -E env ${RSSL_COUNTING_ENV} ${RSSL_CARGO_TESTCA}
  COMMAND "${CMAKE_COMMAND}" -E copy "${RSSL_CARGO_OUTPUT}/testca" "${RSSL_PGO_DIR}/testca"
  COMMAND "${CMAKE_COMMAND}" -E copy "${RSSL_CARGO_OUTPUT}/librssl.a" "${RSSL_COUNTING}"
  DEPENDS "${PROJECT_SOURCE_DIR}/Cargo.lock"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
  COMMENT "Building the Rust library so that it counts (RSSL_PGO)" USES_TERMINAL VERBATIM)
add_custom_target(rssl_counting_library DEPENDS "${RSSL_COUNTING}")

include("${PROJECT_SOURCE_DIR}/benches/sources.cmake")
find_package(Threads REQUIRED)
add_executable(rssl_counting EXCLUDE_FROM_ALL
  ${RSSL_BENCH_SOURCES} "${PROJECT_SOURCE_DIR}/benches/backend_rssl.c")
add_dependencies(rssl_counting rssl_counting_library)
target_include_directories(rssl_counting PRIVATE "${PROJECT_SOURCE_DIR}/include")
target_compile_options(rssl_counting PRIVATE -w) # whatever a project around this one asks for
target_link_options(rssl_counting PRIVATE LINKER:-u,__llvm_profile_runtime)
target_link_libraries(rssl_counting PRIVATE
  "${RSSL_COUNTING}" ${RSSL_NATIVE_LIBRARIES} Threads::Threads)
set_target_properties(rssl_counting PROPERTIES LINK_DEPENDS "${RSSL_COUNTING}"
  C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS ON RUNTIME_OUTPUT_DIRECTORY pgo)

add_custom_command(OUTPUT "${RSSL_PGO_PROFILE}"
  COMMAND sh "${PROJECT_SOURCE_DIR}/benches/profile.sh" "$<TARGET_FILE:rssl_counting>"
          "${RSSL_PGO_DIR}/testca" "${RSSL_PROFDATA}" "${RSSL_PGO_PROFILE}"
  DEPENDS rssl_counting "${PROJECT_SOURCE_DIR}/benches/profile.sh"
  COMMENT "Counting what the library does (RSSL_PGO)" VERBATIM)
