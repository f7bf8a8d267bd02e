//! The conformance suite, with a vendor that is a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use sms_framework::testkit::conformance::{Case, Running, Seen, Suite, Vendor};

fn suite() -> Suite {
    let whole = Suite::with_vendor(pigeon::ENTRY, Loft).finds_what_it_took();
    [
        (Case::InvalidNumber, "a pigeon does not read the address"),
        (Case::OptedOut, "nobody has opted out of pigeons"),
        (Case::BadCredentials, "there are no credentials"),
        (Case::Throttled, "the loft takes any number of letters"),
        (
            Case::ThrottledWithWait,
            "the loft takes any number of letters",
        ),
        (Case::ServerError, "there is no server"),
        (Case::BadAnswer, "a pigeon does not answer"),
        (Case::HiddenFailure, "a pigeon does not answer"),
        (Case::NoAnswer, "a pigeon does not answer"),
        (Case::Timeout, "a folder answers at once"),
    ]
    .into_iter()
    .fold(whole, |suite, (case, why)| suite.not_known(case, why))
}

/// Makes a loft for each case; where the case wants nobody there, a file in the way of one.
struct Loft;

#[async_trait]
impl Vendor for Loft {
    async fn start(&self, case: Case, _variant: usize) -> Option<Box<dyn Running>> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let loft = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("loft-{}-{number}", std::process::id()));
        match case {
            Case::ConnectionRefused => fs::write(&loft, "no loft").ok()?,
            _ => fs::create_dir(&loft).ok()?,
        }
        Some(Box::new(Folder(loft)))
    }

    fn variants(&self, _case: Case) -> usize {
        1
    }
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0).or_else(|_| fs::remove_file(&self.0));
    }
}

impl Running for Folder {
    fn table(&self) -> String {
        format!("loft = '{}'\nfrom = 'Loft North'", self.0.display())
    }

    fn seen(&self) -> Vec<Seen> {
        let letters = fs::read_dir(&self.0).expect("a loft");
        letters
            .map(|letter| {
                let letter = letter.expect("a letter");
                let text = fs::read_to_string(letter.path()).expect("a letter");
                let text: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                Seen {
                    text: text["text"].as_str().map(str::to_owned),
                    to: text["to"].as_str().map(str::to_owned),
                    reference: letter.file_name().into_string().ok(),
                    ..Seen::default()
                }
            })
            .collect()
    }
}

sms_framework::conformance!(suite);
