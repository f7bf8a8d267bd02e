//! Segments are counted and cut as Twilio's own calculator does it, and by laws of their own.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde::Deserialize;
use sms_framework::message::segment::parts;
use sms_framework::message::{Encoding, ForcedBy, Segments};
use unicode_segmentation::UnicodeSegmentation;

#[derive(Deserialize)]
struct Golden {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    text: String,
    encoding: Encoding,
    segments: u32,
    units: u32,
    lengths: Vec<usize>,
}

fn count(text: &str) -> u32 {
    Segments::of(text).count
}

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The length of a part in units of the whole text's encoding.
fn units_of(part: &str, encoding: Encoding) -> u32 {
    match encoding {
        Encoding::Gsm7 => Segments::of(part).units,
        Encoding::Ucs2 => u32::try_from(utf16(part)).unwrap(),
    }
}

#[test]
fn agrees_with_the_vendors_calculator_on_every_vector() {
    let golden: Golden = serde_json::from_str(include_str!("data/segment-vectors.json")).unwrap();
    assert!(golden.vectors.len() > 400);
    for vector in golden.vectors {
        let found = Segments::of(&vector.text);
        let lengths: Vec<usize> = parts(&vector.text).map(utf16).collect();
        assert_eq!(
            (found.encoding, found.count, found.units, lengths),
            (
                vector.encoding,
                vector.segments,
                vector.units,
                vector.lengths
            ),
            "{}",
            vector.name
        );
    }
}

#[test]
fn an_empty_text_is_one_gsm_segment_of_no_units() {
    let empty = Segments::of("");
    assert_eq!(
        (empty.encoding, empty.count, empty.units),
        (Encoding::Gsm7, 1, 0)
    );
    assert_eq!(empty.forced_by, None);
    assert_eq!(parts("").collect::<Vec<_>>(), [""]);
}

#[test]
fn borders_of_gsm_are_160_and_153() {
    assert_eq!(
        [160, 161, 306, 307].map(|n| count(&"a".repeat(n))),
        [1, 2, 2, 3]
    );
}

#[test]
fn borders_of_ucs2_are_70_and_67() {
    assert_eq!(
        [70, 71, 134, 135].map(|n| count(&"я".repeat(n))),
        [1, 2, 2, 3]
    );
}

#[test]
fn a_two_septet_character_moves_on_where_one_septet_is_left() {
    let text = format!("{}€{}", "a".repeat(152), "b".repeat(152));
    // 306 septets would fill two segments, if the euro sign could be cut.
    assert_eq!((Segments::of(&text).units, count(&text)), (306, 3));
}

#[test]
fn a_flag_moves_on_whole() {
    let text = format!("{}🇩🇪{}", "я".repeat(65), "я".repeat(65));
    // 134 units would fill two segments, if the flag could be cut.
    assert_eq!((Segments::of(&text).units, count(&text)), (134, 3));
}

#[test]
fn the_first_character_without_a_place_in_gsm_forces_ucs2() {
    let found = Segments::of("€5 – ok ж");
    assert_eq!(
        found.forced_by,
        Some(ForcedBy {
            character: '–',
            position: 3
        })
    );
    assert_eq!((found.encoding, found.units), (Encoding::Ucs2, 9));
    assert_eq!(Segments::of("€5 - ok").forced_by, None);
}

#[test]
fn the_position_counts_characters_not_bytes_or_units() {
    let found = Segments::of("äöü€😀");
    assert_eq!(
        found.forced_by,
        Some(ForcedBy {
            character: '😀',
            position: 4
        })
    );
}

#[test]
fn clusters_newer_than_the_calculators_tables_stay_whole() {
    for cluster in ["🫶🏽", "🧑‍🦰", "क्षि"] {
        // One unit too many for the first segment.
        let text = format!(
            "{}{cluster}{}",
            "я".repeat(68 - utf16(cluster)),
            "я".repeat(10)
        );
        let second = parts(&text).nth(1).unwrap();
        assert!(second.starts_with(cluster), "{cluster}");
    }
}

#[test]
fn a_cluster_longer_than_a_segment_is_cut_between_characters() {
    // The calculator would call this two segments, an empty one and one of 141 units.
    let text = format!("e{}", "\u{301}".repeat(140));
    assert_eq!(count(&text), 3);
    let lengths: Vec<usize> = parts(&text).map(utf16).collect();
    assert_eq!(lengths, [67, 67, 7]);
    let after_text = format!("abc{text}");
    let lengths: Vec<usize> = parts(&after_text).map(utf16).collect();
    assert_eq!(lengths, [3, 67, 67, 7]);
}

