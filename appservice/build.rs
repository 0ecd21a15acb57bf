//! Linker's arguments for the program as it is shipped.
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    // The profile `dist`. Relocations in a hundredth of their size: half a megabyte that every start would
    // read and keep. The C library must be of 2022 (2.36) or newer; an older one says so.
    let shipped = is("OPT_LEVEL", "s");
    if shipped && is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
