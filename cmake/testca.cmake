# The program that makes certificates for tests, the benchmark and the demo: target testca, path
# RSSL_TESTCA, which the demo finds in the cache.

set(RSSL_TESTCA "${RSSL_CARGO_OUTPUT}/testca" CACHE INTERNAL "")
set(RSSL_TESTCA_ALL)
if(RSSL_BUILD_TESTS OR RSSL_BUILD_BENCHES)
  set(RSSL_TESTCA_ALL ALL)
endif()
add_custom_target(testca ${RSSL_TESTCA_ALL}
  COMMAND "${CMAKE_COMMAND}" -E env ${RSSL_RELEASE_ENV} ${RSSL_CARGO_TESTCA}
  BYPRODUCTS "${RSSL_TESTCA}"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
  COMMENT "Building testca" USES_TERMINAL VERBATIM)
add_dependencies(testca rssl_cargo) # one Cargo at a time
