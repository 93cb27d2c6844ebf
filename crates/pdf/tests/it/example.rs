/// Two pages, the second with the words by which a seal is placed: the file of the examples in the crate's documentation.
fn example_file() -> Vec<u8> {
    let content = "BT /F1 12 Tf 72 300 Td (Buyer \\(seal\\):) Tj ET";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]/MediaBox[0 0 595 842]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<</Font<</F1 6 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.7\n");
    let mut table = String::from("xref\n0 7\n0000000000 65535 f \n");
    for (index, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let at = file.len();
    (file + &table + &format!("trailer\n<</Size 7/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n")).into_bytes()
}
