//! The page that the browser shows at the end of a sign-in.
//!
//! Owns its HTML, in light and dark. Must not show anything of the redirect; what it is given is escaped.

use port::System;

const STYLE: &str = "\
:root{color-scheme:light dark;--bg:#f4f5f7;--card:#fff;--ink:#1b2430;--soft:#55606f;--line:#dfe3e8;--good:#1a7f4b;--bad:#b3261e}\
@media(prefers-color-scheme:dark){:root{--bg:#12161b;--card:#1b2128;--ink:#e6eaf0;--soft:#a3adba;--line:#2c343e;--good:#5fd39a;--bad:#ff9088}}\
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--bg);color:var(--ink);\
font:1rem/1.55 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\
main{width:min(100%,28rem);background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.75rem 2rem}\
h1{font-size:1.25rem;line-height:1.3;margin:0 0 .5rem}.good{color:var(--good)}.bad{color:var(--bad)}\
p{margin:.4rem 0 0;color:var(--soft);overflow-wrap:anywhere}small{display:block;margin-top:1.25rem;color:var(--soft)}";

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn frame(class: &str, title: &str, text: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main><h1 class=\"{class}\">{title}</h1><p>{text}</p>\
         <small>ml-connector</small></main></body></html>",
        title = escape(title),
        text = escape(text),
    )
}

/// How the sign-in ended.
pub(super) fn ending(result: Result<&(), &str>, system: System) -> String {
    match result {
        Ok(()) => frame(
            "good",
            &format!("Signed in to {}", system.title()),
            "You can close this page and go back to the terminal.",
        ),
        Err(why) => frame("bad", "Not signed in", why),
    }
}

/// An address without a code and without a refusal.
pub(super) fn nothing() -> String {
    frame(
        "bad",
        "Nothing to do here",
        "This address is opened by the consent page. Open the address that the terminal shows.",
    )
}

/// The sign-in has ended already.
pub(super) fn over() -> String {
    frame("bad", "This sign-in is over", "Go back to the terminal, and begin again if it did not succeed.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_escaped() {
        let page = ending(Err("Zoho said \"<script>alert('x')</script>\" & more"), System::Zoho);
        assert!(!page.contains("<script>") && page.contains("&lt;script&gt;") && page.contains("&amp; more"), "{page}");
    }

    #[test]
    fn pages_are_whole_and_know_both_modes() {
        for page in [ending(Ok(&()), System::Acumatica), nothing(), over()] {
            assert!(
                page.starts_with("<!doctype html>")
                    && page.ends_with("</html>")
                    && page.contains("prefers-color-scheme:dark")
            );
        }
    }
}
