//! Refusals and their bodies.
//!
//! Owns the ways in which a request is refused, each with status and body as the server words it. Made anywhere below,
//! rendered by `service`.

use http::StatusCode;

use super::filter::FilterError;
use super::json;

/// An answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// 500 with an exception's type and message.
    Exception(&'static str, String),
    /// A status with a message.
    Status(StatusCode, String),
    /// A status with a body that is ready: type and text.
    Ready(StatusCode, &'static str, String),
    /// 400 whose message belongs to a part of the model.
    Model(&'static str, String),
}

impl Failure {
    /// 500 of the ERP's general exception.
    #[must_use]
    pub fn erp(message: impl Into<String>) -> Self {
        Self::Exception("PX.Data.PXException", message.into())
    }

    /// 404 with a message.
    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::Status(StatusCode::NOT_FOUND, message.into())
    }

    /// The list cannot be fetched in one statement because of this field's view.
    #[must_use]
    pub fn optimiser(field: &str, view: &str) -> Self {
        Self::Exception(
            "PX.Api.ContractBased.OptimizedExport.CannotOptimizeException",
            format!(
                "Optimization cannot be performed.The following fields cause the error:\r\n{field}: View {view} has BQL delegate\r\n"
            ),
        )
    }

    /// Status, content type and body.
    #[must_use]
    pub fn render(&self) -> (StatusCode, &'static str, Vec<u8>) {
        let mut out = Vec::with_capacity(256);
        match self {
            Self::Exception(kind, message) => {
                out.extend_from_slice(b"{\"message\":\"An error has occurred.\",\"exceptionMessage\":");
                json::string(&mut out, message);
                out.extend_from_slice(b",\"exceptionType\":");
                json::string(&mut out, kind);
                out.extend_from_slice(b",\"stackTrace\":");
                json::string(&mut out, "   at PX.Api.ContractBased.EntityService.Process()\r\n");
                out.push(b'}');
                (StatusCode::INTERNAL_SERVER_ERROR, JSON, out)
            }
            Self::Status(status, message) => {
                out.extend_from_slice(b"{\"message\":");
                json::string(&mut out, message);
                out.push(b'}');
                (*status, JSON, out)
            }
            Self::Ready(status, kind, body) => (*status, kind, body.clone().into_bytes()),
            Self::Model(path, message) => {
                out.extend_from_slice(b"{\"message\":\"The request is invalid.\",\"modelState\":{");
                json::string(&mut out, path);
                out.extend_from_slice(b":[");
                json::string(&mut out, message);
                out.extend_from_slice(b"]}}");
                (StatusCode::BAD_REQUEST, JSON, out)
            }
        }
    }
}

/// Content type of JSON answers.
pub const JSON: &str = "application/json; charset=utf-8";
/// Content type of pages.
pub const HTML: &str = "text/html; charset=utf-8";

impl From<FilterError> for Failure {
    fn from(error: FilterError) -> Self {
        let (kind, message) = error.exception();
        Self::Exception(kind, message)
    }
}
