//! From options to the source of places.

use super::options::Options;
use super::places_source::{OfSource, PlacesSource};
use super::text_file::read;
use herd::fetch::{Careful, FETCH_TIMEOUT, Proxies, Roots, SurfFetcher};
use herd::places::{
    ApiKey, Cached, Chain, Coalesced, FilePlaces, Gazetteer, Google, GoogleNew, Photon, Places,
    Remote, Service,
};
use herd::runtime::Runtime;
use std::error::Error;
use std::sync::Arc;

/// Where the key for Google comes from when no file is given.
const KEY_VARIABLE: &str = "GOOGLE_PLACES_API_KEY";

/// Puts the source of places together that the options name: one, or a chain.
///
/// # Errors
/// The first thing that is missing or wrong, and where.
pub(super) fn places(
    runtime: &impl Runtime,
    options: &Options,
) -> Result<Arc<dyn Places>, Box<dyn Error + Send + Sync>> {
    require_sources("--places-url", "URL", options, &options.places_url)?;
    require_sources("--places-budget", "BUDGET", options, &options.places_budget)?;
    warn_of_terms(options);
    let sources = options.places.sources();
    let mut chain: Option<Chain> = None;
    for source in sources {
        let places = open(runtime, source, options)?;
        if sources.len() == 1 {
            return Ok(places);
        }
        chain = Some(match chain {
            None => Chain::new(source.name(), places),
            Some(chain) => chain.then(source.name(), places),
        });
    }
    Ok(Arc::new(chain.expect("a list of sources is never empty")))
}

fn open(
    runtime: &impl Runtime,
    source: &PlacesSource,
    options: &Options,
) -> Result<Arc<dyn Places>, Box<dyn Error + Send + Sync>> {
    let url = OfSource::of(&options.places_url, source);
    match source {
        PlacesSource::Gazetteer => Ok(Arc::new(Gazetteer)),
        PlacesSource::File(path) => Ok(Arc::new(FilePlaces::open(path)?)),
        PlacesSource::Google => {
            let google = Google::new(google_key(source, options)?);
            let google = url.map_or(Ok(google.clone()), |url| google.with_base(url))?;
            remote(runtime, options, source, google)
        }
        PlacesSource::GoogleNew => {
            let google = GoogleNew::new(google_key(source, options)?);
            let mask = options.places_field_mask.clone().unwrap_or_default();
            let google = google.with_field_mask(mask);
            let google = url.map_or(Ok(google.clone()), |url| google.with_base(url))?;
            remote(runtime, options, source, google)
        }
        PlacesSource::Photon => {
            let photon = url.map_or(Ok(Photon::new()), |url| Photon::new().with_base(url))?;
            remote(runtime, options, source, photon)
        }
    }
}

/// A source with connections and limits of its own, asked through the proxies that the environment
/// names. Equal questions are asked once, and answers are cached if that is asked for. The sources of
/// a chain share the time that a client waits.
///
/// # Errors
/// When the environment names a proxy that cannot be used.
fn remote(
    runtime: &impl Runtime,
    options: &Options,
    source: &PlacesSource,
    service: impl Service,
) -> Result<Arc<dyn Places>, Box<dyn Error + Send + Sync>> {
    let remotes = options.places.sources().iter().filter(|source| source.is_remote()).count();
    let timeout = FETCH_TIMEOUT / u32::try_from(remotes).expect("an argument is not that long");
    let budget = OfSource::of(&options.places_budget, source).copied().unwrap_or_default();
    let proxies = Proxies::from_variables(|name| std::env::var(name).ok())?;
    let surf = SurfFetcher::with_proxies(runtime.clone(), Roots::platform(), proxies);
    let fetcher = Careful::new(runtime.clone(), surf, timeout);
    let places = Remote::new(fetcher.with_budget(budget), service).with_threads();
    Ok(match options.places_cache {
        Some(limits) => Arc::new(Coalesced::new(Cached::new(runtime.clone(), places, limits))),
        None => Arc::new(Coalesced::new(places)),
    })
}

