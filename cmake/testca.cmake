# The program that makes certificates for tests and the benchmark: target testca, path RSSL_TESTCA.

get_filename_component(RSSL_CARGO_OUTPUT "${RSSL_CARGO_LIBRARY}" DIRECTORY)
set(RSSL_TESTCA "${RSSL_CARGO_OUTPUT}/testca")
add_custom_target(testca ALL
  COMMAND "${CMAKE_COMMAND}" -E env ${RSSL_CARGO_ENV}
          "${RSSL_CARGO}" build --locked -p testca --profile ${RSSL_CARGO_PROFILE}
  BYPRODUCTS "${RSSL_TESTCA}"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
  COMMENT "Building testca" USES_TERMINAL VERBATIM)
add_dependencies(testca rssl_cargo) # one Cargo at a time
