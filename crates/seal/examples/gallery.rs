//! Draws every kind of seal, at 600 dots per inch, into the folder that is given: for looking at.
//!
//! `cargo run -p yinxin-seal --example gallery -- FOLDER`

use std::path::Path;

use yinxin_seal::draw::{CompanySeal, DateSeal, Drawing, LegalRepresentativeSeal, PersonalSeal, SealKind};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder")?;
    std::fs::create_dir_all(&folder)?;
    let save = |name: &str, drawing: &Drawing| -> Result<(), Box<dyn std::error::Error>> {
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), drawing.to_png(600)?)?;
        Ok(())
    };
    let code = || Some("4301020000012".parse()).transpose();
    for (file, name, kind, diameter_mm) in [
        ("round-4", "示例公司", SealKind::Company, 40.0),
        ("round-8", "示例区农业农村局", SealKind::Company, 42.0),
        ("round-10", "示例园林绿化有限公司", SealKind::Company, 40.0),
        ("round-15", "示例市轨道交通建设集团有限公司", SealKind::Company, 42.0),
        ("round-22", "示例省示例市公共资源交易中心（示例国家级新区）", SealKind::Company, 42.0),
        ("round-30", "示例国际工程咨询（北京）集团有限责任公司第三建筑设计研究分公司", SealKind::Company, 42.0),
        (
            "round-45",
            "示例国际工程咨询（北京）集团有限责任公司第三建筑设计研究分公司驻示例市轨道交通二号线项目部",
            SealKind::Company,
            42.0,
        ),
        (
            "round-60",
            "示例国际工程咨询（北京）集团有限责任公司第三建筑设计研究分公司驻示例市轨道交通二号线一期工程土建施工第十二标段项目经理部",
            SealKind::Company,
            42.0,
        ),
        ("round-rare", "𠮷祥㙍䶮喆堃有限公司", SealKind::Company, 40.0),
        ("round-latin", "示例ABC科技（2025）有限公司", SealKind::Company, 40.0),
        ("contract-10", "示例园林绿化有限公司", SealKind::Contract, 38.0),
        ("contract-18", "示例市轨道交通建设集团示例分公司", SealKind::Contract, 38.0),
        ("contract-30", "示例国际工程咨询（北京）集团有限责任公司第三建筑设计研究分公司", SealKind::Contract, 38.0),
    ] {
        save(file, &CompanySeal { name: name.into(), kind, code: code()?, diameter_mm }.draw()?)?;
    }
    for name in ["林示", "林示例", "欧阳示例", "阿依古丽示例", "𠮷田示例"] {
        save(&format!("person-{name}"), &PersonalSeal { name: name.into() }.draw()?)?;
        save(&format!("legal-{name}"), &LegalRepresentativeSeal { name: name.into() }.draw()?)?;
    }
    save("date", &DateSeal { year: 2025, month: 6, day: 4 }.draw()?)?;
    Ok(())
}
