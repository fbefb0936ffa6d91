#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| probity_fuzz::rules::targets::correlation(text));
