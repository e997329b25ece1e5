//! Where places come from, as arguments say it.

use std::path::PathBuf;
use std::str::FromStr;

/// Where places come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PlacesSource {
    /// The built-in one.
    Gazetteer,
    /// Google's Nearby Search.
    Google,
    /// Google's Places API (New).
    GoogleNew,
    /// A Photon service.
    Photon,
    /// One answer for all questions.
    File(PathBuf),
}

impl PlacesSource {
    /// The word that stands for it.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Gazetteer => "gazetteer",
            Self::Google => "google",
            Self::GoogleNew => "google-new",
            Self::Photon => "photon",
            Self::File(_) => "file",
        }
    }

    /// Whether it asks over the network.
    pub(super) fn is_remote(&self) -> bool {
        match self {
            Self::Google | Self::GoogleNew | Self::Photon => true,
            Self::Gazetteer | Self::File(_) => false,
        }
    }
}

impl FromStr for PlacesSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "gazetteer" => Ok(Self::Gazetteer),
            "google" => Ok(Self::Google),
            "google-new" => Ok(Self::GoogleNew),
            "photon" => Ok(Self::Photon),
            path if path.ends_with(".json") => Ok(Self::File(path.into())),
            other => Err(format!(
                "{other:?} is none of gazetteer, google, google-new, photon and FILE.json"
            )),
        }
    }
}

/// Sources in the order in which they are asked, parted by commas: at least one, and each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlacesSources(Vec<PlacesSource>);

impl PlacesSources {
    /// The sources; there is at least one.
    pub(super) fn sources(&self) -> &[PlacesSource] {
        &self.0
    }
}

impl FromStr for PlacesSources {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut sources: Vec<PlacesSource> = Vec::new();
        for part in text.split(',') {
            let source = part.parse()?;
            if sources.contains(&source) {
                return Err(format!("{part:?} is there twice"));
            }
            sources.push(source);
        }
        Ok(Self(sources))
    }
}

/// A setting of a remote source: `VALUE`, or `SOURCE=VALUE` where several are in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OfSource<T> {
    pub(super) source: Option<String>,
    pub(super) value: T,
}

impl<T: FromStr> FromStr for OfSource<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        let named = text.split_once('=').filter(|(name, _)| {
            name.parse::<PlacesSource>().is_ok_and(|source| source.is_remote())
        });
        Ok(match named {
            Some((name, value)) => Self { source: Some(name.to_owned()), value: value.parse()? },
            None => Self { source: None, value: text.parse()? },
        })
    }
}

impl<T> OfSource<T> {
    /// The value that is given for a source. One without a name is for the only remote source.
    pub(super) fn of<'a>(given: &'a [Self], source: &PlacesSource) -> Option<&'a T> {
        let is_for = |name: &String| name == source.name();
        let mut fits = given.iter().filter(|one| one.source.as_ref().is_none_or(is_for));
        fits.next().map(|one| &one.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_parted_by_commas_and_each_is_there_once() {
        let sources = "google-new,photon,gazetteer".parse::<PlacesSources>().expect("it is good");
        let expected = [PlacesSource::GoogleNew, PlacesSource::Photon, PlacesSource::Gazetteer];
        assert_eq!(sources.sources(), expected);
        let error = |text: &str| text.parse::<PlacesSources>().expect_err(text);
        assert_eq!(error("photon,photon"), "\"photon\" is there twice");
        let unknown = "is none of gazetteer, google, google-new, photon and FILE.json";
        assert_eq!(error("photon,"), format!("\"\" {unknown}"));
    }

    /// A URL has `=` in it only in a query, which no base has.
    #[test]
    fn a_url_may_name_its_source() {
        let url = |text: &str| text.parse::<OfSource<String>>().expect("any text is one");
        let of = |source: Option<&str>, url: &str| OfSource {
            source: source.map(str::to_owned),
            value: url.to_owned(),
        };
        assert_eq!(url("photon=http://a.test"), of(Some("photon"), "http://a.test"));
        assert_eq!(url("http://a.test"), of(None, "http://a.test"));
        assert_eq!(url("gazetteer=http://a.test"), of(None, "gazetteer=http://a.test"));
    }
}
