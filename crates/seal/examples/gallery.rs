//! Draws every kind of seal, at 600 dots per inch, into the folder that is given: for looking at.
//!
//! `cargo run -p yinxin-seal --example gallery -- FOLDER`

use std::path::Path;

use yinxin_seal::draw::{
    BLACK, BLUE, CompanySeal, DateSeal, DateStyle, Drawing, HandwrittenSignature, LegalRepresentativeSeal, NameEnding,
    NameSeal, NameText, OvalSeal, OvalSize, PenPoint, PersonalSeal, SealKind, SpecialSeal,
};

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
    for purpose in ["采购业务专用章", "合同专用章（1）", "人事档案管理专用章"] {
        let name = "示例园林绿化有限公司".into();
        let seal = SpecialSeal { name, purpose: purpose.into(), code: code()?, diameter_mm: 40.0 };
        save(&format!("special-{purpose}"), &seal.draw()?.in_ink(if purpose.contains('1') { BLUE } else { BLACK }))?;
    }
    for (file, name, number, purpose, code, size) in [
        ("oval-1", "示例园林绿化有限公司", Some("91430104MA000231X7"), Some("发票专用章"), None, OvalSize::Invoice),
        ("oval-2", "示例公司", Some("91430104MA000231X7"), Some("发票专用章"), None, OvalSize::Usual),
        ("oval-3", "示例国际工程咨询（北京）集团有限责任公司", None, Some("合同专用章"), code()?, OvalSize::Usual),
        (
            "oval-4",
            "示例国际工程咨询（北京）集团有限责任公司第三建筑设计研究分公司驻示例市轨道交通二号线一期工程土建施工第十二标段项目经理部",
            Some("91430104MA000231X7"),
            Some("发票专用章"),
            None,
            OvalSize::Invoice,
        ),
    ] {
        let seal = OvalSeal {
            name: name.into(),
            number: number.map(str::to_owned),
            purpose: purpose.map(str::to_owned),
            code,
            size,
        };
        save(file, &seal.draw()?)?;
    }
    for (name, ending, text) in [
        ("林示", NameEnding::Nothing, NameText::White),
        ("林示例", NameEnding::Nothing, NameText::White),
        ("林示例", NameEnding::Filling, NameText::White),
        ("林示例", NameEnding::SealOf, NameText::Red),
        ("𠮷田示例", NameEnding::Filling, NameText::White),
    ] {
        let seal = NameSeal { name: name.into(), ending, text, side_mm: 20.0 };
        save(&format!("name-{name}-{ending:?}-{text:?}"), &seal.draw()?)?;
    }
    let date = DateSeal { year: 2025, month: 6, day: 4 };
    save("date-digits", &date.draw()?)?;
    save("date-characters", &date.draw_as(DateStyle::Characters)?)?;
    save("date-dotted", &date.draw_as(DateStyle::Dotted)?.in_ink(BLUE))?;
    let wave = |from: f64, turns: f64, lean: f64| -> Vec<PenPoint> {
        (0..120)
            .map(|i| {
                let t = f64::from(i) / 119.0;
                let a = t * turns;
                PenPoint {
                    x: from + 160.0 * t + 30.0 * a.sin(),
                    y: 60.0 + lean * t + 40.0 * (1.0 - 0.6 * t) * a.cos(),
                    pressure: 0.5,
                }
            })
            .collect()
    };
    let dot = vec![PenPoint { x: 330.0, y: 20.0, pressure: 0.5 }];
    let strokes = vec![wave(0.0, 22.0, 10.0), wave(150.0, 16.0, -20.0), dot];
    save("handwriting", &HandwrittenSignature { strokes, width_mm: 40.0, height_mm: 16.0 }.draw()?)?;
    Ok(())
}
