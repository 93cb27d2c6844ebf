//! One changed bit anywhere in a concluded contract, also in what nobody would see, is found by `yinxin verify`.

use std::ffi::OsStr;
use std::fs;

use e2e::{Error, Scratch, run_program};

use crate::demo::concluded;
use crate::scene::sample_path;

/// Bits that are tried, spread over the whole file.
const TRIED: usize = 120;

#[test]
fn one_changed_bit_is_found() -> Result<(), Error> {
    let finished = concluded(&sample_path("mall-order"), None)?;
    let whole = fs::read(&finished.contract).expect("contract.pdf");
    let folder = Scratch::new()?;
    let path = folder.path().join("changed.pdf");
    let arguments = [OsStr::new("verify"), path.as_os_str(), OsStr::new("--trust"), finished.trust.as_os_str()];
    let status = |bytes: &[u8]| -> Result<Option<i32>, Error> {
        fs::write(&path, bytes).expect("the folder can be written");
        Ok(run_program(folder.path(), &arguments)?.status)
    };
    assert_eq!(status(&whole)?, Some(0), "unchanged it is valid and trusted");

    let mut places: Vec<(usize, u8)> = (0..TRIED)
        .map(|number| (number * whole.len() / TRIED + number * 7919 % (whole.len() / TRIED), 1 << (number % 8)))
        .map(|(at, bit)| (at.min(whole.len() - 1), bit))
        .collect();
    // Bit 5 is the case of a hex digit; the last digits of /Contents are padding.
    for contents in signatures(&whole) {
        let letter = contents.clone().find(|at| whole[*at].is_ascii_alphabetic());
        places.extend(letter.map(|at| (at, 0x20)));
        places.extend([(contents.start, 1), (contents.end - 1, 1), (contents.end - 2, 8)]);
    }
    assert!(places.len() >= TRIED + 6 * 3, "six signatures: {}", places.len());
    for (at, bit) in places {
        let mut changed = whole.clone();
        changed[at] ^= bit;
        let status = status(&changed)?;
        assert!(matches!(status, Some(1 | 2)), "bit {bit:#x} at {at} of {}: {status:?}", whole.len());
    }
    Ok(())
}

/// Where the hex digits of every signature stand: the long runs of them between `<` and `>`.
fn signatures(file: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, byte) in file.iter().enumerate() {
        match (byte, start) {
            (b'<', _) => start = Some(at + 1),
            (b'>', Some(from)) if at - from > 2_000 => {
                found.push(from..at);
                start = None;
            }
            (byte, Some(_)) if !byte.is_ascii_hexdigit() => start = None,
            _ => {}
        }
    }
    found
}
