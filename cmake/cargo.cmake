# Builds the crate's static library: target rssl_cargo makes the file RSSL_CARGO_LIBRARY.
# Also defines RSSL_NATIVE_LIBRARIES, what a program must link beside it.
#
# Cargo has two environments, so that nothing is built anew that another Cargo built: RSSL_CARGO_ENV, and
# RSSL_RELEASE_ENV for what librssl is made of. They differ where the build is guided by a profile.

foreach(tool cargo rustc)
  string(TOUPPER ${tool} TOOL)
  find_program(RSSL_${TOOL} ${tool} HINTS "$ENV{CARGO_HOME}/bin" "$ENV{HOME}/.cargo/bin")
  if(NOT RSSL_${TOOL})
    message(FATAL_ERROR "${tool} was not found: install Rust from https://rustup.rs, "
                        "or set RSSL_${TOOL} to its path")
  endif()
endforeach()

file(STRINGS Cargo.toml RSSL_RUST_LINE REGEX "^rust-version = ")
string(REGEX REPLACE ".*\"(.*)\"" "\\1" RSSL_RUST_NEEDED "${RSSL_RUST_LINE}")
# Which compiler rustup runs can depend on the directory.
execute_process(COMMAND "${RSSL_RUSTC}" -vV WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
                OUTPUT_VARIABLE RSSL_RUSTC_SAYS)
string(REGEX REPLACE "^rustc ([0-9.]+).*" "\\1" RSSL_RUST_FOUND "${RSSL_RUSTC_SAYS}")
string(REGEX REPLACE ".*host: ([^\n]+).*" "\\1" RSSL_RUST_HOST "${RSSL_RUSTC_SAYS}")
if(RSSL_RUST_FOUND VERSION_LESS RSSL_RUST_NEEDED)
  message(FATAL_ERROR "${RSSL_RUSTC} is version ${RSSL_RUST_FOUND}, "
                      "librssl needs ${RSSL_RUST_NEEDED}: run `rustup update stable`")
endif()

if(NOT RSSL_CRYPTO MATCHES "^(aws-lc-rs|ring)$")
  message(FATAL_ERROR "RSSL_CRYPTO is \"${RSSL_CRYPTO}\": it must be aws-lc-rs or ring")
endif()
set(RSSL_FEATURES ${RSSL_CRYPTO})
foreach(feature bundled-roots brotli zlib rustls-ffi-interop)
  string(TOUPPER ${feature} option)
  string(REPLACE "-" "_" option "RSSL_${option}")
  if(${option})
    list(APPEND RSSL_FEATURES ${feature})
  endif()
endforeach()
string(REPLACE ";" "," RSSL_FEATURES "${RSSL_FEATURES}")

if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(RSSL_CARGO_PROFILE dev)
  set(RSSL_CARGO_OUTPUT "${RSSL_CARGO_TARGET_DIR}/debug")
else()
  set(RSSL_CARGO_PROFILE release)
  set(RSSL_CARGO_OUTPUT "${RSSL_CARGO_TARGET_DIR}/release")
endif()

# CPU-jitter seeding is off: SECURITY.md.
set(RSSL_CARGO_ENV "CARGO_TARGET_DIR=${RSSL_CARGO_TARGET_DIR}" AWS_LC_SYS_NO_JITTER_ENTROPY=1
                   --unset=CARGO_BUILD_TARGET)
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  list(APPEND RSSL_CARGO_ENV CARGO_PROFILE_RELEASE_DEBUG=true)
endif()

execute_process(
  COMMAND "${RSSL_RUSTC}" --crate-name native --crate-type staticlib --print native-static-libs
          -o "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/native.a" -
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" INPUT_FILE /dev/null
  OUTPUT_VARIABLE RSSL_NATIVE_NOTE ERROR_VARIABLE RSSL_NATIVE_NOTE RESULT_VARIABLE RSSL_RUSTC_STATUS)
if(NOT RSSL_RUSTC_STATUS EQUAL 0 OR NOT RSSL_NATIVE_NOTE MATCHES "native-static-libs: ([^\n]*)")
  message(FATAL_ERROR "rustc does not say which native libraries it needs: ${RSSL_NATIVE_NOTE}")
endif()
string(STRIP "${CMAKE_MATCH_1}" RSSL_NATIVE_FLAGS)
separate_arguments(RSSL_NATIVE_LIBRARIES UNIX_COMMAND "${RSSL_NATIVE_FLAGS}")

# One crate type: Cargo drops link-time optimization when a library is built as both.
set(RSSL_CARGO_RUSTC "${RSSL_CARGO}" rustc --locked --lib --crate-type staticlib
    --profile ${RSSL_CARGO_PROFILE} --no-default-features --features "${RSSL_FEATURES}")
set(RSSL_CARGO_TESTCA "${RSSL_CARGO}" build --locked -p testca --profile ${RSSL_CARGO_PROFILE})

set(RSSL_RELEASE_ENV ${RSSL_CARGO_ENV})
set(RSSL_PGO_PROFILE)
include(cmake/pgo.cmake)
set(RSSL_CARGO_LIBRARY "${RSSL_CARGO_OUTPUT}/librssl.a")

add_custom_target(rssl_cargo
  COMMAND "${CMAKE_COMMAND}" -E env ${RSSL_RELEASE_ENV} ${RSSL_CARGO_RUSTC}
  DEPENDS ${RSSL_PGO_PROFILE}
  BYPRODUCTS "${RSSL_CARGO_LIBRARY}"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
  COMMENT "Building the Rust library (${RSSL_CARGO_PROFILE}, ${RSSL_FEATURES})"
  USES_TERMINAL VERBATIM)
