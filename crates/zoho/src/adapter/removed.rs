//! Records that were deleted in Zoho, with who did it and when.
//!
//! Owns the question and what its items mean. A record of the bin can be restored and keeps its id; of one that is gone for good Zoho
//! tells no names. A merged record counts as deleted. Must not conclude from absence here that a record is there.

use port::{Call, Kind, Removed, RemovedPage};
use serde::Deserialize;
use sync::{Instant, Module};

use super::Zoho;
use crate::client::Question;
use crate::client::coql::offset;
use crate::client::errors::{self, zoho};
use crate::client::loose::Loose;
use crate::client::records::misfit;

/// Items of one page, the most that Zoho gives.
const PER_PAGE: usize = 200;

impl Zoho {
    pub(super) async fn gone(&self, module: Module, since: Option<Instant>, cursor: Option<&str>) -> Call<RemovedPage> {
        let Ok(page) = cursor.unwrap_or("1").parse::<u32>() else {
            return Call::free(Err(misfit("a cursor is no page")));
        };
        let doing = format!("Reading the deleted records of {}", module.name());
        let path = format!("/crm/v8/{}/deleted?type=all&page={page}&per_page={PER_PAGE}", module.name());
        let mut question = Question::get(path, super::scope(module), doing.clone());
        question.credits = 2;
        // Whether the very second counts is not documented.
        question.since = since.map(|since| offset(since.minus(std::time::Duration::from_secs(1))));
        let call = self.client.ask(question).await;
        let result = call.result.and_then(|response| match response.status {
            204 | 304 => Ok(RemovedPage::default()),
            200 => {
                let (records, more) = items(&response.body)
                    .ok_or_else(|| zoho(Kind::Protocol, format!("{doing}: Zoho's answer could not be read."), ""))?;
                Ok(RemovedPage { next: (more && !records.is_empty()).then(|| (page + 1).to_string()), records })
            }
            status => Err(errors::fault(status, &response.body, &doing, super::scope(module))),
        });
        Call { result, exchanges: call.exchanges }
    }
}

/// The items of an answer, and whether it says that there are more.
fn items(body: &[u8]) -> Option<(Vec<Removed>, bool)> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        data: Vec<Item<'a>>,
        #[serde(borrow, default)]
        info: Option<Info<'a>>,
    }
    #[derive(Deserialize)]
    struct Item<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
        #[serde(borrow, default)]
        deleted_by: Option<Person<'a>>,
        #[serde(borrow, default)]
        deleted_time: Loose<'a>,
        #[serde(rename = "type", borrow, default)]
        kind: Loose<'a>,
    }
    #[derive(Deserialize)]
    struct Person<'a> {
        #[serde(borrow, default)]
        name: Loose<'a>,
    }
    #[derive(Deserialize)]
    struct Info<'a> {
        #[serde(borrow, default)]
        more_records: Loose<'a>,
    }
    let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
    let removed = |item: &Item<'_>| {
        Some(Removed {
            id: item.id.id()?.to_owned(),
            by: item.deleted_by.as_ref().map(|person| errors::quote(person.name.as_str())).unwrap_or_default(),
            at: Instant::parse(item.deleted_time.as_str()),
            for_good: item.kind.as_str() == "permanent",
        })
    };
    let more = answer.info.as_ref().is_some_and(|info| info.more_records.flag() == Some(true));
    Some((answer.data.iter().filter_map(removed).collect(), more))
}
