//! Templates: where they come from, what they take, and what is said when something does not fit.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;

use sms_framework::message::{BookingConfirmation, Encoding, Segments, Templates};
use sms_framework::{Error, Result};

fn render(templates: &Templates, name: &str, variables: &[(&str, &str)]) -> Result<String> {
    let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
    templates.render(name, &variables)
}

fn text(error: Error) -> String {
    assert_eq!(error.code(), "TEMPLATE");
    error.to_string()
}

fn with(source: &str) -> Templates {
    let mut templates = Templates::new();
    templates.add("t", source).unwrap();
    templates
}

#[test]
fn booking_confirmation_is_built_in() {
    let templates = Templates::new();
    let variables = ["date", "gig_title", "location", "rate"];
    assert_eq!(
        templates.variables("booking_confirmation").unwrap(),
        variables
    );
    let booking = BookingConfirmation {
        gig_title: "Summer Festival".into(),
        date: "2026-07-15".into(),
        location: "Central Park & <West>".into(),
        rate: "$500".into(),
    };
    let body = booking.render(&templates).unwrap();
    assert_eq!(
        body,
        "Booking confirmed: Summer Festival on 2026-07-15 at Central Park & <West>. Rate: $500."
    );
    assert_eq!(Segments::of(&body).encoding, Encoding::Gsm7);
}

#[test]
fn a_missing_variable_is_named_with_all_it_takes() {
    let error = render(&with("{{ date }} {{ place }}"), "t", &[("place", "x")]).unwrap_err();
    assert_eq!(
        text(error),
        "template `t` needs variable `date`, which was not given; it takes: date, place"
    );
    let error = render(&with("{{ date }} {{ place }}"), "t", &[]).unwrap_err();
    assert_eq!(
        text(error),
        "template `t` needs variables `date`, `place`, which were not given; it takes: date, place"
    );
}

#[test]
fn a_variable_that_is_only_tested_or_filtered_is_needed_too() {
    let source = "{% if vip %}Dear {% endif %}{{ name|default('you') }}";
    let error = render(&with(source), "t", &[]).unwrap_err();
    assert_eq!(
        text(error),
        "template `t` needs variables `name`, `vip`, which were not given; it takes: name, vip"
    );
}

#[test]
fn an_unused_variable_is_named_with_the_nearest() {
    let error = render(&with("{{ foot }}"), "t", &[("foot", "x"), ("foo", "y")]).unwrap_err();
    assert_eq!(
        text(error),
        "variable `foo` is not used by template `t`; it takes: foot; did you mean `foot`?"
    );
    let error = render(&with("hi"), "t", &[("a", "x"), ("b", "y")]).unwrap_err();
    assert_eq!(
        text(error),
        "variables `a`, `b` are not used by template `t`; it takes none"
    );
}

#[test]
fn a_misspelt_variable_is_missing_and_unused_at_once() {
    let error = render(&with("{{ location }}"), "t", &[("locaton", "x")]).unwrap_err();
    assert_eq!(
        text(error),
        "template `t` needs variable `location`, and variable `locaton` is not used; it takes: \
         location; did you mean `location`?"
    );
}

#[test]
fn an_unknown_template_lists_the_known_and_the_nearest() {
    let error = render(&with("x"), "booking_confirmaton", &[]).unwrap_err();
    assert_eq!(
        text(error),
        "there is no template `booking_confirmaton`; there are: booking_confirmation, t; did you \
         mean `booking_confirmation`?"
    );
    let error = Templates::new().variables("zzz").unwrap_err();
    assert_eq!(
        text(error),
        "there is no template `zzz`; there are: booking_confirmation"
    );
}

#[test]
fn a_syntax_error_has_its_line() {
    let error = Templates::new().add("t", "one\n{% if x %}").unwrap_err();
    assert_eq!(
        text(error),
        "template `t` has a mistake: line 2: syntax error: unexpected end of input, expected end of \
         block"
    );
    assert_eq!(
        text(Templates::new().add("", "x").unwrap_err()),
        "a template needs a name"
    );
}

