#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (pattern, text) = text.split_once('\n').unwrap_or(("%d/%m/%Y %H:%M", text));
    probity_fuzz::ingest::targets::time(pattern, text);
});
