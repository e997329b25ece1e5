//! Which names of servers can be in certificates.

use super::config_error::ConfigError;
use crate::protocol::ServerName;
use std::collections::BTreeMap;
use std::ops::Range;

/// The longest label of a DNS name, in bytes (RFC 1035, section 2.3.4).
const LABEL_BYTES_MAX: usize = 63;

/// Checks that the names of all servers can be told apart by certificates. A server proves its name
/// by a DNS name of its certificate, and DNS names ignore case.
pub(super) fn check<'n>(
    text: &str,
    names: impl Iterator<Item = (&'n ServerName, Range<usize>)>,
) -> Result<(), ConfigError> {
    let mut known: BTreeMap<String, &ServerName> = BTreeMap::new();
    for (name, span) in names {
        if !is_dns_name(name.as_str()) {
            let message = format!(
                "with [peer_tls], a server's name must be a DNS name, which {name} is not: no label \
                 may be empty, longer than {LABEL_BYTES_MAX} bytes or end in '-', and the last one \
                 must not be a number"
            );
            return Err(ConfigError::at(text, span, message));
        }
        if let Some(other) = known.insert(name.as_str().to_ascii_lowercase(), name) {
            let message = format!(
                "with [peer_tls], {name} and {other} are the same name, since certificates ignore \
                 case: rename one of them"
            );
            return Err(ConfigError::at(text, span, message));
        }
    }
    Ok(())
}

/// Whether a server's name is a DNS name, too. One whose last label is a number, decimal or
/// hexadecimal, would be taken for an IP address.
fn is_dns_name(name: &str) -> bool {
    let is_label = |label: &str| {
        let inner = !label.starts_with('-') && !label.ends_with('-');
        !label.is_empty() && label.len() <= LABEL_BYTES_MAX && inner
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.split('.').all(is_label) && !is_number(last)
}

fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    label.bytes().all(|byte| byte.is_ascii_digit())
        || hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Such a name would be refused only when the first neighbor dials, and every time again.
    #[test]
    fn names_that_no_certificate_can_hold_are_known() {
        let long = "a".repeat(LABEL_BYTES_MAX);
        for good in ["Alford", "a", "a.b", "1a", "0x1g", "0xg", "1.a", "a_b", "a-b", &long] {
            assert!(is_dns_name(good), "{good}");
        }
        let longer = "a".repeat(LABEL_BYTES_MAX + 1);
        let bad =
            ["1", "127.0.0.1", "a.1", "a..b", "a.", "a-", "a-.b", "a.-b", "0x1f", "0X", &longer];
        for bad in bad {
            assert!(!is_dns_name(bad), "{bad}");
        }
    }
}
