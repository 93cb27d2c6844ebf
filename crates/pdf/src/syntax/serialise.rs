//! Writing objects, names, numbers and text strings.

use std::io::Write as _;

use super::object::{Dictionary, Object};

/// Appends `object` as PDF syntax. A stream is written as its dictionary only; the writer adds the data.
pub fn write_object(out: &mut Vec<u8>, object: &Object) {
    match object {
        Object::Null => out.extend_from_slice(b"null"),
        Object::Boolean(true) => out.extend_from_slice(b"true"),
        Object::Boolean(false) => out.extend_from_slice(b"false"),
        Object::Integer(value) => write_display(out, value),
        Object::Real(value) => write_real(out, *value),
        Object::String(bytes) => write_string(out, bytes),
        Object::Name(name) => write_name(out, name.as_bytes()),
        Object::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                write_object(out, item);
            }
            out.push(b']');
        }
        Object::Dictionary(dictionary) => write_dictionary(out, dictionary),
        Object::Stream(stream) => write_dictionary(out, &stream.dictionary),
        Object::Reference(id) => {
            write_display(out, id);
            out.extend_from_slice(b" R");
        }
    }
}

/// Appends a dictionary, entries in their order.
pub fn write_dictionary(out: &mut Vec<u8>, dictionary: &Dictionary) {
    out.extend_from_slice(b"<<");
    for (name, value) in dictionary.iter() {
        write_name(out, name.as_bytes());
        out.push(b' ');
        write_object(out, value);
    }
    out.extend_from_slice(b">>");
}

/// Appends a name with its slash; everything but plain characters is `#`-escaped.
pub fn write_name(out: &mut Vec<u8>, name: &[u8]) {
    out.push(b'/');
    for byte in name {
        if byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(byte) {
            out.push(*byte);
        } else {
            write_display(out, format_args!("#{byte:02X}"));
        }
    }
}

/// Appends a real number without exponent; what is not finite becomes 0, since PDF has no word for it.
pub fn write_real(out: &mut Vec<u8>, value: f64) {
    write_display(out, if value.is_finite() { value } else { 0.0 });
}

/// Appends `text` as a text string: plain when it is printable ASCII, else UTF-16BE with its mark (ISO 32000-1, 7.9.2.2).
pub fn write_text_string(out: &mut Vec<u8>, text: &str) {
    write_string(out, &text_string(text));
}

/// The bytes of `text` as a text string, before writing.
pub(crate) fn text_string(text: &str) -> Vec<u8> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.as_bytes().to_vec();
    }
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    bytes
}

fn write_string(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        out.push(b'(');
        for byte in bytes {
            if matches!(byte, b'(' | b')' | b'\\') {
                out.push(b'\\');
            }
            out.push(*byte);
        }
        out.push(b')');
    } else {
        out.push(b'<');
        for byte in bytes {
            out.push(b"0123456789ABCDEF"[usize::from(byte >> 4)]);
            out.push(b"0123456789ABCDEF"[usize::from(byte & 15)]);
        }
        out.push(b'>');
    }
}

fn write_display(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    // Writing into a Vec has no failure to report.
    let _infallible = write!(out, "{value}");
}
