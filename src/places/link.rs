//! Links in HTML, for attributions.

/// The HTML of a link to `url` with this text, or of the text alone if there is no URL that a
/// browser could open.
pub(super) fn html_link(url: &str, text: &str) -> String {
    let text = escape(text);
    match url.strip_prefix("//") {
        Some(rest) => format!("<a href=\"https://{}\">{text}</a>", escape(rest)),
        None if url.starts_with("https://") || url.starts_with("http://") => {
            format!("<a href=\"{}\">{text}</a>", escape(url))
        }
        None => text,
    }
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a service could put a script into the page of whoever shows its attributions.
    #[test]
    fn what_a_service_says_stays_text() {
        assert_eq!(html_link("//a.test/?a&b", "A"), "<a href=\"https://a.test/?a&amp;b\">A</a>");
        let quote = html_link("https://a.test/\"x", "<b>'");
        assert_eq!(quote, "<a href=\"https://a.test/&quot;x\">&lt;b&gt;&#39;</a>");
        assert_eq!(html_link("javascript:alert(1)", "A & B"), "A &amp; B");
        assert_eq!(html_link("", "A"), "A");
    }
}
