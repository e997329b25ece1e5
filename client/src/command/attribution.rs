//! The attribution of places, in plain text.

/// The characters that HTML writes as entities.
const ENTITIES: [(&str, char); 6] = [
    ("&amp;", '&'),
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&quot;", '"'),
    ("&#39;", '\''),
    ("&nbsp;", '\u{a0}'),
];

/// The text of an HTML attribution, without its tags.
pub(super) fn plain_text(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(next) = rest.chars().next() {
        let (shown, length) = tag(rest).or_else(|| entity(rest)).unwrap_or_else(|| {
            let shown = Some(next);
            (shown, next.len_utf8())
        });
        text.extend(shown);
        rest = &rest[length..];
    }
    text
}

/// A tag at the start of `text`: what it shows, which is nothing, and its length.
fn tag(text: &str) -> Option<(Option<char>, usize)> {
    let inside = text.strip_prefix('<')?;
    // A sign for "less than" that nobody wrote as an entity begins no tag.
    inside
        .starts_with(|next: char| next.is_ascii_alphabetic() || "/!".contains(next))
        .then_some(())?;
    let end = text.find('>')?;
    Some((None, end + 1))
}

/// An entity at the start of `text`: what it shows, and its length.
fn entity(text: &str) -> Option<(Option<char>, usize)> {
    let (entity, shown) = ENTITIES.iter().find(|(entity, _)| text.starts_with(entity))?;
    Some((Some(*shown), entity.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The licences ask for the names, which must not drown in tags, or be lost with them.
    #[test]
    fn tags_go_and_text_stays() {
        for (html, text) in [
            (
                "Places from <a href=\"https://www.geonames.org/\">GeoNames</a>, <b>CC BY</b>",
                "Places from GeoNames, CC BY",
            ),
            (
                "A &amp; B &lt;c&gt; &quot;d&quot; &#39;e&#39;&nbsp;&f;",
                "A & B <c> \"d\" 'e'\u{a0}&f;",
            ),
            ("&amp;lt;", "&lt;"),
            ("1 < 2 > 0, <br/>a<!-- b -->c <", "1 < 2 > 0, ac <"),
            ("no end <a href", "no end <a href"),
            ("", ""),
        ] {
            assert_eq!(plain_text(html), text);
        }
    }

    proptest! {
        #[test]
        fn no_html_panics(html in "([<>&;/!a-z\"é東]|&amp;|&lt;){0,40}") {
            prop_assert!(plain_text(&html).len() <= html.len());
        }
    }
}
