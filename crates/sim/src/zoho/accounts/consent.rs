//! The consent page.
//!
//! Owns: its HTML. Must not: grant anything.

use crate::zoho::model::Org;

const STYLE: &str = "\
:root{color-scheme:light dark}*{box-sizing:border-box}\
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f3f5f9;color:#1c2333;\
font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\
main{width:min(92vw,27rem);background:#fff;border-radius:14px;padding:2rem;box-shadow:0 10px 40px rgb(20 30 60/.14)}\
.brand{display:flex;gap:.3rem;margin-bottom:1.4rem}.brand i{width:1.25rem;height:1.25rem;border-radius:4px}\
h1{font-size:1.25rem;margin:0 0 .4rem}p{margin:.3rem 0;color:#566079}\
ul{list-style:none;margin:1.2rem 0;padding:.4rem 0;border-top:1px solid #e4e8f0;border-bottom:1px solid #e4e8f0;\
max-height:14rem;overflow:auto}li{padding:.35rem 0;font-size:.9rem;overflow-wrap:anywhere}\
label{display:block;font-size:.85rem;color:#566079;margin-bottom:1.2rem}\
select{display:block;width:100%;margin-top:.3rem;padding:.55rem;border:1px solid #c9d0de;border-radius:8px;\
font:inherit;background:inherit;color:inherit}\
.row{display:flex;gap:.7rem}button{flex:1;padding:.7rem;border-radius:8px;border:1px solid #c9d0de;font:inherit;\
background:transparent;color:inherit;cursor:pointer}button.go{background:#1a73e8;border-color:#1a73e8;color:#fff;font-weight:600}\
button:focus-visible,select:focus-visible{outline:3px solid #8ab4f8;outline-offset:2px}\
small{display:block;margin-top:1.2rem;color:#7b859c}\
@media(prefers-color-scheme:dark){body{background:#12161f;color:#e6eaf2}main{background:#1b2130}p,label,small{color:#9aa5bd}\
ul{border-color:#2c3548}select,button{border-color:#3a455c}option{background:#1b2130}}";

/// Escapes text for HTML.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

fn page(title: &str, inner: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head>\
<body><main><div class=\"brand\" aria-hidden=\"true\"><i style=\"background:#e42527\"></i><i style=\"background:#089949\"></i>\
<i style=\"background:#226db4\"></i><i style=\"background:#f9b21d\"></i></div>{inner}</main></body></html>"
    )
}

/// The page that asks for consent. `hidden` are the request's parameters, sent back by the form.
pub(super) fn ask(org: &Org, client: &str, scopes: &str, hidden: &[(&str, &str)]) -> String {
    let items: String = scopes
        .split([',', ' '])
        .filter(|scope| !scope.is_empty())
        .map(|scope| format!("<li>{}</li>", escape(scope)))
        .collect();
    let users: String = org
        .users
        .iter()
        .filter(|user| user.active)
        .map(|user| {
            format!("<option value=\"{}\">{} ({})</option>", user.id, escape(&user.name()), escape(&user.email))
        })
        .collect();
    let fields: String = hidden
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value)))
        .collect();
    let inner = format!(
        "<h1>Allow access to {}?</h1><p>The application <b>{}</b> asks for these permissions in the simulated CRM:</p>\
<ul>{items}</ul><form method=\"post\" action=\"/oauth/v2/auth\">{fields}\
<label>Sign in as<select name=\"user\">{users}</select></label>\
<div class=\"row\"><button name=\"decision\" value=\"reject\">Reject</button>\
<button class=\"go\" name=\"decision\" value=\"accept\" autofocus>Accept</button></div></form>\
<small>This is a simulator. Nothing here reaches a real account.</small>",
        escape(&org.options.company),
        escape(client)
    );
    page("Consent", &inner)
}

/// The page for a request that cannot be answered with a redirect.
pub(super) fn error(word: &str, sentence: &str) -> String {
    let inner = format!("<h1>{}</h1><p>{}</p>", escape(sentence), escape(word));
    page("Error", &inner)
}
