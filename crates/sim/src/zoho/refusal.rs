//! Refusals as Zoho words them: code, message, details, status.
//!
//! Owns: one type for request-level and record-level errors and makers for the common ones (fact sheet,
//! section 5.2). Must not: decide where a refusal stands in the answer.

use std::borrow::Cow;

use super::json::Out;

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status when it stands for the whole request.
    pub status: u16,
    /// Code word.
    pub code: &'static str,
    /// Text; its wording is not part of the contract.
    pub message: Cow<'static, str>,
    /// Ready JSON object.
    pub details: String,
}

/// Builds a JSON object for `details`.
pub(crate) fn details(fill: impl FnOnce(&mut Out)) -> String {
    let mut out = Out::default();
    out.open();
    fill(&mut out);
    out.close();
    String::from_utf8(out.finish()).unwrap_or_default()
}

impl Refusal {
    /// A refusal with ready details.
    #[must_use]
    pub fn new(status: u16, code: &'static str, message: impl Into<Cow<'static, str>>, details: String) -> Self {
        Self { status, code, message: message.into(), details }
    }

    /// A refusal without details.
    #[must_use]
    pub fn bare(status: u16, code: &'static str, message: &'static str) -> Self {
        Self::new(status, code, message, "{}".to_owned())
    }

    /// `INVALID_DATA` on a field, with further members in the details.
    #[must_use]
    pub fn field(api_name: &str, path: &str, fill: impl FnOnce(&mut Out)) -> Self {
        let details = details(|out| {
            fill(out);
            out.pair("api_name", api_name).pair("json_path", path);
        });
        Self::new(400, "INVALID_DATA", "invalid data", details)
    }

    /// `INVALID_DATA` for a value of the wrong type or format.
    #[must_use]
    pub fn expected(api_name: &str, path: &str, data_type: &str) -> Self {
        Self::field(api_name, path, |out| {
            out.pair("expected_data_type", data_type);
        })
    }

    /// `MANDATORY_NOT_FOUND` on a field.
    #[must_use]
    pub fn mandatory(api_name: &str, path: &str) -> Self {
        let details = details(|out| {
            out.pair("api_name", api_name).pair("json_path", path);
        });
        Self::new(400, "MANDATORY_NOT_FOUND", "required field not found", details)
    }

    /// `INVALID_DATA` for an id in a record.
    #[must_use]
    pub fn record_id(path: &str) -> Self {
        let mut refusal = Self::field("id", path, |_| {});
        refusal.message = "the id given seems to be invalid".into();
        refusal
    }

    /// `INVALID_MODULE`, by position in the path.
    #[must_use]
    pub fn module(index: u64) -> Self {
        let details = details(|out| {
            out.key("resource_path_index").integer(index);
        });
        Self::new(400, "INVALID_MODULE", "the module name given seems to be invalid", details)
    }

    /// `INVALID_DATA` on a query parameter.
    #[must_use]
    pub fn param(name: &str) -> Self {
        let details = details(|out| {
            out.pair("param_name", name);
        });
        Self::new(400, "INVALID_DATA", "invalid data", details)
    }

    /// `REQUIRED_PARAM_MISSING`.
    #[must_use]
    pub fn param_missing(name: &str) -> Self {
        let details = details(|out| {
            out.pair("param_name", name);
        });
        Self::new(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", details)
    }

    /// `LIMIT_EXCEEDED` on an array of the body.
    #[must_use]
    pub fn too_many(api_name: &str, maximum: usize) -> Self {
        let details = details(|out| {
            out.key("maximum_length").integer(maximum as u64).pair("api_name", api_name);
        });
        Self::new(400, "LIMIT_EXCEEDED", "the limit of the data is exceeded", details)
    }

    /// Wraps several refusals of one record, or hands the only one back.
    #[must_use]
    pub fn together(mut all: Vec<Refusal>) -> Refusal {
        if all.len() == 1
            && let Some(only) = all.pop()
        {
            return only;
        }
        let details = details(|out| {
            out.key("errors").open_array();
            for refusal in &all {
                refusal.render(out);
            }
            out.close_array();
        });
        Self::new(400, "MULTIPLE_OR_MULTI_ERRORS", "Multiple errors in the request", details)
    }

    /// Writes the refusal as one object.
    pub fn render(&self, out: &mut Out) {
        out.open().pair("code", self.code).key("details").raw(&self.details);
        out.pair("message", &self.message).pair("status", "error").close();
    }

    /// The refusal as a body.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        let mut out = Out::with_capacity(160);
        self.render(&mut out);
        out.finish()
    }
}
