//! Certificates for tests, and the authorities that sign them.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use std::fs;
use std::path::Path;

/// A certificate authority of a test's own.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What a certificate says.
#[derive(Clone, Debug)]
pub struct Certificate {
    names: Vec<String>,
    years: (i32, i32),
    uses: Vec<ExtendedKeyUsagePurpose>,
}

/// A certificate and its key, in PEM.
#[derive(Clone, Debug)]
pub struct Certified {
    pub certificate: String,
    pub key: String,
}

impl Certificate {
    /// For these names and for both sides of a connection, from 2000 to 4000.
    pub fn of(names: &[&str]) -> Self {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        let uses = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        Self { names, years: (2000, 4000), uses }
    }

    /// From the first of these years to the end of the other.
    pub fn in_years(self, first: i32, last: i32) -> Self {
        Self { years: (first, last), ..self }
    }

    /// For one side of a connection only.
    pub fn only_for(self, use_: ExtendedKeyUsagePurpose) -> Self {
        Self { uses: vec![use_], ..self }
    }
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).expect("no names are good names");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key can be made");
        Self(CertifiedIssuer::self_signed(params, key).expect("an authority signs for itself"))
    }

    /// Its own certificate, in PEM.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    pub fn certify(&self, what: &Certificate) -> Certified {
        let mut params = CertificateParams::new(what.names.clone()).expect("the names are good");
        params.not_before = date_time_ymd(what.years.0, 1, 1);
        params.not_after = date_time_ymd(what.years.1, 12, 31);
        params.extended_key_usages = what.uses.clone();
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.signed_by(&key, &self.0).expect("an authority signs");
        Certified { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

impl Certified {
    /// Writes `NAME.pem` and `NAME.key` into a folder.
    pub fn write(&self, folder: &Path, name: &str) {
        fs::write(folder.join(format!("{name}.pem")), &self.certificate).expect("there is room");
        fs::write(folder.join(format!("{name}.key")), &self.key).expect("there is room");
    }
}
