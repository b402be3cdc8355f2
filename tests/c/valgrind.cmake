# The programs under memcheck, and those with threads under helgrind.
#
# AWS-LC asks the processor what it can do, and valgrind's answer leaves out what valgrind does
# not know: nothing needs to be set for that.

find_program(RSSL_VALGRIND valgrind)
mark_as_advanced(RSSL_VALGRIND)
if(NOT RSSL_VALGRIND)
  message(STATUS "No tests under valgrind: it was not found")
  return()
endif()
set(environment ${environment} RSSL_TEST_MIB=1)

# "Possibly lost" is what Rust's hash tables are, to which only a pointer into the middle leads.
foreach(program ${programs})
  rssl_c_test(valgrind.${program} 300 valgrind
    "${RSSL_VALGRIND}" --quiet --error-exitcode=99 --leak-check=full
    --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect
    "$<TARGET_FILE:c_${program}>")
endforeach()

foreach(program threads hello_later)
  rssl_c_test(helgrind.${program} 300 valgrind
    "${RSSL_VALGRIND}" --tool=helgrind --quiet --error-exitcode=99
    "--suppressions=${CMAKE_CURRENT_SOURCE_DIR}/helgrind.supp" "$<TARGET_FILE:c_${program}>")
endforeach()
