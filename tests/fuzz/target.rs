//! One target, by the name in `FUZZ_TARGET`: libFuzzer chooses the inputs by what they reach, and half of its changes
//! are ours, which know the words of the target.
#![no_main]
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use partnerspace_tests::fuzz::Target;
use std::sync::LazyLock;

static TARGET: LazyLock<&Target> =
    LazyLock::new(|| Target::of(&std::env::var("FUZZ_TARGET").unwrap_or_default()));

fuzz_target!(|input: &[u8]| (TARGET.check)(input));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % 2 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut input = TARGET.input(&[data[..size].to_vec()], u64::from(seed), 0);
    input.truncate(max_size);
    data[..input.len()].copy_from_slice(&input);
    input.len()
});
