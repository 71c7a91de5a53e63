//! The commented file that `init` writes.
//!
//! Owns the text, and the examples in it that nobody's systems have: reading refuses those. A test reads it back, so that it cannot rot.

/// The template, for a connection called `name`.
pub(crate) fn template(name: &str) -> String {
    TEMPLATE.replace("NAME", name)
}

/// Where no Acumatica is: a host that is set aside for examples.
pub(super) const EXAMPLE_URL: &str = "https://erp.example.com/AcumaticaERP";

/// A client id of Acumatica that none has.
pub(super) const EXAMPLE_CLIENT: &str = "00000000-0000-0000-0000-000000000000@Company";

/// A client id of Zoho that none has.
pub(super) const EXAMPLE_ZOHO_CLIENT: &str = "1000.XXXXXXXX";

/// True when `url` still names the example's host.
pub(super) fn is_example_url(url: &url::Url) -> bool {
    url.host_str() == Some("erp.example.com")
}

/// True when the identifier before the tenant is still the example's.
pub(super) fn is_example_client(client_id: &str) -> bool {
    let identifier = |id: &str| id.split_once('@').map(|(identifier, _)| identifier.to_owned());
    identifier(client_id) == identifier(EXAMPLE_CLIENT)
}

/// True when `client_id` is still the example, even when some of its X were deleted.
pub(super) fn is_example_zoho_client(client_id: &str) -> bool {
    client_id.strip_prefix("1000.").is_some_and(|rest| rest.len() > 3 && rest.bytes().all(|byte| byte == b'X'))
}

const TEMPLATE: &str = r#"# One pair of systems. Fill in, then: ml-connector apply FILE
# Secrets never stand here: name where they are to be read once, at `apply`:
#   { file = "/path" }   { env = "NAME" }   { command = "pass show acme/zoho" }

name = "NAME"

[acumatica]
url = "https://erp.example.com/AcumaticaERP"       # the instance, with its virtual folder if it has one
endpoint = "Default/24.200.001"                    # pinned; `ping` lists what your instance offers
grant = "authorization_code"                       # or "password" (resource owner password credentials)
client_id = "00000000-0000-0000-0000-000000000000@Company"   # Connected Applications; the tenant follows the @
client_secret = { file = "acumatica-secret" }
# refresh_token = { env = "ACUMATICA_REFRESH" }    # an existing consent instead of `ml-connector login NAME acumatica`
# username = "integration"                         # with grant = "password"
# password = { file = "acumatica-password" }
# branch = "MAIN"                                  # branch of customers that we create
# ca_file = "/etc/ssl/erp-ca.pem"                  # private certificate authority, on-premises
# proxy = "http://proxy.example.com:3128"
parallel_calls = 2                                 # 1 to 10
calls_per_minute = 40                              # our share of the licence; 0 sets no limit of ours

[zoho]
datacenter = "eu"                                  # us eu in au jp cn ca sa uk ae
# accounts_url = "http://127.0.0.1:9802"           # a simulator, instead of datacenter; only with --allow-loopback
# environment = "sandbox"                          # production (default) | sandbox | developer
client_id = "1000.XXXXXXXX"                        # API console: self client or server-based client
client_secret = { file = "zoho-secret" }
# grant_code = { env = "ZOHO_CODE" }               # of a self client, valid for minutes
# refresh_token = { file = "zoho-refresh" }        # or `ml-connector login NAME zoho`
parallel_calls = 10                                # at most; adapts down by itself
# daily_credits = 20000                            # our share of the org's credits
run_workflows = false                              # whether our writes trigger the org's workflows
check = "1d"                                       # how often links are checked for what people changed there; 1h to 31d, or "off"

[flows.customers]
every = "5m"                                       # or cron = "*/10 7-19 * * MON-FRI", zone = "Europe/Zurich"; or every = "manual"
sweep = "1d"                                       # how often all keys are listed, to find what was deleted; 1h to 31d, or "off"
deleted = "mark"                                   # then: "mark" (ERP Status Deleted), "unlink" or "ask"; items also "deactivate"
edited = "heal"                                    # what Acumatica owns was changed in Zoho: "heal" (written again), "ask" or "leave"

[flows.items]
every = "15m"
reread = "7d"                                      # customers and items: read whole, for addresses and prices that move no stamp

[flows.invoices]
every = "5m"
from = "all"                                       # "all", "open" (open documents only) or a day: "2025-01-01"
# overlap = "15m"                                  # every flow: how far a read reaches back, for what was committed late
balance_age = "1d"                                 # greatest age of the balance of an open document, or "off"
payments = "15m"                                   # look at payments that often, as hints at documents, or "off"
"#;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_examples_are_those_of_the_text() {
        let text = template("acme");
        for example in [EXAMPLE_URL, EXAMPLE_CLIENT, EXAMPLE_ZOHO_CLIENT] {
            assert!(text.contains(&format!("\"{example}\"")), "{example}");
        }
        assert!(is_example_url(&url::Url::parse(EXAMPLE_URL).unwrap()));
        assert!(is_example_client(EXAMPLE_CLIENT) && is_example_zoho_client(EXAMPLE_ZOHO_CLIENT));
        assert!(!is_example_client("0-0@Company") && !is_example_zoho_client("1000.XXXX1"));
    }
}
