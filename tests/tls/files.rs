//! Files of certificates and keys: what is wrong with one is said, with its name.

use super::support::{Authority, Certificate};
use herd::protocol::Timestamp;
use herd::tls::{Identity, PEM_FILE_BYTES_MAX, Roots};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder with a good certificate `a.pem`, its key `a.key`, and the authority's `ca.pem`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let authority = Authority::new("ours");
    authority.certify(&Certificate::of(&["a"])).write(folder.path(), "a");
    fs::write(folder.path().join("ca.pem"), authority.pem()).expect("there is room");
    folder
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}

/// What reading an identity says, with the folder as `DIR`.
fn identity(folder: &Path, certificate: &str, key: &str) -> Result<String, String> {
    let identity = Identity::read(&path(folder, certificate), &path(folder, key));
    let shown = |error: String| error.replace(&folder.display().to_string(), "DIR");
    identity.map(|it| it.expires().to_string()).map_err(|error| shown(error.to_string()))
}

#[test]
fn a_good_pair_says_when_it_ends() {
    let folder = folder();
    let ends = identity(folder.path(), "a.pem", "a.key");
    assert_eq!(ends, Ok("4000-12-31T00:00:00Z".to_owned()));
    assert!(Roots::read(&path(folder.path(), "ca.pem")).is_ok());
}

/// The chain is as good as the first certificate in it that ends.
#[test]
fn a_chain_ends_with_its_first_certificate_that_does() {
    let folder = folder();
    let short = Authority::new("x").certify(&Certificate::of(&["x"]).in_years(2020, 2030));
    let mut chain = fs::read_to_string(path(folder.path(), "a.pem")).expect("it is there");
    chain.push_str(&short.certificate);
    fs::write(path(folder.path(), "chain.pem"), chain).expect("there is room");
    let ends = identity(folder.path(), "chain.pem", "a.key");
    assert_eq!(ends, Ok("2030-12-31T00:00:00Z".to_owned()));
}

/// Without it an operator would have to guess which of six files is the wrong one.
#[test]
fn each_mistake_names_its_file() {
    let folder = folder();
    let folder = folder.path();
    let write =
        |name: &str, text: &str| fs::write(path(folder, name), text).expect("there is room");
    Authority::new("ours").certify(&Certificate::of(&["b"])).write(folder, "b");
    write("text.pem", "no certificate");
    write("broken.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    write("zero.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    write("zero.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    write("long.pem", &" ".repeat(PEM_FILE_BYTES_MAX + 1));
    let error = |certificate, key| identity(folder, certificate, key).expect_err("it is wrong");
    let no_certificate = "DIR/text.pem holds no certificate in PEM (-----BEGIN CERTIFICATE-----)";
    assert_eq!(error("text.pem", "a.key"), no_certificate);
    assert_eq!(error("broken.pem", "a.key"), "DIR/broken.pem is not valid PEM");
    let not_x509 = "DIR/zero.pem holds a certificate that is not valid X.509";
    assert_eq!(error("zero.pem", "a.key"), not_x509);
    assert_eq!(error("long.pem", "a.key"), "DIR/long.pem is larger than 1048576 bytes");
    let no_key = "DIR/a.pem holds no private key in PEM (-----BEGIN PRIVATE KEY-----)";
    assert_eq!(error("a.pem", "a.pem"), no_key);
    assert!(
        error("a.pem", "zero.key").starts_with("the key in DIR/zero.key cannot be used for TLS")
    );
    let other_key = "the key in DIR/b.key does not belong to the certificate in DIR/a.pem";
    assert_eq!(error("a.pem", "b.key"), other_key);
    assert!(error("missing.pem", "a.key").starts_with("cannot read DIR/missing.pem: "));
    let no_file = format!("cannot read {}: it is not a regular file", folder.display());
    let roots = |name| Roots::read(&path(folder, name)).expect_err("it is wrong").to_string();
    assert_eq!(
        roots("."),
        no_file.replace(&folder.display().to_string(), &format!("{}/.", folder.display()))
    );
    assert_eq!(roots("zero.pem"), not_x509.replace("DIR", &folder.display().to_string()));
    assert_eq!(roots("text.pem"), no_certificate.replace("DIR", &folder.display().to_string()));
}

#[test]
fn an_expired_certificate_is_known_by_the_time_that_is_given() {
    let folder = folder();
    let file = path(folder.path(), "a.pem");
    let identity = Identity::read(&file, &path(folder.path(), "a.key")).expect("it is good");
    assert!(identity.require_current(&file, Timestamp::from_nanos(0).into()).is_ok());
    let later = herd::tls::UtcTime::from_unix_seconds(100_000_000_000);
    let error = identity.require_current(&file, later).expect_err("it is over");
    assert_eq!(
        error.to_string(),
        format!("the certificate in {} expired on 4000-12-31T00:00:00Z", file.display())
    );
}
