//! Certificates for a test's server, made by the `openssl` program.

use std::path::{Path, PathBuf};

use super::programs::{Programs, finish};

/// What [`turn_tls_on`](super::PostgresServer::turn_tls_on) made.
#[derive(Debug)]
#[non_exhaustive]
pub struct TlsFiles {
    /// The authority that signed the server's certificate (PEM): for `sslrootcert`.
    pub authority: PathBuf,
    /// An authority that signed nothing.
    pub stranger: PathBuf,
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// Makes them in `folder`, as the server's user: a key that others could read is refused.
pub(super) fn make(programs: &Programs, folder: &Path) -> Result<TlsFiles, String> {
    let openssl = |arguments: &str| {
        let mut command = programs.command("openssl", folder);
        command.args(arguments.split_whitespace());
        finish(&mut command).map(drop)
    };
    let curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    for name in ["authority", "stranger"] {
        openssl(&format!(
            "req -x509 {curve} -days 2 -subj /CN={name} -keyout {name}.key -out {name}.crt"
        ))?;
    }
    let extensions = "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n";
    std::fs::write(folder.join("server.ext"), extensions).map_err(|error| error.to_string())?;
    openssl(&format!(
        "req {curve} -subj /CN=localhost -keyout server.key -out server.csr"
    ))?;
    openssl(
        "x509 -req -in server.csr -CA authority.crt -CAkey authority.key -CAcreateserial \
         -days 2 -extfile server.ext -out server.crt",
    )?;
    Ok(TlsFiles {
        authority: folder.join("authority.crt"),
        stranger: folder.join("stranger.crt"),
        certificate: folder.join("server.crt"),
        key: folder.join("server.key"),
    })
}
