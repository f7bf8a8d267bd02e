//! The registration macro as the author of a provider crate meets it: the compiler's words where a
//! registration cannot be. Here because this crate has the fewest dependencies to check for it.

#[test]
fn the_macro_refuses_in_words() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
