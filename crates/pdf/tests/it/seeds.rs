//! The fuzzer's seeds go through what the fuzzer asks of every input, and each is still read as what it is.

#[path = "../../fuzz/src/lib.rs"]
pub mod fuzz;

#[test]
fn the_seeds_of_the_fuzzer_are_read_and_hold() {
    for (name, target) in fuzz::TARGETS {
        let folder = format!("{}/fuzz/seeds/{name}", env!("CARGO_MANIFEST_DIR"));
        let mut seeds: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        seeds.sort();
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for seed in seeds {
            assert!(target(&std::fs::read(&seed).unwrap()), "{} is not read", seed.display());
        }
    }
}
