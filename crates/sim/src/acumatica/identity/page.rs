//! The pages of the identity server: consent and error.
//!
//! Owns the HTML and its escaping; everything that came from outside passes through it. Must not decide anything.

const STYLE: &str = "body{margin:0;font:16px/1.5 system-ui,sans-serif;background:#eef1f5;color:#1d2733;display:grid;place-items:center;min-height:100vh}main{background:#fff;border-radius:10px;box-shadow:0 6px 30px #1d273322;max-width:26rem;padding:2rem 2.25rem}h1{font-size:1.25rem;margin:0 0 .25rem}p{margin:.5rem 0}ul{margin:.75rem 0;padding-left:1.2rem}small{color:#5b6b7c}code{font-size:.85em;word-break:break-all}form{display:flex;gap:.75rem;margin-top:1.5rem}button{flex:1;font:inherit;padding:.6rem;border-radius:6px;border:1px solid #c3ccd6;background:#fff;color:inherit;cursor:pointer}button.yes{background:#0b6bcb;border-color:#0b6bcb;color:#fff}button:focus-visible{outline:3px solid #7db8f5;outline-offset:1px}@media(prefers-color-scheme:dark){body{background:#10161d;color:#e4eaf1}main{background:#1b2530;box-shadow:none}button{border-color:#3a4856;background:#1b2530}small{color:#93a3b4}}";

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

fn frame(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    )
}

/// What a scope allows, in words.
fn meaning(scope: &str) -> &str {
    match scope {
        "api" => "use the company's data with your rights",
        "offline_access" => "keep access while you are away",
        "api:concurrent_access" => "open several sessions at once",
        "openid" => "know who you are",
        "profile" => "read your name",
        "email" => "read your mail address",
        "phone" => "read your phone number",
        other => other,
    }
}

/// The page that asks for consent. It is posted back to its own address.
pub(super) fn consent(client: &str, tenant: &str, user: &str, scopes: &[String], redirect: &str) -> String {
    let wishes: String = scopes.iter().map(|s| format!("<li>{}</li>", escape(meaning(s)))).collect();
    let body = format!(
        "<h1>Permit access to {}?</h1><p><small>Signed in as <b>{}</b> on a simulated ERP instance</small></p><p>The application <code>{}</code> would like to</p><ul>{wishes}</ul><p><small>You will be sent to <code>{}</code></small></p><form method=\"post\"><button name=\"decision\" value=\"deny\">Deny</button><button class=\"yes\" name=\"decision\" value=\"allow\" autofocus>Allow</button></form>",
        escape(tenant),
        escape(user),
        escape(client),
        escape(redirect),
    );
    frame("Permission", &body)
}

/// A page that says what is wrong with a request that cannot be sent back.
pub(super) fn error(code: &str, explanation: &str) -> String {
    let body = format!("<h1>Error</h1><p>{}</p><p><code>{}</code></p>", escape(explanation), escape(code));
    frame("Error", &body)
}

#[cfg(test)]
mod tests {
    #[test]
    fn outside_text_is_escaped() {
        let page = super::consent("<script>", "T&T", "a\"b", &["<x>".to_owned()], "http://h/'");
        assert!(!page.contains("<script>") && !page.contains("<x>"));
        assert!(page.contains("T&amp;T") && page.contains("a&quot;b") && page.contains("http://h/&#39;"));
    }
}
