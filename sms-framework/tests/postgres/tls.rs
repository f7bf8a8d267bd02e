//! TLS: as much of a check as `sslmode` asks for.

use sms_framework::Class;
use sms_framework::store::postgres::{Database, PostgresOptions};

use crate::support::{bounded, own_server, refused};

/// Whether the connection of `open` is encrypted.
async fn is_encrypted(url: &str) -> bool {
    let open = bounded(Database::open(PostgresOptions::from_url(url).unwrap())).await;
    let note = "DROP TABLE IF EXISTS note;
        CREATE TABLE note AS SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    bounded(open.unwrap().run(note)).await.unwrap();
    let plain = url.split('?').next().unwrap();
    let look = Database::open(PostgresOptions::from_url(plain).unwrap());
    let look = bounded(look).await.unwrap();
    let assert = "DO $$ BEGIN ASSERT (SELECT ssl FROM note); END $$";
    bounded(look.run(assert)).await.is_ok()
}

#[tokio::test]
async fn a_certificate_is_checked_as_far_as_sslmode_says() {
    let server = own_server!();
    let files = server.turn_tls_on();
    let database = server.database();
    let by_address = database.url();
    let by_name = by_address.replace("@127.0.0.1", "@localhost");
    let right = format!("sslrootcert={}", files.authority.display());
    let wrong = format!("sslrootcert={}", files.stranger.display());

    assert!(!is_encrypted(&format!("{by_address}?sslmode=disable")).await);
    for mode in ["prefer", "require"] {
        assert!(is_encrypted(&format!("{by_address}?sslmode={mode}")).await);
    }
    // The certificate is for the name alone.
    for mode in ["require", "verify-ca"] {
        assert!(is_encrypted(&format!("{by_address}?sslmode={mode}&{right}")).await);
    }
    assert!(is_encrypted(&format!("{by_name}?sslmode=verify-full&{right}")).await);
    let error = refused(&format!("{by_address}?sslmode=verify-full&{right}")).await;
    let said = error.to_string();
    assert!(said.ends_with("is not for the host `127.0.0.1`"), "{said}");

    for mode in ["require", "verify-ca", "verify-full"] {
        let error = refused(&format!("{by_name}?sslmode={mode}&{wrong}")).await;
        let said = error.to_string();
        assert!(
            said.contains("is signed by no authority in"),
            "{mode}: {said}"
        );
        assert_eq!(error.class(), Class::Account, "{mode}");
    }
    let error = refused(&format!("{by_name}?sslmode=verify-full")).await;
    let said = error.to_string();
    assert!(
        said.contains("authorit"),
        "the system knows none of tests: {said}"
    );
}

#[tokio::test]
async fn a_server_that_wants_tls_says_so() {
    let server = own_server!();
    server.turn_tls_on();
    let database = server.database();
    server.demand_tls();
    let error = refused(&format!("{}?sslmode=disable", database.url())).await;
    assert!(
        error.to_string().contains("does not let user `sms` in"),
        "{error}"
    );
    assert!(
        error.help().unwrap().contains("it may want TLS"),
        "{error:?}"
    );
    let options = PostgresOptions::from_url(&format!("{}?sslmode=require", database.url()));
    bounded(Database::open(options.unwrap())).await.unwrap();
}

#[tokio::test]
async fn a_certificate_file_that_cannot_be_read_is_named() {
    for (file, why) in [
        ("/no/such/file.pem", "No such file"),
        ("/dev/null", "no certificate"),
    ] {
        let url = format!("postgres://sms@127.0.0.1:1/sms?sslmode=verify-full&sslrootcert={file}");
        let said = refused(&url).await.to_string();
        assert!(
            said.starts_with(&format!("`{file}` (sslrootcert) cannot be read")),
            "{said}"
        );
        assert!(said.contains(why), "{said}");
    }
}