#[test]
fn the_json_has_the_documented_fields() {
    let json = serde_json::to_value(Segments::of("a😀")).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "encoding": "UCS-2",
            "segments": 1,
            "units": 3,
            "forced_by": {"character": "😀", "position": 1},
        })
    );
    assert_eq!(
        serde_json::to_value(Segments::of("a")).unwrap()["encoding"],
        "GSM-7"
    );
    assert_eq!(
        [Encoding::Gsm7, Encoding::Ucs2].map(|e| e.to_string()),
        ["GSM-7", "UCS-2"]
    );
}

/// Texts that stress the borders: long runs of what is short, and clusters of every kind.
fn texts() -> impl Strategy<Value = String> {
    let basic = "[a-zA-Z0-9 @£ßΔà\r\n]{0,80}";
    let extension = "[\\^{}\\[\\]~|€\\\\\u{c}]{0,40}";
    let cluster = prop::sample::select(vec![
        "👨‍👩‍👧‍👦",
        "🇩🇪",
        "👍🏽",
        "🫶🏽",
        "e\u{301}",
        "\r\n",
        "क्षि",
        "\u{200d}",
        "\u{301}",
        "я",
        "🇫",
        "각",
        "😀",
    ]);
    let clusters = prop::collection::vec(cluster, 0..40).prop_map(|all| all.concat());
    let piece = prop_oneof![
        4 => basic,
        2 => extension,
        2 => clusters,
        1 => ".{0,40}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn units_never_exceed_the_capacity_of_the_segments(text in texts()) {
        let found = Segments::of(&text);
        prop_assert!(found.units <= found.encoding.capacity(found.count) * found.count);
    }

    #[test]
    fn one_segment_means_that_the_text_fits_into_one(text in texts()) {
        let found = Segments::of(&text);
        prop_assert_eq!(found.is_single(), found.units <= found.encoding.single_capacity());
    }

    #[test]
    fn a_longer_text_never_needs_fewer_segments(text in texts(), more in texts()) {
        let longer = Segments::of(&format!("{text}{more}"));
        prop_assert!(longer.count >= Segments::of(&text).count);
        prop_assert!(longer.units >= Segments::of(&text).units || longer.encoding == Encoding::Ucs2);
    }

    #[test]
    fn ucs2_is_used_only_when_a_character_forces_it(text in texts()) {
        let found = Segments::of(&text);
        prop_assert_eq!(found.encoding == Encoding::Ucs2, found.forced_by.is_some());
        if let Some(forced_by) = found.forced_by {
            prop_assert_eq!(text.chars().nth(forced_by.position), Some(forced_by.character));
            let before: String = text.chars().take(forced_by.position).collect();
            prop_assert_eq!(Segments::of(&before).encoding, Encoding::Gsm7);
        }
    }

    #[test]
    fn parts_are_the_text_again_and_as_many_as_counted(text in texts()) {
        let found = Segments::of(&text);
        let parts: Vec<&str> = parts(&text).collect();
        prop_assert_eq!(parts.len(), found.count as usize);
        prop_assert_eq!(parts.concat(), text);
    }

    #[test]
    fn no_part_exceeds_its_capacity_or_could_take_the_next_cluster(text in texts()) {
        let found = Segments::of(&text);
        let capacity = found.encoding.capacity(found.count);
        let parts: Vec<&str> = parts(&text).collect();
        for pair in parts.windows(2) {
            let next = pair[1].graphemes(true).next().unwrap();
            let with_next = format!("{}{next}", pair[0]);
            prop_assert!(units_of(&with_next, found.encoding) > capacity || next == "\r\n");
        }
        for part in parts {
            prop_assert!(units_of(part, found.encoding) <= capacity);
        }
    }

    #[test]
    fn every_cut_is_at_a_cluster_border_unless_the_cluster_is_longer_than_a_segment(text in texts()) {
        let found = Segments::of(&text);
        let mut cut = 0;
        for part in parts(&text) {
            cut += part.len();
            let inside = text
                .grapheme_indices(true)
                .find(|(start, cluster)| *start < cut && cut < start + cluster.len());
            if let Some((_, cluster)) = inside {
                let whole = units_of(cluster, found.encoding);
                prop_assert!(cluster == "\r\n" || whole > found.encoding.concatenated_capacity());
            }
        }
    }
}
