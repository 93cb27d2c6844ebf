//! Seals and seal signatures that pass between this crate and BouncyCastle, whose DER reader and writer and whose SM2 share nothing with ours.
//! (S1-030)

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use yinxin_pki::chain::{RevocationEvidence, Validator};
use yinxin_pki::x509::Certificate;
use yinxin_seal::ses::{
    Seal, SealFault, SealSignature, SealVersion, WrittenVersion, assemble_seal, verify_seal_signature,
};

use crate::interop::shown;
use crate::world::{NOW, World, data_hash, workspace};

const CLASS_PATH: &str = "/usr/share/java/bcprov.jar:/usr/share/java/bcpkix.jar:/usr/share/java/bcutil.jar";

/// The programs, compiled once; `None` if Java or BouncyCastle is missing and nobody insists.
fn classes() -> Option<&'static Path> {
    static CLASSES: OnceLock<Option<PathBuf>> = OnceLock::new();
    let compile = || {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seal-oracle-classes");
        let sources = ["SmOracle.java", "SmMaker.java"].map(|name| workspace().join("oracles").join(name));
        let mut compiler = Command::new("javac");
        compiler.args(["-encoding", "UTF-8", "-cp", CLASS_PATH, "-d"]).arg(&directory).args(sources);
        let output = compiler.output();
        let compiled = output.is_ok_and(|output| output.status.success());
        let required = std::env::var_os("YINXIN_ORACLES").is_some_and(|value| value == "required");
        assert!(compiled || !required, "BouncyCastle (javac, {CLASS_PATH}) is required and missing");
        if !compiled {
            eprintln!("SKIPPED: BouncyCastle is not installed, nothing was checked by it");
        }
        compiled.then_some(directory)
    };
    CLASSES.get_or_init(compile).as_deref()
}

/// A folder for one test, and what ran in it last.
struct Workplace(PathBuf);

impl Workplace {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("seal-{name}"));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.join(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// Runs one of the programs here; whether it held, and what it said.
    fn java(&self, classes: &Path, program: &str, arguments: &[&str]) -> (bool, String) {
        let class_path = format!("{CLASS_PATH}:{}", classes.display());
        let fast_start = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", &class_path, program];
        // Java writes and reads its arguments as the locale says, and on a fresh machine there may be none.
        let mut java = Command::new("java");
        java.args(fast_start).args(arguments).env("LC_ALL", "C.UTF-8").current_dir(&self.0);
        let output = java.output().unwrap();
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.success(), text)
    }
}

#[test]
fn a_seal_and_a_seal_signature_of_ours_hold_for_bouncy_castle() {
    let Some(classes) = classes() else { return };
    let world = World::new();
    let place = Workplace::new("bc-reads");
    for (version, name, row) in
        [(WrittenVersion::V4, "4", "GB/T 38540-2020"), (WrittenVersion::V5, "5", "GM/T 0031-2025")]
    {
        let info = world.seal_draft().to_be_signed_as(version).unwrap();
        let seal = assemble_seal(&info, world.maker.certificate.as_der(), &world.maker.sign(&info)).unwrap();
        place.write("ours.esl", &seal);
        place.write("maker.cer", world.maker.certificate.as_der());
        let command = ["seal", "ours.esl", "maker.cer"];
        let (holds, said) = place.java(classes, "SmOracle", &command);
        let expected = format!("seal \"示例园林绿化有限公司合同专用章\" version {name} by");
        assert!(holds && said.contains(&expected), "{said}");
        shown!(&format!("Seals, {row}"), "BouncyCastle", Ours, "java SmOracle seal ours.esl maker.cer");

        place.write("ours.ses", &world.sign(&seal, b"contract", NOW));
        place.write("data.bin", b"contract");
        place.write("signer.cer", world.company.certificate.as_der());
        let command = ["seal-signature", "ours.ses", "data.bin", "signer.cer"];
        let (holds, said) = place.java(classes, "SmOracle", &command);
        assert!(holds, "{said}");
        let told = "java SmOracle seal-signature ours.ses data.bin signer.cer";
        shown!(&format!("Seal signatures, {row}"), "BouncyCastle", Ours, told);
        place.write("data.bin", b"another contract");
        let (holds, said) = place.java(classes, "SmOracle", &command);
        assert!(!holds && said.contains("FAIL data hash") && said.contains("ok   seal signature"), "{said}");
        let mut changed = seal;
        let at = changed.windows(6).position(|window| window == "示例".as_bytes()).unwrap();
        changed[at + 5] ^= 1;
        place.write("ours.esl", &changed);
        assert!(!place.java(classes, "SmOracle", &["seal", "ours.esl", "maker.cer"]).0);
    }
}

#[test]
fn a_seal_and_a_seal_signature_put_together_with_bouncy_castle_are_understood() {
    let Some(classes) = classes() else { return };
    for (version, number, row) in [(SealVersion::V4, "4", "GB/T 38540-2020"), (SealVersion::V5, "5", "GM/T 0031-2025")]
    {
        understood(classes, version, number, row);
    }
}

fn understood(classes: &Path, version: SealVersion, number: &str, row: &str) {
    let place = Workplace::new(&format!("bc-makes-{number}"));
    place.write("data.bin", b"contract");
    let (made, said) = place.java(classes, "SmMaker", &["seal", number, "data.bin", "."]);
    assert!(made, "{said}");
    let (seal, signature) = (place.read("seal.esl"), place.read("signature.ses"));
    let read = Seal::parse(&seal).unwrap();
    assert_eq!((read.version, read.name.as_str(), read.vendor_id.as_str()), (version, "示例单位公章", "BOUNCY"));
    assert_eq!(read.deviations, []);
    let roots = [Certificate::from_der(&place.read("root.cer")).unwrap()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(&[Certificate::from_der(&place.read("ca.cer")).unwrap()]);
    let read = SealSignature::parse(&signature).unwrap();
    assert_eq!((read.version, read.seal.raw), (version, &seal[..]));
    // Nobody stamped it, so the claimed time is the time of judging.
    let now = read.claimed_time.unwrap();
    let mut judge = |signature: &SealSignature<'_>, data: &[u8]| {
        let none = RevocationEvidence::default();
        verify_seal_signature(signature, &data_hash(data), &mut validator, &none, now).faults
    };
    assert_eq!(judge(&read, b"contract"), []);
    assert_eq!(judge(&read, b"another contract"), [SealFault::DataHash]);
    let told = format!("java SmMaker seal {number} data.bin .");
    shown!(&format!("Seals, {row}"), "BouncyCastle", Theirs, &told);
    shown!(&format!("Seal signatures, {row}"), "BouncyCastle", Theirs, &told);
    let mut changed = signature.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    let changed = SealSignature::parse(&changed).unwrap();
    assert!(matches!(judge(&changed, b"contract")[..], [SealFault::Signature(_)]));
}
