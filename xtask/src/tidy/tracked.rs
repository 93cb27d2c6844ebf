//! Rules on what must never be in the repository: traces of one machine, and private keys.

use super::Fault;
use super::house::House;

/// Paths of single machines and hosts of registries, in halves so that this file holds none.
const TRACES: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/tm", "p/wt/"),
    ("/tm", "p/tgt/"),
    ("/tm", "p/yx/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("artif", "actory"),
    ("registry.np", "mjs.org"),
    ("files.python", "hosted.org"),
    ("py", "pi.org"),
    ("static.cra", "tes.io"),
    ("index.cra", "tes.io"),
    ("deb.deb", "ian.org"),
];

/// No file names a path of somebody's machine or a host that packages come from.
pub fn machine(house: &House) -> Vec<Fault> {
    let traces: Vec<String> = TRACES.iter().map(|(head, tail)| format!("{head}{tail}")).collect();
    let mut faults = Vec::new();
    for (path, file) in &house.files {
        for (line, text) in (1..).zip(file.text.lines()) {
            if let Some(trace) = traces.iter().find(|trace| holds(text, trace)) {
                faults.push(Fault::new(path, line, format!("`{trace}` is of one machine: leave it out")));
            }
        }
    }
    faults
}

/// True if the text holds the trace; a path only where it starts, so that `.../a/work/b` in the middle of one is none.
fn holds(text: &str, trace: &str) -> bool {
    text.match_indices(trace).any(|(place, _)| {
        !trace.starts_with('/') || !text[..place].ends_with(|c: char| c.is_alphanumeric() || "._-}/".contains(c))
    })
}

/// Lock files name packages, not the hosts they were fetched from.
pub fn lock_files(house: &House) -> Vec<Fault> {
    const PUBLIC_INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";
    let mut faults = Vec::new();
    for (path, file) in &house.files {
        let name = path.rsplit('/').next().unwrap_or(path);
        for (line, text) in (1..).zip(file.text.lines()) {
            let wrong = match name {
                "Cargo.lock" => {
                    text.strip_prefix("source = ").is_some_and(|source| source.trim_matches('"') != PUBLIC_INDEX)
                }
                "package-lock.json" => text.trim_start().starts_with("\"resolved\": \"http"),
                "requirements.txt" => text.starts_with("--") || text.contains("://"),
                ".npmrc" | "pip.conf" => text.contains("://"),
                _ => false,
            };
            if wrong {
                faults.push(Fault::new(path, line, "names where a package was fetched from: that differs by machine"));
            }
        }
    }
    faults
}

/// No private key is in the repository, but for published test vectors that say so just above.
pub fn private_keys(house: &House) -> Vec<Fault> {
    const STORES: &[&str] = &["jks", "key", "p12", "pfx"];
    let mut faults = Vec::new();
    for (path, file) in &house.files {
        let lines: Vec<&str> = file.text.lines().collect();
        for (place, line) in lines.iter().enumerate() {
            let opens = line.contains("-----BEGIN ") && line.contains("PRIVATE KEY-----");
            let filled = lines.get(place + 1).is_some_and(|next| is_base64_line(next));
            let vector =
                lines[place.saturating_sub(5)..place].iter().any(|above| above.to_lowercase().contains("test vector"));
            if opens && filled && !vector {
                faults.push(Fault::new(path, place + 1, "a private key: make keys when the test runs"));
            }
        }
        if path.rsplit_once('.').is_some_and(|(_, end)| STORES.contains(&end)) {
            faults.push(Fault::new(path, 0, "a key store: make keys when the test runs"));
        }
    }
    faults
}

fn is_base64_line(line: &str) -> bool {
    let line = line.trim_matches(|c: char| c.is_whitespace() || "\"'\\,".contains(c)).trim_end_matches("\\n");
    line.len() >= 40 && line.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(files: &[(&str, &str)]) -> House {
        let mut house = House::default();
        for (path, text) in files {
            house.add(path, (*text).to_owned());
        }
        house
    }

    #[test]
    fn no_file_knows_a_machine() {
        for (head, tail) in TRACES {
            let text = format!("see {head}{tail}x");
            assert_eq!(machine(&house(&[("a.md", &text)])).len(), 1, "{text}");
        }
        let inside = format!(
            "fetch('https://example.org/a{}{}b'), $DIR{}{}",
            TRACES[0].0, TRACES[0].1, TRACES[0].0, TRACES[0].1
        );
        assert_eq!(
            machine(&house(&[("a.md", inside.replace("$DIR", "${DIR}").as_str()), ("b.md", "/usr/share/java")])),
            []
        );
    }

    #[test]
    fn lock_files_name_no_host() {
        let clean = [
            ("Cargo.lock", "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"),
            ("web/package-lock.json", "  \"version\": \"1.0.0\",\n"),
            ("oracles/requirements.txt", "pyHanko==0.38.0\n"),
        ];
        assert_eq!(lock_files(&house(&clean)), []);
        let wrong = [
            ("Cargo.lock", "source = \"registry+https://mirror.example.org/index\"\n"),
            ("web/package-lock.json", "  \"resolved\": \"https://mirror.example.org/x.tgz\",\n"),
            ("oracles/requirements.txt", "--index-url https://mirror.example.org\n"),
        ];
        assert_eq!(lock_files(&house(&wrong)).len(), 3);
    }

    #[test]
    fn private_keys_stay_out_unless_published_as_vectors() {
        let key = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", "Ab1+".repeat(16));
        assert_eq!(private_keys(&house(&[("a.pem", &key), ("b.p12", "")])).len(), 2);
        let vector = format!("# Test vector of RFC 9500, section 2.1\n{key}");
        let label = "const LABEL: &str = \"-----BEGIN PRIVATE KEY-----\";\nfn f() {}\n";
        assert_eq!(private_keys(&house(&[("a.pem", &vector), ("b.rs", label)])), []);
    }
}
