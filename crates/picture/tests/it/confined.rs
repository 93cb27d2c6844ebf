//! The process that draws: it answers as it says, and what asks for too much ends it and nobody else.

use std::io::Write as _;
use std::process::{Child, Command, Output, Stdio};

use yinxin_picture::{CPU_SECONDS, MEMORY_BYTES};

use crate::made::{page, sealed_page, stream};

fn started(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yinxin-picture"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn answer(arguments: &[&str], file: &[u8]) -> Output {
    let mut child = started(arguments);
    // A process that has ended already reads nothing.
    let _ = child.stdin.take().unwrap().write_all(file);
    child.wait_with_output().unwrap()
}

#[test]
fn a_page_comes_out_as_png_and_a_refusal_with_its_code() {
    let output = answer(&["1", "170"], &sealed_page(0));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    // The signature of PNG, and IHDR with the size.
    assert_eq!(output.stdout[..8], *b"\x89PNG\r\n\x1a\n");
    assert_eq!(output.stdout[16..24], [0, 0, 0, 170, 0, 0, 0, 180]);
    for (arguments, file, said) in [
        (&["2", "170"][..], sealed_page(0), "picture.no_such_page "),
        (&["1", "60000"], sealed_page(0), "picture.too_large "),
        (&["1", "170"], b"no PDF".to_vec(), "picture.unreadable "),
        (&["0", "170"], vec![], "usage"),
        (&["1"], vec![], "usage"),
    ] {
        let output = answer(arguments, &file);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
        assert!(String::from_utf8_lossy(&output.stderr).starts_with(said), "{said}");
    }
}

#[test]
fn the_process_is_confined_before_it_reads() {
    let mut child = started(&["1", "100"]);
    let limits = format!("/proc/{}/limits", child.id());
    let (memory, time) = (MEMORY_BYTES.to_string(), CPU_SECONDS.to_string());
    let holds = |text: &str, name: &str, most: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..].split_whitespace().take(2).all(|word| word == most)
    };
    // It waits for its input meanwhile.
    loop {
        let text = std::fs::read_to_string(&limits).unwrap();
        if holds(&text, "Max address space", &memory) && holds(&text, "Max cpu time", &time) {
            break;
        }
        assert!(child.try_wait().unwrap().is_none(), "it ended without having been asked");
        std::thread::yield_now();
    }
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

/// Files of a few kilobytes, were they compressed, that take gigabytes or break the renderer: the process ends, and says so by its status.
#[test]
fn hostile_files_end_the_process_that_draws_them() {
    let box_ = "/MediaBox[0 0 595 842]";
    let fills = b"1 0 0 rg 0 0 595 842 re f ".repeat(200_000);
    let path = [b"0 0 m ", &b"595 842 l 0 842 l 595 0 l 0 0 l ".repeat(300_000)[..], b" f"].concat();
    let image = stream(
        "/Type/XObject/Subtype/Image/Width 4294967295/Height 4294967295/BitsPerComponent 16/ColorSpace/DeviceRGB",
        &[0; 100],
    );
    let drawn = b"q 500 0 0 500 0 0 cm /I Do Q";
    for (name, file) in [
        ("fills", page(box_, "", &fills, &[])),
        ("one path", page(box_, "", &path, &[])),
        ("a picture larger than any memory", page(box_, "/XObject<</I 5 0 R>>", drawn, &[image])),
    ] {
        let output = answer(&["1", "300"], &file);
        assert!(!output.status.success() && output.stdout.is_empty(), "{name}: {:?}", output.status);
        assert_ne!(output.status.code(), Some(1), "{name} is no refusal");
    }
    // What only looks hostile: a page tree that bites its tail in a form, and more saved states than anybody needs.
    let itself = stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>", b"/F Do");
    for (name, file) in [
        ("a form in itself", page(box_, "/XObject<</F 5 0 R>>", b"/F Do", &[itself])),
        ("saved states", page(box_, "", &b"q ".repeat(500_000), &[])),
    ] {
        assert_eq!(answer(&["1", "100"], &file).status.code(), Some(0), "{name}");
    }
}