/// A value of `option` that no source takes, or that several could, is a mistake.
fn require_sources<T>(
    option: &str,
    value: &str,
    options: &Options,
    given: &[OfSource<T>],
) -> Result<(), String> {
    let remotes: Vec<&str> = options
        .places
        .sources()
        .iter()
        .filter(|source| source.is_remote())
        .map(PlacesSource::name)
        .collect();
    for OfSource { source, .. } in given {
        match source {
            Some(name) if !remotes.contains(&name.as_str()) => {
                return Err(format!("{option}: {name} is none of the remote sources in use"));
            }
            None if remotes.len() != 1 => {
                let count = remotes.len();
                return Err(format!(
                    "{option}: {count} remote sources are in use; give SOURCE={value}"
                ));
            }
            Some(_) | None => {}
        }
    }
    Ok(())
}

/// Warns an operator who caches what Google says: its terms do not allow that in general.
fn warn_of_terms(options: &Options) {
    let is_google =
        |source: &&PlacesSource| matches!(source, PlacesSource::Google | PlacesSource::GoogleNew);
    if options.places_cache.is_some()
        && let Some(source) = options.places.sources().iter().find(is_google)
    {
        log::warn!(source = source.name(); "Google's terms allow no general caching of places");
    }
}

/// The key never comes as an argument, because arguments are shown to everybody on the machine.
fn google_key(
    source: &PlacesSource,
    options: &Options,
) -> Result<ApiKey, Box<dyn Error + Send + Sync>> {
    let (text, from) = match &options.places_key_file {
        Some(path) => (read(path)?, path.display().to_string()),
        None => match std::env::var(KEY_VARIABLE) {
            Ok(text) => (text, KEY_VARIABLE.to_owned()),
            Err(_) => {
                let how = format!("--places {} needs a key: set", source.name());
                return Err(format!("{how} {KEY_VARIABLE} or give --places-key-file").into());
            }
        },
    };
    text.trim().parse().map_err(|error| format!("{from}: {error}").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use structopt::StructOpt;

    fn options(arguments: &[&str]) -> Options {
        let program = ["herd-server", "Alford"];
        let all = program.iter().chain(arguments);
        Options::from_iter_safe(all).expect("the test's arguments are well-formed")
    }

    /// Without it a URL with a typing error would be left out, and the key go to another service.
    #[test]
    fn each_url_is_of_one_source_in_use() {
        let check = |sources, urls: &[&str]| {
            let urls = urls.iter().flat_map(|url| ["--places-url", url]);
            let arguments: Vec<&str> = ["--places", sources].into_iter().chain(urls).collect();
            let options = options(&arguments);
            require_sources("--places-url", "URL", &options, &options.places_url)
        };
        let url = "http://a.test";
        let (of_photon, of_google) = ("photon=http://a.test", "google=http://b.test");
        assert_eq!(check("photon,gazetteer", &[url]), Ok(()));
        assert_eq!(check("photon,google", &[of_photon, of_google]), Ok(()));
        let unused = "--places-url: google is none of the remote sources in use";
        assert_eq!(check("photon", &[of_google]), Err(unused.to_owned()));
        let count = |count| {
            Err(format!("--places-url: {count} remote sources are in use; give SOURCE=URL"))
        };
        assert_eq!(check("photon,google", &[url]), count(2));
        assert_eq!(check("gazetteer", &[url]), count(0));
    }

    #[test]
    fn a_url_is_of_the_source_that_it_names() {
        let options = options(&[
            "--places",
            "photon,google",
            "--places-url",
            "google=http://b.test",
            "--places-url",
            "photon=http://a.test",
        ]);
        let url = |source| OfSource::of(&options.places_url, &source).map(String::as_str);
        assert_eq!(url(PlacesSource::Photon), Some("http://a.test"));
        assert_eq!(url(PlacesSource::Google), Some("http://b.test"));
    }
}
