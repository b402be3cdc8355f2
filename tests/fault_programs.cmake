# What the tests in faults, load and certificates share: how their programs are built, and
# certificates.

find_package(Python3 3.8 REQUIRED COMPONENTS Interpreter)

function(add_fault_program name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE rssl::rssl)
  target_compile_definitions(${name} PRIVATE _POSIX_C_SOURCE=200809L)
  target_compile_options(${name} PRIVATE -Wall -Wextra -Werror -pedantic)
  set_target_properties(${name} PROPERTIES
    C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
endfunction()

# Throw-away certificates for every test here.
set(certificates "${CMAKE_CURRENT_BINARY_DIR}/fault_certificates")
rssl_add_test(faults.certificates TIMEOUT 120 LABELS faults load certificates
  COMMAND "${RSSL_TESTCA}" "${certificates}")
set_tests_properties(faults.certificates PROPERTIES FIXTURES_SETUP fault_certificates)
