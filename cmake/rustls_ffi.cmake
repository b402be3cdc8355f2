# rustls-ffi inside the library: its header, RSSL_RUSTLS_FFI_HEADER, the directory in which that
# lies, and the version script that also exports what it declares, in place of RSSL_MAP.

execute_process(
  COMMAND "${RSSL_CARGO}" metadata --locked --format-version 1 --filter-platform ${RSSL_RUST_HOST}
          --features rustls-ffi-interop
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
  OUTPUT_VARIABLE RSSL_METADATA RESULT_VARIABLE RSSL_METADATA_STATUS)
# The directory has the version in its name where Cargo unpacked it, and may have none in a vendored
# tree.
if(NOT RSSL_METADATA_STATUS EQUAL 0
   OR NOT RSSL_METADATA MATCHES "\"([^\"]*/rustls-ffi[^/\"]*)/Cargo\\.toml\"")
  message(FATAL_ERROR "cargo metadata does not say where the source of rustls-ffi is")
endif()
set(RSSL_RUSTLS_FFI_INCLUDE "${CMAKE_MATCH_1}/src")
set(RSSL_RUSTLS_FFI_HEADER "${RSSL_RUSTLS_FFI_INCLUDE}/rustls.h")

# As the compiler sees it: some functions are there with one cryptography only.
string(TOUPPER "${RSSL_CRYPTO}" RSSL_CRYPTO_DEFINE)
string(REPLACE "-" "_" RSSL_CRYPTO_DEFINE "DEFINE_${RSSL_CRYPTO_DEFINE}")
execute_process(
  COMMAND "${CMAKE_C_COMPILER}" -E "-D${RSSL_CRYPTO_DEFINE}" "${RSSL_RUSTLS_FFI_HEADER}"
  OUTPUT_VARIABLE RSSL_RUSTLS_DECLARATIONS RESULT_VARIABLE RSSL_PREPROCESSOR_STATUS)
string(REPLACE ";" " " RSSL_RUSTLS_DECLARATIONS "${RSSL_RUSTLS_DECLARATIONS}")
string(REGEX MATCHALL "rustls_[a-z0-9_]+\\(|extern const [a-z0-9_]+ RUSTLS_[A-Z0-9_]+"
       RSSL_RUSTLS_SYMBOLS "${RSSL_RUSTLS_DECLARATIONS}")
if(NOT RSSL_PREPROCESSOR_STATUS EQUAL 0 OR NOT RSSL_RUSTLS_SYMBOLS)
  message(FATAL_ERROR "${RSSL_RUSTLS_FFI_HEADER} declares no functions")
endif()
list(TRANSFORM RSSL_RUSTLS_SYMBOLS REPLACE "\\(|.* " "")
list(TRANSFORM RSSL_RUSTLS_SYMBOLS REPLACE "(.+)" "    \\1;")
string(REPLACE ";;" ";\n" RSSL_RUSTLS_SYMBOLS "${RSSL_RUSTLS_SYMBOLS}")

file(STRINGS "${RSSL_RUSTLS_FFI_HEADER}" RSSL_RUSTLS_LINE REGEX "^#define RUSTLS_VERSION_M[AJINOR]+ ")
list(TRANSFORM RSSL_RUSTLS_LINE REPLACE "[^0-9]+" "")
list(JOIN RSSL_RUSTLS_LINE "." RSSL_RUSTLS_LINE)

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS Cargo.lock)
configure_file(cmake/rssl_ffi.map.in rssl_ffi.map @ONLY)
file(READ "${RSSL_MAP}" RSSL_MAP_TEXT)
file(READ "${CMAKE_CURRENT_BINARY_DIR}/rssl_ffi.map" RSSL_FFI_MAP_TEXT)
set(RSSL_MAP "${CMAKE_CURRENT_BINARY_DIR}/rssl.map")
file(CONFIGURE OUTPUT "${RSSL_MAP}" CONTENT "@RSSL_MAP_TEXT@\n@RSSL_FFI_MAP_TEXT@" @ONLY)
