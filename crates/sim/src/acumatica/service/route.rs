//! Reads an address into what it means, virtual folder included.
//!
//! Owns the spelling of paths, as forgiving about case and slashes as the server is. Must not look at headers or
//! bodies.

use percent_encoding::percent_decode_str;

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// `/identity/.well-known/openid-configuration`
    Discovery,
    /// `/identity/connect/authorize`
    Authorize,
    /// `/identity/connect/token`
    Token,
    /// `/identity/connect/revocation`
    Revocation,
    /// `/identity/connect/userinfo`
    UserInfo,
    /// `/entity`
    Root,
    /// `/entity/auth/login`
    Login,
    /// `/entity/auth/logout`
    Logout,
    /// Anything below an endpoint: endpoint, version, rest.
    Contract(String, String, Vec<String>),
    /// Below `/entity`, but nothing that exists.
    Unknown,
    /// Outside the instance.
    Outside,
}

/// Reads the path of an address. The whole path is decoded before it is split, as the web server does: a key with a
/// slash in it falls apart.
pub(super) fn route(path: &str, prefix: &str) -> Route {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let Some(rest) = strip(&path, prefix) else {
        return Route::Outside;
    };
    let mut parts: Vec<&str> = rest.split('/').skip(1).collect();
    while parts.last() == Some(&"") {
        parts.pop();
    }
    let lower: Vec<String> = parts.iter().take(3).map(|p| p.to_ascii_lowercase()).collect();
    let names: Vec<&str> = lower.iter().map(String::as_str).collect();
    match (names.as_slice(), parts.len()) {
        (["identity", ".well-known", "openid-configuration"], 3) => Route::Discovery,
        (["identity", "connect", "authorize"], 3) => Route::Authorize,
        (["identity", "connect", "token"], 3) => Route::Token,
        (["identity", "connect", "revocation"], 3) => Route::Revocation,
        (["identity", "connect", "userinfo"], 3) => Route::UserInfo,
        (["entity"], 1) => Route::Root,
        (["entity", "auth", "login"], 3) => Route::Login,
        (["entity", "auth", "logout"], 3) => Route::Logout,
        (["entity", _, _], _) => {
            let own = |at: usize| parts.get(at).map(|p| (*p).to_owned()).unwrap_or_default();
            let rest = parts.iter().skip(3).map(|p| (*p).to_owned()).collect();
            Route::Contract(own(1), own(2), rest)
        }
        (["entity", ..], _) => Route::Unknown,
        _ => Route::Outside,
    }
}

fn strip<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    let head = path.get(..prefix.len())?;
    let rest = path.get(prefix.len()..)?;
    (head.eq_ignore_ascii_case(prefix) && rest.starts_with('/')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_sorted() {
        let of = |path| route(path, "/ERP");
        assert_eq!(of("/ERP/entity"), Route::Root);
        assert_eq!(of("/erp/Entity/"), Route::Root);
        assert_eq!(of("/entity"), Route::Outside);
        assert_eq!(of("/ERPX/entity"), Route::Outside);
        assert_eq!(of("/ERP/identity/connect/token"), Route::Token);
        assert_eq!(of("/ERP/entity/auth/logout"), Route::Logout);
        assert_eq!(of("/ERP/entity/Default"), Route::Unknown);
        let contract = |rest: &[&str]| {
            let rest = rest.iter().map(|r| (*r).to_owned()).collect();
            Route::Contract("Default".to_owned(), "24.200.001".to_owned(), rest)
        };
        assert_eq!(of("/ERP/entity/Default/24.200.001/Customer"), contract(&["Customer"]));
        assert_eq!(
            of("/ERP/entity/Default/24.200.001/Invoice/Credit%20Memo/INV%231"),
            contract(&["Invoice", "Credit Memo", "INV#1"])
        );
        assert_eq!(of("/ERP/entity/Default/24.200.001/StockItem/A%2FB"), contract(&["StockItem", "A", "B"]));
        assert_eq!(route("/entity", ""), Route::Root);
    }
}
