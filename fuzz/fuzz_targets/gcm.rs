#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rssl_fuzz::gcm::run(data));
