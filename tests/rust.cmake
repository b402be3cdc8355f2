# Cargo's own tests and checks, with the features of this build and those that exist for tests.

set(cargo "${CMAKE_COMMAND}" -E env ${RSSL_CARGO_ENV}
    "${CMAKE_COMMAND}" -E chdir "${PROJECT_SOURCE_DIR}" "${RSSL_CARGO}")
set(selection --workspace --locked --no-default-features --features "${RSSL_FEATURES},panic-hook")

rssl_add_test(rust.format TIMEOUT 60 LABELS rust COMMAND ${cargo} fmt --all --check)
rssl_add_test(rust.clippy TIMEOUT 900 LABELS rust slow
  COMMAND ${cargo} clippy ${selection} --all-targets -- -D warnings)
rssl_add_test(rust.test TIMEOUT 1200 LABELS rust slow COMMAND ${cargo} test ${selection})
# The fuzz targets' corpora once more, without libFuzzer.
set(fuzz --manifest-path fuzz/Cargo.toml --locked --no-default-features)
rssl_add_test(rust.fuzz TIMEOUT 900 LABELS rust slow COMMAND ${cargo} test ${fuzz})
rssl_add_test(rust.fuzz_clippy TIMEOUT 900 LABELS rust slow
  COMMAND ${cargo} clippy ${fuzz} --all-targets -- -D warnings)
rssl_add_test(rust.fuzz_format TIMEOUT 60 LABELS rust
  COMMAND ${cargo} fmt --manifest-path fuzz/Cargo.toml --all --check)
# Cargo lets one of them into the target directory at a time: waiting is not what TIMEOUT limits.
set_tests_properties(rust.clippy rust.test rust.fuzz rust.fuzz_clippy PROPERTIES RESOURCE_LOCK cargo PROCESSORS 2)

# `make audit` also asks for known vulnerabilities, which needs the network.
find_program(RSSL_CARGO_DENY cargo-deny HINTS "$ENV{CARGO_HOME}/bin" "$ENV{HOME}/.cargo/bin")
mark_as_advanced(RSSL_CARGO_DENY)
if(RSSL_CARGO_DENY)
  rssl_add_test(rust.deny TIMEOUT 120 LABELS rust
    COMMAND ${cargo} deny --offline --locked check licenses bans sources)
endif()
