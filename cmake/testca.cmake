# The program that makes certificates for tests and the benchmark: target testca, path RSSL_TESTCA.

set(RSSL_TESTCA "${RSSL_CARGO_OUTPUT}/testca")
add_custom_target(testca ALL
  COMMAND "${CMAKE_COMMAND}" -E env ${RSSL_RELEASE_ENV} ${RSSL_CARGO_TESTCA}
  BYPRODUCTS "${RSSL_TESTCA}"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
  COMMENT "Building testca" USES_TERMINAL VERBATIM)
add_dependencies(testca rssl_cargo) # one Cargo at a time
