//! The same protocol over TLS, with an authority of the tests' own.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sms_framework::provider::DynProvider;
use sms_framework::{Certainty, ErrorKind};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::smsc::Line;
use crate::support::{built, message, send};

fn file(name: &str) -> String {
    format!("{}/tests/it/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn acceptor() -> TlsAcceptor {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_file(file("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn provider(host: &str, port: u16, more: &str) -> DynProvider {
    built(&format!(
        "url = 'smpps://{host}:{port}'\nsystem_id = 'acme'\npassword = 's3cr3t'\nfrom = 'ACME'\n{more}"
    ))
}

#[tokio::test]
async fn a_message_over_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let provider = provider(
        "localhost",
        port,
        &format!("ca_file = '{}'", file("ca.pem")),
    );
    let sent = send(&provider, message("one"));
    let (stream, _) = listener.accept().await.unwrap();
    let mut line = Line::new(acceptor().accept(stream).await.unwrap());
    let bind = line.read().await.command;
    line.grant(&bind).await;
    let (sequence, _) = line.submit().await;
    line.accept(sequence, "one").await;
    assert_eq!(sent.await.unwrap().unwrap().provider_message_ids, ["one"]);
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_nothing() {
    for (host, more) in [
        // The system does not know the authority.
        ("localhost", String::new()),
        // The certificate is another host's.
        ("127.0.0.1", format!("ca_file = '{}'", file("ca.pem"))),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let provider = provider(host, port, &more);
        let sent = send(&provider, message("one"));
        let (stream, _) = listener.accept().await.unwrap();
        let accepted = acceptor().accept(stream).await;
        let error = sent.await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.certainty()),
            (ErrorKind::Connect, Certainty::NotSent)
        );
        assert!(error.message().contains("certificate"), "{error}");
        drop(accepted);
    }
}
