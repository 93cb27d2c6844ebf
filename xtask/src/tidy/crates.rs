//! Rules on packages: who may depend on whom, under which licence, and where versions stand.

mod licence;

use std::collections::{BTreeMap, BTreeSet};

use super::Fault;
use super::house::{House, Package};

/// Which of our packages each of them may use in the product; a package that is not named may use none.
const DIRECTIONS: &[(&str, &[&str])] = &[
    ("yinxin-pki", &[]),
    ("yinxin-fonts", &[]),
    ("yinxin-domain", &[]),
    ("yinxin-seal", &["yinxin-pki", "yinxin-fonts"]),
    ("yinxin-pdf", &["yinxin-pki", "yinxin-seal"]),
    ("yinxin-typeset", &["yinxin-fonts"]),
    ("yinxin-picture", &["yinxin-fonts"]),
    ("yinxin-evidence", &["yinxin-pki", "yinxin-pdf"]),
    (
        "yinxin-server",
        &[
            "yinxin-pki",
            "yinxin-fonts",
            "yinxin-domain",
            "yinxin-seal",
            "yinxin-pdf",
            "yinxin-typeset",
            "yinxin-evidence",
            "yinxin-web",
        ],
    ),
    ("yinxin-web", &[]),
];

/// Packages that do input and output; neither engines nor rules may reach one, however far away.
const WORLDLY: &[&str] = &["axum", "hyper", "mio", "reqwest", "socket2", "sqlx", "sqlx-core", "tokio"];

/// Packages that must not be reached from one of ours, besides the worldly ones: the rules take chance as an argument.
const CHANCE: &[&str] = &["getrandom", "rand"];

/// Our packages depend on each other only in the directions of the plan.
pub fn directions(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for package in ours(house) {
        let allowed = DIRECTIONS.iter().find(|(name, _)| *name == package.name).map_or(&[][..], |(_, allowed)| allowed);
        let names = |ids: &BTreeSet<String>| -> Vec<String> {
            let of_ours = ids.iter().filter_map(|id| house.packages.get(id)).filter(|p| p.ours);
            of_ours.map(|p| p.name.clone()).collect()
        };
        for needed in names(&package.needs) {
            if !allowed.contains(&needed.as_str()) {
                faults.push(fault(package, format!("must not depend on {needed}: the plan knows no such direction")));
            }
        }
        // Tests may use any engine to make what they look at; only the server stays out of reach.
        for needed in names(&package.tests_need) {
            if needed == "yinxin-server" {
                faults.push(fault(package, "its tests must not depend on yinxin-server: use the binary".to_owned()));
            }
        }
    }
    faults
}

/// Engines and rules reach nothing that talks to the world, and the rules nothing that draws lots.
pub fn pure_crates(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (id, package) in house.packages.iter().filter(|(_, package)| package.ours) {
        if ["yinxin-server", "yinxin-web", "e2e", "xtask"].contains(&package.name.as_str()) {
            continue;
        }
        let chance = if package.name == "yinxin-domain" { CHANCE } else { &[] };
        for (reached, through) in reachable(house, id) {
            if WORLDLY.contains(&reached) || chance.contains(&reached) {
                faults.push(fault(
                    package,
                    format!("reaches `{reached}` through `{through}`: it must do no input or output"),
                ));
            }
        }
    }
    faults
}

/// Every package that `id` needs, however far, with the direct dependency that leads to it.
fn reachable<'a>(house: &'a House, id: &'a str) -> BTreeMap<&'a str, &'a str> {
    let mut found = BTreeMap::new();
    let mut seen = BTreeSet::from([id]);
    let mut next: Vec<(&str, Option<&str>)> = vec![(id, None)];
    while let Some((id, through)) = next.pop() {
        let Some(package) = house.packages.get(id) else { continue };
        if let Some(through) = through {
            found.insert(package.name.as_str(), through);
        }
        for needed in &package.needs {
            if seen.insert(needed)
                && let Some(target) = house.packages.get(needed)
            {
                next.push((needed, Some(through.unwrap_or(&target.name))));
            }
        }
    }
    found
}

/// Versions stand in the root manifest only, and every package takes the lints of the workspace.
pub fn manifests(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, file) in &house.files {
        if !path.ends_with("/Cargo.toml") {
            continue;
        }
        let Ok(manifest) = file.text.parse::<toml::Table>() else {
            faults.push(Fault::new(path, 0, "is no TOML"));
            continue;
        };
        // Fuzz targets are a workspace of their own, for they need another compiler: nothing of the product is built with their versions.
        if path.ends_with("/fuzz/Cargo.toml") && manifest.contains_key("workspace") {
            continue;
        }
        let inherited = |value: &toml::Value| value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
        if !manifest.get("lints").is_some_and(inherited) {
            faults.push(Fault::new(path, 0, "must take the workspace's lints: [lints] workspace = true"));
        }
        let targets = manifest.get("target").and_then(toml::Value::as_table);
        let tables = targets.into_iter().flat_map(|t| t.values()).filter_map(toml::Value::as_table).chain([&manifest]);
        for table in tables {
            for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
                for (name, value) in table.get(kind).and_then(toml::Value::as_table).into_iter().flatten() {
                    if !inherited(value) {
                        let what =
                            format!("`{name}` in [{kind}] must say `workspace = true`: versions stand in the root");
                        faults.push(Fault::new(path, 0, what));
                    }
                }
            }
        }
    }
    faults
}

