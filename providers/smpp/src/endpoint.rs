//! Where the server is, and the way there.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::link::Writes;

/// A connection, with or without TLS.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A host, a port, and whether TLS is spoken there.
#[derive(Clone)]
pub(crate) struct Endpoint {
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// The port that servers without TLS customarily have.
const PORT: u16 = 2775;

impl Endpoint {
    /// Reads `smpp://host[:port]` or `smpps://host:port`. `roots` are certificates in PEM.
    ///
    /// # Errors
    /// The key that is wrong, and why.
    pub(crate) fn read(url: &str, roots: Option<&str>) -> Result<Self, (&'static str, String)> {
        let wrong = |why: &str| Err(("url", why.to_owned()));
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        if !matches!(scheme, "smpp" | "smpps") {
            return wrong("write it like smpp://host:2775, or smpps://host:port for TLS");
        }
        if rest.contains('@') {
            return wrong("it holds a user or a password; credentials have keys of their own");
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return wrong("it has a path, a query or a fragment");
        }
        let (host, port) = split(rest);
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return wrong("it names no host");
        }
        let tls = scheme == "smpps";
        let port = match port {
            Some(port) => match port.parse() {
                Ok(port) if port > 0 => port,
                _ => return wrong("its port is no number from 1 to 65535"),
            },
            None if tls => {
                return wrong(
                    "TLS has no customary port; write the server's own, as in smpps://host:3550",
                );
            }
            None => PORT,
        };
        let tls = match (tls, roots) {
            (true, roots) => {
                let name = ServerName::try_from(host.to_owned())
                    .map_err(|_| ("url", "its host is no name and no address".to_owned()))?;
                let config = tls_config(roots).map_err(|why| ("ca_file", why))?;
                Some((TlsConnector::from(Arc::new(config)), name))
            }
            (false, Some(_)) => {
                return Err((
                    "ca_file",
                    "it is only used with TLS: write smpps:// in `url`".to_owned(),
                ));
            }
            (false, None) => None,
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            tls,
        })
    }

    /// True where nobody on the way can read what is sent: TLS, or this very machine.
    pub(crate) fn is_private(&self) -> bool {
        let here = |host: &str| match host.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => host.eq_ignore_ascii_case("localhost"),
        };
        self.tls.is_some() || here(&self.host)
    }

    pub(crate) fn writes(&self) -> Writes {
        if self.tls.is_some() {
            Writes::Records
        } else {
            Writes::Through
        }
    }

    pub(crate) async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        // PDUs are small, and each is waited for.
        stream.set_nodelay(true)?;
        Ok(match &self.tls {
            Some((connector, name)) => Box::new(connector.connect(name.clone(), stream).await?),
            None => Box::new(stream),
        })
    }
}

/// Host and port; an IPv6 address stands in brackets.
fn split(authority: &str) -> (&str, Option<&str>) {
    if let Some((host, rest)) = authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        return (host, rest.strip_prefix(':'));
    }
    match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    }
}

/// `ring` named explicitly: a library must not depend on a process-wide default provider.
fn tls_config(roots: Option<&str>) -> Result<rustls::ClientConfig, String> {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(Arc::clone(&ring))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?;
    if let Some(pem) = roots {
        return Ok(config
            .with_root_certificates(given(pem)?)
            .with_no_client_auth());
    }
    let config = match rustls_platform_verifier::Verifier::new(ring) {
        Ok(system) => config
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(system)),
        Err(error) => {
            tracing::debug!(%error, "no system certificates: using the Mozilla set compiled in");
            config.with_root_certificates(
                webpki_roots::TLS_SERVER_ROOTS
                    .iter()
                    .cloned()
                    .collect::<rustls::RootCertStore>(),
            )
        }
    };
    Ok(config.with_no_client_auth())
}

fn given(pem: &str) -> Result<rustls::RootCertStore, String> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| format!("it is no PEM: {error}"))?;
        roots
            .add(certificate)
            .map_err(|error| format!("a certificate in it cannot be used: {error}"))?;
    }
    if roots.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    Ok(roots)
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.tls.is_some() { "smpps" } else { "smpp" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for (url, shown) in [
            ("smpp://smsc.example", "smpp://smsc.example:2775"),
            ("smpp://smsc.example:3000/", "smpp://smsc.example:3000"),
            ("smpp://[::1]:3000", "smpp://[::1]:3000"),
            ("smpps://smsc.example:3550", "smpps://smsc.example:3550"),
        ] {
            assert_eq!(Endpoint::read(url, None).ok().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn only_tls_makes_records() {
        let writes = |url| Endpoint::read(url, None).ok().unwrap().writes();
        assert_eq!(writes("smpps://smsc.example:3550"), Writes::Records);
        assert_eq!(writes("smpp://smsc.example"), Writes::Through);
    }

    #[test]
    fn who_can_read_it() {
        let private = |url| Endpoint::read(url, None).ok().unwrap().is_private();
        for url in [
            "smpp://127.0.0.1",
            "smpp://127.8.0.1:3000",
            "smpp://localhost",
            "smpp://[::1]",
            "smpps://smsc.example:3550",
        ] {
            assert!(private(url), "{url}");
        }
        for url in [
            "smpp://smsc.example",
            "smpp://127.0.0.1.evil.example",
            "smpp://127.example",
            "smpp://localhost.example",
            "smpp://[2001:db8::1]",
            "smpp://10.0.0.1",
        ] {
            assert!(!private(url), "{url}");
        }
    }
}