#[test]
fn an_error_at_rendering_has_its_line_and_no_value() {
    let secret = "+14155550123";
    let error = render(&with("\n{{ code|int }}"), "t", &[("code", "my secret")]).unwrap_err();
    assert_eq!(
        text(error.clone()),
        "template `t` cannot be rendered: line 2: invalid operation"
    );
    assert!(!format!("{error:?}").contains("secret"));
    let error = render(&with("{{ to|nope }}"), "t", &[("to", secret)]).unwrap_err();
    assert_eq!(
        text(error),
        "template `t` cannot be rendered: line 1: unknown filter: filter nope is unknown"
    );
    let error = render(&with("{{ to.name }}"), "t", &[("to", secret)]).unwrap_err();
    assert_eq!(
        text(error),
        "template `t` cannot be rendered: line 1: undefined value"
    );
}

#[test]
fn a_template_cannot_run_on() {
    let source = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
    let error = render(&with(source), "t", &[]).unwrap_err();
    assert_eq!(
        text(error),
        "template `t` cannot be rendered: line 1: it takes too long or writes too much"
    );
}

#[test]
fn variables_may_be_lists_but_must_have_names() {
    let names = BTreeMap::from([("names", ["Ada", "Bo"])]);
    let source = "{% for name in names %}{{ loop.index }}. {{ name }} {% endfor %}";
    assert_eq!(with(source).render("t", &names).unwrap(), "1. Ada 2. Bo ");
    let error = with(source).render("t", &["Ada"]).unwrap_err();
    assert_eq!(text(error), "the variables of template `t` are not a map");
}

#[test]
fn a_folder_gives_its_files_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("reminder.txt"),
        "See you at {{ time }}\n",
    )
    .unwrap();
    fs::write(folder.path().join("bye.j2"), "Bye").unwrap();
    fs::write(folder.path().join("README.md"), "{% broken").unwrap();
    fs::create_dir(folder.path().join("old.txt")).unwrap();
    let mut templates = Templates::new();
    assert_eq!(templates.load_dir(folder.path()).unwrap(), 2);
    assert_eq!(
        templates.names(),
        ["booking_confirmation", "bye", "reminder"]
    );
    assert_eq!(
        render(&templates, "reminder", &[("time", "8")]).unwrap(),
        "See you at 8"
    );
}

#[test]
fn a_file_replaces_the_built_in_template_of_its_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("booking_confirmation.txt"),
        "OK: {{ gig_title }}",
    )
    .unwrap();
    let mut templates = Templates::new();
    templates.load_dir(folder.path()).unwrap();
    let booking = [("gig_title", "Jazz")];
    assert_eq!(
        render(&templates, "booking_confirmation", &booking).unwrap(),
        "OK: Jazz"
    );
}

#[test]
fn a_folder_that_cannot_be_used_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let load = |name: &str| text(Templates::new().load_dir(path(name)).unwrap_err());
    let shown = |name: &str| path(name).display().to_string();

    assert_eq!(
        load("none"),
        format!(
            "template folder {} cannot be read: it does not exist",
            shown("none")
        )
    );
    fs::write(path("file"), "x").unwrap();
    assert_eq!(
        load("file"),
        format!(
            "template folder {} cannot be read: it is not a folder",
            shown("file")
        )
    );
    fs::create_dir(path("bad")).unwrap();
    fs::write(path("bad/a.txt"), "fine\n{{ nope").unwrap();
    assert_eq!(
        load("bad"),
        format!(
            "template file {} has a mistake: line 2: syntax error: unexpected end of input, \
             expected end of variable block",
            shown("bad/a.txt")
        )
    );
    fs::create_dir(path("latin")).unwrap();
    fs::write(path("latin/a.txt"), b"caf\xe9").unwrap();
    assert_eq!(
        load("latin"),
        format!(
            "template file {} cannot be read: it is not UTF-8",
            shown("latin/a.txt")
        )
    );
    fs::create_dir(path("twice")).unwrap();
    fs::write(path("twice/a.txt"), "x").unwrap();
    fs::write(path("twice/a.j2"), "x").unwrap();
    assert_eq!(
        load("twice"),
        format!(
            "template `a` is there twice, the second time in {}; rename one",
            shown("twice/a.txt")
        )
    );
}