/// Every package of others is under a licence that `deny.toml` allows.
pub fn licences(house: &House) -> Vec<Fault> {
    let policy = match policy(house) {
        Ok(policy) => policy,
        Err(fault) => return vec![fault],
    };
    let names = |value: &toml::Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    let section = policy.get("licenses");
    let allowed = section.and_then(|s| s.get("allow")).map(names).unwrap_or_default();
    let exceptions = section.and_then(|s| s.get("exceptions")).and_then(toml::Value::as_array);
    let mut faults = Vec::new();
    for package in house.packages.values().filter(|package| !package.ours) {
        let more: Vec<String> = exceptions
            .into_iter()
            .flatten()
            .filter(|e| e.get("crate").and_then(toml::Value::as_str) == Some(&package.name))
            .filter_map(|e| e.get("allow").map(names))
            .flatten()
            .collect();
        let is_allowed = |licence: &str| allowed.iter().chain(&more).any(|name| name == licence);
        let what = match &package.licence {
            None => "says no licence".to_owned(),
            Some(expression) => match licence::satisfied(expression, &is_allowed) {
                Some(true) => continue,
                Some(false) => format!("is under `{expression}`, which [licenses] does not allow"),
                None => format!("says `{expression}`, which is no SPDX expression"),
            },
        };
        faults.push(Fault::new("deny.toml", 0, format!("{} {} {what}", package.name, package.version)));
    }
    faults
}

