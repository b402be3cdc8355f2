# The programs against other builds of the library, made when their tests run: with the hook
# that panics (`c.panic`), and under AddressSanitizer (`asan.PROGRAM`).

# rssl_c_variant(NAME TARGET_DIR OUTPUT CARGO_ARGUMENTS ARGUMENT... ENVIRONMENT VARIABLE=VALUE...):
# library rssl_NAME, of the profile dev, which Cargo leaves in TARGET_DIR/OUTPUT.
function(rssl_c_variant name target_dir output)
  cmake_parse_arguments(PARSE_ARGV 3 VARIANT "" "" "CARGO_ARGUMENTS;ENVIRONMENT")
  # A copy: builds with other features leave theirs at the same place.
  set(library "${CMAKE_CURRENT_BINARY_DIR}/rssl_${name}/librssl.a")
  add_custom_target(rssl_cargo_${name}
    COMMAND "${CMAKE_COMMAND}" -E env ${RSSL_CARGO_ENV} "CARGO_TARGET_DIR=${target_dir}"
            ${VARIANT_ENVIRONMENT}
            "${RSSL_CARGO}" rustc --locked --lib --crate-type staticlib --profile dev
            --no-default-features ${VARIANT_CARGO_ARGUMENTS}
    COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${target_dir}/${output}/librssl.a" "${library}"
    BYPRODUCTS "${library}"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" VERBATIM)
  add_library(rssl_${name} STATIC IMPORTED)
  add_dependencies(rssl_${name} rssl_cargo_${name})
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/rssl_${name}")
  set_target_properties(rssl_${name} PROPERTIES IMPORTED_LOCATION "${library}")
  target_include_directories(rssl_${name} INTERFACE "${PROJECT_SOURCE_DIR}/include")
  target_compile_definitions(rssl_${name} INTERFACE RSSL_STATIC)
  target_link_libraries(rssl_${name} INTERFACE ${RSSL_NATIVE_LIBRARIES})
endfunction()

# rssl_build_test(NAME TARGET FIXTURE LABEL): a test that builds TARGET for the tests of FIXTURE.
function(rssl_build_test name target fixture label)
  set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
  rssl_add_test(${name} TIMEOUT 900 LABELS ${label}
    COMMAND "${CMAKE_COMMAND}" --build "${PROJECT_BINARY_DIR}" --target ${target})
  set_tests_properties(${name} PROPERTIES
    FIXTURES_SETUP ${fixture} RESOURCE_LOCK cargo PROCESSORS 2)
endfunction()

# Beside what `rust.test` builds.
rssl_c_variant(panic_hook "${RSSL_CARGO_TARGET_DIR}" debug
  CARGO_ARGUMENTS --features "${RSSL_FEATURES},panic-hook")
rssl_c_program(c_panic panic rssl_panic_hook)
rssl_build_test(c.panic.build c_panic c_panic c)
rssl_c_test(c.panic 60 c c_panic)
set_tests_properties(c.panic PROPERTIES FIXTURES_REQUIRED "c_certs;c_panic")

# The compiler's runtime serves the Rust code too, which calls it by the same names. What neither
# instruments, the Rust standard library and AWS-LC, is seen at malloc, free and memcpy alone.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_FLAGS -fsanitize=address)
check_c_source_compiles("int main(void) { return 0; }" RSSL_HAS_ASAN)
unset(CMAKE_REQUIRED_FLAGS)
if(NOT RSSL_HAS_ASAN)
  message(STATUS "No tests under AddressSanitizer: the C compiler has no -fsanitize=address")
  return()
endif()

# The stable compiler takes -Z under RUSTC_BOOTSTRAP. With --target the flags are not for build
# scripts.
rssl_c_variant(asan "${CMAKE_CURRENT_BINARY_DIR}/asan-cargo" "${RSSL_RUST_HOST}/debug"
  CARGO_ARGUMENTS --target ${RSSL_RUST_HOST} --features "${RSSL_FEATURES}"
  ENVIRONMENT RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address)
add_custom_target(c_asan)
rssl_build_test(asan.build c_asan c_asan asan)
foreach(program ${programs})
  rssl_c_program(asan_${program} ${program} rssl_asan -fsanitize=address -fno-omit-frame-pointer)
  set_target_properties(asan_${program} PROPERTIES EXCLUDE_FROM_ALL ON)
  add_dependencies(c_asan asan_${program})
  rssl_c_test(asan.${program} 300 asan asan_${program})
  set_tests_properties(asan.${program} PROPERTIES
    ENVIRONMENT "${environment};RSSL_TEST_MIB=5" FIXTURES_REQUIRED "c_certs;c_asan")
endforeach()
