//! The discovery document: where the identity server's addresses are and what it can do.
//!
//! Owns the document's members. Made from the address that the caller used and the switches; answered by `service`.

use crate::acumatica::switches::Switches;

/// The document for an instance at `root` (scheme, host, virtual folder).
#[must_use]
pub fn discovery(root: &str, switches: &Switches) -> serde_json::Value {
    let identity = format!("{root}/identity");
    let mut document = serde_json::json!({
        "issuer": identity,
        "jwks_uri": format!("{identity}/.well-known/jwks"),
        "authorization_endpoint": format!("{identity}/connect/authorize"),
        "token_endpoint": format!("{identity}/connect/token"),
        "userinfo_endpoint": format!("{identity}/connect/userinfo"),
        "end_session_endpoint": format!("{identity}/connect/endsession"),
        "scopes_supported": super::SCOPES,
        "claims_supported": ["sub", "name", "email"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "password", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
    });
    if switches.pkce {
        document["code_challenge_methods_supported"] = serde_json::json!(["S256"]);
    }
    if switches.revocation {
        document["revocation_endpoint"] = format!("{identity}/connect/revocation").into();
    }
    document
}
