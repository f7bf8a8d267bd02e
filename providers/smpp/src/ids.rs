//! Ids of messages, brought into one form: servers write one id in two bases, or with zeros before it.

use crate::config::ReceiptId;

/// Lower case, without zeros before it.
pub(crate) fn normal(id: &str) -> String {
    let id = id.trim().to_ascii_lowercase();
    match id.trim_start_matches('0') {
        "" if !id.is_empty() => "0".to_owned(),
        rest => rest.to_owned(),
    }
}

/// The id of a receipt's text as the server wrote it in its answer. What is no number in the base
/// that it should have, or is too long, stays.
pub(crate) fn convert(id: &str, how: ReceiptId) -> String {
    let converted = match how {
        ReceiptId::Same => None,
        ReceiptId::HexToDec => u128::from_str_radix(id, 16).ok().map(|id| id.to_string()),
        ReceiptId::DecToHex => id.parse().ok().map(|id: u128| format!("{id:x}")),
    };
    converted.unwrap_or_else(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_id() {
        for (id, form) in [
            ("00AF", "af"),
            ("af", "af"),
            (" 7 ", "7"),
            ("000", "0"),
            ("", ""),
        ] {
            assert_eq!(normal(id), form);
        }
    }

    #[test]
    fn bases() {
        assert_eq!(convert("ff", ReceiptId::Same), "ff");
        assert_eq!(convert("ff", ReceiptId::HexToDec), "255");
        assert_eq!(convert("255", ReceiptId::DecToHex), "ff");
        assert_eq!(convert("m-1", ReceiptId::DecToHex), "m-1");
        assert_eq!(convert("xyz", ReceiptId::HexToDec), "xyz");
        let long = "f".repeat(32);
        assert_eq!(
            convert(&convert(&long, ReceiptId::HexToDec), ReceiptId::DecToHex),
            long
        );
        assert_eq!(
            convert(&"9".repeat(40), ReceiptId::DecToHex),
            "9".repeat(40)
        );
    }
}
