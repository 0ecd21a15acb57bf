//! One target, called as the program that this is compiled as: libFuzzer chooses the inputs by what they reach, and
//! half of its changes are ours, which know the words of the target.
#![no_main]
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use partnerspace_tests::fuzz::Target;

fn target() -> &'static Target {
    Target::of(env!("CARGO_BIN_NAME"))
}

fuzz_target!(|input: &[u8]| (target().check)(input));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % 2 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut input = target().input(&[data[..size].to_vec()], u64::from(seed), 0);
    input.truncate(max_size);
    data[..input.len()].copy_from_slice(&input);
    input.len()
});
