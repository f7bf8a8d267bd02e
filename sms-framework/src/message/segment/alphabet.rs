//! The GSM 7-bit default alphabet: how many septets a character takes, if it has a place at all.

/// How many septets `c` takes in the GSM 7-bit default alphabet (GSM 03.38 / 3GPP TS 23.038,
/// 6.2.1): 1 in the basic table, 2 in the extension table (an escape before it), 0 in neither.
pub(super) fn septets(c: char) -> u8 {
    match u8::try_from(c) {
        Ok(byte) if byte.is_ascii() => ASCII[usize::from(byte)],
        _ => septets_beyond_ascii(c),
    }
}

/// The septets of every ASCII character, by its byte. All others are listed below.
pub(super) const ASCII: [u8; 128] = ascii();

const fn ascii() -> [u8; 128] {
    let mut table = [0; 128];
    let mut byte = b' ';
    while byte <= b'~' {
        table[byte as usize] = 1;
        byte += 1;
    }
    // The only visible ASCII character that has no place in either table.
    table[b'`' as usize] = 0;
    table[b'\n' as usize] = 1;
    table[b'\r' as usize] = 1;
    let extension = b"\x0C[\\]^{|}~";
    let mut i = 0;
    while i < extension.len() {
        table[extension[i] as usize] = 2;
        i += 1;
    }
    table
}

fn septets_beyond_ascii(c: char) -> u8 {
    match c {
        '¡' | '£' | '¤' | '¥' | '§' | '¿' => 1,
        'Ä' | 'Å' | 'Æ' | 'Ç' | 'É' | 'Ñ' | 'Ö' | 'Ø' | 'Ü' | 'ß' => 1,
        'à' | 'ä' | 'å' | 'æ' | 'è' | 'é' | 'ì' | 'ñ' | 'ò' | 'ö' | 'ø' | 'ù' | 'ü' => {
            1
        }
        'Γ' | 'Δ' | 'Θ' | 'Λ' | 'Ξ' | 'Π' | 'Σ' | 'Φ' | 'Ψ' | 'Ω' => 1,
        '€' => 2,
        _ => 0,
    }
}
