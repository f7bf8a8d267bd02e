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
const ASCII: [u8; 128] = ascii();

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

/// How many bytes [`plain_blocks`] looks at in one go: two vector registers.
pub(super) const BLOCK: usize = 32;

/// How many bytes at the start of `text`, in whole blocks, are characters of one byte and one
/// septet each. Most texts are nothing else, and a block of them is told by a few instructions.
pub(super) fn plain_blocks(text: &[u8]) -> usize {
    let (blocks, _) = text.as_chunks::<BLOCK>();
    // No early end within a block, so that the compiler can compare all its bytes at once.
    let plain = |block: &&[u8; BLOCK]| block.iter().fold(true, |all, byte| all & is_plain(*byte));
    blocks.iter().take_while(plain).count() * BLOCK
}

/// ASCII with one septet, by comparisons: the same as `ASCII[byte] == 1`, without the memory.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'Z' | b'_' | b'a'..=b'z' | b'\n' | b'\r')
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comparisons_and_the_table_agree() {
        for byte in 0..=u8::MAX {
            let in_table = byte.is_ascii() && ASCII[usize::from(byte)] == 1;
            assert_eq!(is_plain(byte), in_table, "{byte:#04x}");
        }
    }
}
