//! Paging: `page`, `per_page`, `page_token` and the `info` object.
//!
//! Owns: the caps of 2,000 and 100,000 records and the tokens. Must not: read records.

use crate::zoho::api::Call;
use crate::zoho::json::Out;
use crate::zoho::model::{Org, stamp_at};
use crate::zoho::refusal::{Refusal, details};

/// A page token lives for a day.
const TOKEN_LIFE: i64 = 86_400;
/// Records that `page` reaches.
const BY_PAGE: usize = 2_000;
/// Records that `page_token` reaches.
const BY_TOKEN: usize = 100_000;

/// A requested page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageParams {
    /// Records before the page.
    pub(crate) skip: usize,
    /// Records of a page.
    pub(crate) per_page: usize,
}

fn positive(call: &Call<'_>, name: &str, default: usize, most: usize) -> Result<usize, Refusal> {
    match call.param(name) {
        None => Ok(default),
        Some(text) => match text.parse::<usize>() {
            Ok(value) if value >= 1 && value <= most => Ok(value),
            _ => Err(Refusal::param(name)),
        },
    }
}

impl PageParams {
    /// `page` and `per_page` alone, with 200 records a page at most.
    pub(crate) fn simple(call: &Call<'_>) -> Result<Self, Refusal> {
        let per_page = positive(call, "per_page", 200, 200)?;
        let page = positive(call, "page", 1, usize::MAX / 400)?;
        Ok(Self { skip: (page - 1) * per_page, per_page })
    }

    /// The page of a record list. `bound` is everything that must stay equal from page to page.
    pub(crate) fn of_list(call: &Call<'_>, bound: &str) -> Result<Self, Refusal> {
        let per_page = positive(call, "per_page", 200, 200)?;
        match (call.param("page"), call.param("page_token")) {
            (Some(_), Some(_)) => {
                let details = details(|out| {
                    out.key("ambiguity_due_to").open_array();
                    for name in ["page", "page_token"] {
                        out.open().pair("param_name", name).close();
                    }
                    out.close_array();
                });
                Err(Refusal::new(400, "AMBIGUITY_DURING_PROCESSING", "ambiguity while processing the request", details))
            }
            (_, Some(token)) => {
                let skip = open_token(call, token, bound, per_page)?;
                if skip + per_page > BY_TOKEN {
                    let details = details(|out| {
                        out.key("limit").integer(BY_TOKEN as u64);
                    });
                    return Err(Refusal::new(400, "PAGINATION_LIMIT_EXCEEDED", "pagination limit exceeded", details));
                }
                Ok(Self { skip, per_page })
            }
            _ => {
                let page = positive(call, "page", 1, usize::MAX / 400)?;
                if page * per_page > BY_PAGE {
                    let details = details(|out| {
                        out.key("limit").integer(BY_PAGE as u64);
                    });
                    let message = "You can only get up to 2000 records without page_token param.";
                    return Err(Refusal::new(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", message, details));
                }
                Ok(Self { skip: (page - 1) * per_page, per_page })
            }
        }
    }

    /// Number of the page, from 1.
    pub(crate) fn page(&self) -> usize {
        self.skip / self.per_page + 1
    }

    /// The part of `all` on this page and whether more follow.
    pub(crate) fn cut<'a, T>(&self, all: &'a [T]) -> (&'a [T], bool) {
        let from = self.skip.min(all.len());
        let to = (from + self.per_page).min(all.len());
        (&all[from..to], to < all.len())
    }

    /// `info` with the four plain members.
    pub(crate) fn info(&self, count: usize, more: bool, out: &mut Out) {
        out.key("info").open().key("per_page").integer(self.per_page as u64).key("count").integer(count as u64);
        out.key("page").integer(self.page() as u64).key("more_records").boolean(more).close();
    }

    /// `info` of a record list, with tokens.
    #[allow(clippy::too_many_arguments, reason = "one writer of one object")]
    pub(crate) fn list_info(
        &self,
        org: &Org,
        call: &Call<'_>,
        bound: &str,
        sort: (&str, &str),
        count: usize,
        more: bool,
        out: &mut Out,
    ) {
        let expires = call.now + TOKEN_LIFE;
        out.key("info").open().key("call").boolean(false);
        out.key("per_page").integer(self.per_page as u64).key("next_page_token");
        if more {
            out.text(&seal_token(call, self.skip + self.per_page, expires, bound, self.per_page));
        } else {
            out.null();
        }
        out.key("count").integer(count as u64).pair("sort_by", sort.0);
        out.key("page").integer(self.page() as u64).key("previous_page_token");
        if self.skip >= self.per_page {
            out.text(&seal_token(call, self.skip - self.per_page, expires, bound, self.per_page));
        } else {
            out.null();
        }
        out.key("page_token_expiry");
        if more || self.skip > 0 {
            out.text(&stamp_at(expires, org.options.offset_minutes));
        } else {
            out.null();
        }
        out.pair("sort_order", sort.1).key("email").boolean(false).key("more_records").boolean(more).close();
    }
}

fn digest(call: &Call<'_>, skip: usize, expires: i64, bound: &str, per_page: usize) -> String {
    let text = format!("{}|{}|{skip}|{expires}|{per_page}|{bound}", call.page_secret, call.user);
    blake3::hash(text.as_bytes()).to_hex().as_str()[..32].to_owned()
}

fn seal_token(call: &Call<'_>, skip: usize, expires: i64, bound: &str, per_page: usize) -> String {
    format!("{skip:08x}{expires:016x}{}", digest(call, skip, expires, bound, per_page))
}

fn open_token(call: &Call<'_>, token: &str, bound: &str, per_page: usize) -> Result<usize, Refusal> {
    let malformed = || {
        let details = details(|out| {
            out.pair("param_name", "page_token");
        });
        Refusal::new(400, "PATTERN_NOT_MATCHED", "Please check whether the input values are correct", details)
    };
    if token.len() != 56 || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(malformed());
    }
    let skip = usize::from_str_radix(&token[..8], 16).map_err(|_| malformed())?;
    let expires = i64::from_str_radix(&token[8..24], 16).map_err(|_| malformed())?;
    if token[24..] != digest(call, skip, expires, bound, per_page) {
        let details = details(|out| {
            out.pair("param_name", "page_token");
        });
        let message = "Your page_token param's fetch criteria does not match the current request";
        return Err(Refusal::new(400, "TOKEN_BOUND_DATA_MISMATCH", message, details));
    }
    if expires < call.now {
        let details = details(|out| {
            out.pair("api_name", "page_token").pair("json_path", "$.query.page_token");
        });
        return Err(Refusal::new(400, "EXPIRED_VALUE", "the page_token has expired", details));
    }
    Ok(skip)
}
