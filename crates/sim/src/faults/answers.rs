//! What each system, or the proxy before it, answers when it fails. Shapes from the fact sheets (Acumatica sections 5
//! and 11, Zoho 5.2 and 6.3).

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use super::{Kind, System};

const JSON: &str = "application/json; charset=utf-8";
const ZOHO_JSON: &str = "application/json;charset=UTF-8";
const HTML: &str = "text/html; charset=utf-8";

/// The answer to a call that meets `kind` before any work; `None` when the work is done first.
pub(super) fn instead_of_work(system: System, kind: Kind) -> Option<Response> {
    let (status, content_type, body) = match (system, kind) {
        (System::Acumatica, Kind::Http429) => (
            StatusCode::TOO_MANY_REQUESTS,
            "text/plain; charset=utf-8",
            "The custom error module does not recognize this error.",
        ),
        (System::Acumatica, Kind::Http500) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            JSON,
            r#"{"message":"An error has occurred.","exceptionMessage":"Transaction (Process ID 61) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.","exceptionType":"System.Data.SqlClient.SqlException","stackTrace":"   at PX.Data.PXDatabaseProviderBase.Select()"}"#,
        ),
        (System::Acumatica, Kind::ExpiredToken) => {
            (StatusCode::UNAUTHORIZED, JSON, r#"{"message":"Authorization has been denied for this request."}"#)
        }
        (System::Acumatica, Kind::Html200) => (
            StatusCode::OK,
            HTML,
            "<!DOCTYPE html><html><head><title>Sign In</title></head><body><form method=\"post\" action=\"/Frames/Login.aspx\"><input name=\"ctl00$phUser$txtUser\"/></form></body></html>",
        ),
        (System::Zoho, Kind::Http429) => (
            StatusCode::TOO_MANY_REQUESTS,
            ZOHO_JSON,
            r#"{"code":"TOO_MANY_REQUESTS","details":{},"message":"Too many requests fired in concurrent than the allowed limit.","status":"error"}"#,
        ),
        (System::Zoho, Kind::Http500) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            ZOHO_JSON,
            r#"{"code":"INTERNAL_ERROR","details":{},"message":"Internal Server Error","status":"error"}"#,
        ),
        (System::Zoho, Kind::ExpiredToken) => (
            StatusCode::UNAUTHORIZED,
            ZOHO_JSON,
            r#"{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}"#,
        ),
        (System::Zoho, Kind::Html200) => (
            StatusCode::OK,
            HTML,
            "<!DOCTYPE html><html><head><title>Please wait</title></head><body><p>We are moving your data. This page reloads by itself.</p></body></html>",
        ),
        (_, Kind::Html503) => (
            StatusCode::SERVICE_UNAVAILABLE,
            HTML,
            "<html><head><title>503 Service Temporarily Unavailable</title></head><body><center><h1>503 Service Temporarily Unavailable</h1></center></body></html>",
        ),
        (_, Kind::Http413) => (
            StatusCode::PAYLOAD_TOO_LARGE,
            HTML,
            "<html><head><title>413 Request Entity Too Large</title></head><body><center><h1>413 Request Entity Too Large</h1></center></body></html>",
        ),
        (_, Kind::ResetBefore | Kind::ResetAfter | Kind::Slow | Kind::Truncated) => return None,
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Some(response)
}
