//! Every input of the corpora once more, whole and cut in half.

use std::fs;
use std::path::Path;

fn replay(name: &str) {
    let (_, run) = rssl_fuzz::TARGETS
        .iter()
        .find(|(target, _)| *target == name)
        .expect("a target");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let mut inputs: Vec<_> = fs::read_dir(&corpus)
        .unwrap_or_else(|error| panic!("{}: {error}", corpus.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{} is empty", corpus.display());
    run(b"");
    for path in inputs {
        println!("{}", path.display());
        let input = fs::read(&path).expect("an input");
        run(&input);
        run(&input[..input.len() / 2]);
    }
}

macro_rules! replay {
    ($($target:ident)*) => {
        $(#[test]
        fn $target() {
            replay(stringify!($target));
        })*

        #[test]
        fn every_target_is_replayed() {
            let here = [$(stringify!($target)),*];
            assert!(rssl_fuzz::TARGETS.iter().map(|(name, _)| *name).eq(here));
        }
    };
}

replay!(client server material certificate settings calls peers gcm);
