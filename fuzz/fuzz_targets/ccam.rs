#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| assert!(traitant::analyseurs::nomme("ccam")(octets)));
