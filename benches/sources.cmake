# The program of the benchmark, but for its backend.

set(RSSL_BENCH_SOURCES main measure pair bulk connections ends handshakes proxy start threads)
list(TRANSFORM RSSL_BENCH_SOURCES REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/benches/\\1.c")