/// No package that `deny.toml` bans is resolved, and of those it wants once there is one version.
pub fn bans(house: &House) -> Vec<Fault> {
    let policy = match policy(house) {
        Ok(policy) => policy,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    let entries = policy.get("bans").and_then(|s| s.get("deny")).and_then(toml::Value::as_array);
    for entry in entries.into_iter().flatten() {
        let Some(name) = entry.get("crate").and_then(toml::Value::as_str) else {
            faults.push(Fault::new("deny.toml", 0, "an entry of [bans] deny names no crate"));
            continue;
        };
        let once = entry.get("deny-multiple-versions").and_then(toml::Value::as_bool) == Some(true);
        let found = house.packages.values().filter(|package| package.name == name).count();
        if once && found > 1 {
            faults.push(Fault::new("Cargo.lock", 0, format!("{found} versions of `{name}`: only one may be linked")));
        } else if !once && found > 0 {
            let reason = entry.get("reason").and_then(toml::Value::as_str).unwrap_or("see deny.toml");
            faults.push(Fault::new("Cargo.lock", 0, format!("`{name}` is banned: {reason}")));
        }
    }
    faults
}

fn policy(house: &House) -> Result<toml::Table, Fault> {
    let file = house.files.get("deny.toml").ok_or_else(|| Fault::new("deny.toml", 0, "is not there"))?;
    file.text.parse().map_err(|error: toml::de::Error| Fault::new("deny.toml", 0, error.message()))
}

fn ours(house: &House) -> impl Iterator<Item = &Package> {
    house.packages.values().filter(|package| package.ours)
}

fn fault(package: &Package, what: String) -> Fault {
    Fault::new("Cargo.toml", 0, format!("{} {what}", package.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A house of packages `(name, ours, licence, needs)`; a need that starts with `test:` is one of tests.
    fn house(packages: &[(&str, bool, Option<&str>, &[&str])]) -> House {
        let mut house = House::default();
        for (name, ours, licence, needs) in packages {
            let (tests, product): (Vec<&str>, Vec<&str>) = needs.iter().partition(|need| need.starts_with("test:"));
            house.packages.insert(
                (*name).to_owned(),
                Package {
                    name: (*name).split('@').next().unwrap_or_default().to_owned(),
                    version: "1.0.0".to_owned(),
                    licence: licence.map(str::to_owned),
                    ours: *ours,
                    needs: product.into_iter().map(str::to_owned).collect(),
                    tests_need: tests.into_iter().map(|need| need.replace("test:", "")).collect(),
                },
            );
        }
        house
    }

    #[test]
    fn packages_depend_only_as_planned() {
        let clean: &[(&str, bool, Option<&str>, &[&str])] = &[
            ("yinxin-pki", true, None, &["der"]),
            ("yinxin-fonts", true, None, &[]),
            ("yinxin-seal", true, None, &["yinxin-pki", "yinxin-fonts"]),
            ("yinxin-pdf", true, None, &["yinxin-pki", "yinxin-seal", "test:yinxin-typeset"]),
            ("yinxin-typeset", true, None, &["yinxin-fonts"]),
            ("der", false, None, &[]),
        ];
        assert_eq!(directions(&house(clean)), []);
        let wrong: &[(&str, bool, Option<&str>, &[&str])] = &[
            ("yinxin-pki", true, None, &["yinxin-fonts"]),
            ("yinxin-fonts", true, None, &[]),
            ("yinxin-new", true, None, &["yinxin-fonts", "test:yinxin-server"]),
            ("yinxin-server", true, None, &["yinxin-fonts"]),
        ];
        assert_eq!(directions(&house(wrong)).len(), 3);
    }

    #[test]
    fn engines_and_rules_reach_nothing_worldly() {
        let wrong: &[(&str, bool, Option<&str>, &[&str])] = &[
            ("yinxin-domain", true, None, &["half", "dice"]),
            ("half", false, None, &["tokio"]),
            ("dice", false, None, &["getrandom"]),
            ("tokio", false, None, &[]),
            ("getrandom", false, None, &[]),
        ];
        let faults = pure_crates(&house(wrong));
        assert_eq!(faults.len(), 2);
        assert!(faults.iter().any(|f| f.what.contains("reaches `tokio` through `half`")), "{faults:?}");
        let clean: &[(&str, bool, Option<&str>, &[&str])] = &[
            ("yinxin-domain", true, None, &["test:dice"]),
            ("yinxin-pki", true, None, &["dice"]),
            ("yinxin-server", true, None, &["tokio"]),
            ("dice", false, None, &["getrandom"]),
            ("tokio", false, None, &[]),
            ("getrandom", false, None, &[]),
        ];
        assert_eq!(pure_crates(&house(clean)), []);
    }

    #[test]
    fn versions_and_lints_come_from_the_workspace() {
        let mut house = House::default();
        house.add("a/Cargo.toml", "[lints]\nworkspace = true\n[dependencies]\nx.workspace = true\n".to_owned());
        house.add("Cargo.toml", "[workspace.dependencies]\nx = \"1\"\n".to_owned());
        assert_eq!(manifests(&house), []);
        house.add(
            "b/Cargo.toml",
            "[dependencies]\nx = \"1\"\n[dev-dependencies]\ny = { path = \"../y\" }\n[target.'cfg(unix)'.dependencies]\nz = \"2\"\n"
                .to_owned(),
        );
        assert_eq!(manifests(&house).len(), 4);
        // A workspace of its own is passed over below `fuzz`, and nowhere else.
        house.add("a/fuzz/Cargo.toml", "[workspace]\n[dependencies]\nx = \"1\"\n".to_owned());
        assert_eq!(manifests(&house).len(), 4);
        house.add("c/Cargo.toml", "[workspace]\n[dependencies]\nx = \"1\"\n".to_owned());
        assert_eq!(manifests(&house).len(), 6);
    }

    const POLICY: &str = "
        [licenses]
        allow = ['MIT']
        exceptions = [{ crate = 'odd', allow = ['OFL-1.1'] }]
        [bans]
        deny = [{ crate = 'openssl-sys', reason = 'no' }, { crate = 'libsqlite3-sys', deny-multiple-versions = true }]";

    fn with_policy(packages: &[(&str, bool, Option<&str>, &[&str])]) -> House {
        let mut house = house(packages);
        house.add("deny.toml", POLICY.to_owned());
        house
    }

    #[test]
    fn only_allowed_licences_come_in() {
        let clean = [
            ("a", false, Some("MIT OR GPL-3.0"), &[][..]),
            ("odd", false, Some("OFL-1.1"), &[]),
            ("o", true, None, &[]),
        ];
        assert_eq!(licences(&with_policy(&clean)), []);
        let wrong =
            [("a", false, Some("AGPL-3.0-only"), &[][..]), ("b", false, Some("OFL-1.1"), &[]), ("c", false, None, &[])];
        assert_eq!(licences(&with_policy(&wrong)).len(), 3);
        assert_eq!(licences(&house(&[])).len(), 1, "no policy is a fault");
    }

    #[test]
    fn banned_packages_and_second_copies_are_refused() {
        let once = [("libsqlite3-sys@1", false, Some("MIT"), &[][..])];
        assert_eq!(bans(&with_policy(&once)), []);
        let wrong = [
            ("libsqlite3-sys@1", false, None, &[][..]),
            ("libsqlite3-sys@2", false, None, &[]),
            ("openssl-sys", false, None, &[]),
        ];
        assert_eq!(bans(&with_policy(&wrong)).len(), 2);
    }
}
