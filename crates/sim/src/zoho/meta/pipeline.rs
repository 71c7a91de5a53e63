//! `GET /settings/pipeline`: pipelines and stages of Deals.
//!
//! Owns: their shape. Must not: change anything.

use super::{by_id, unknown_id};
use crate::zoho::api::{Answer, Call};
use crate::zoho::json::Out;
use crate::zoho::model::{Org, Pipeline};
use crate::zoho::refusal::Refusal;

/// The pipelines of the layout named by `layout_id`, or one by id.
pub(crate) fn pipelines(org: &Org, call: &Call<'_>, id: Option<&str>) -> Result<Answer, Refusal> {
    let layout = call.param("layout_id").ok_or_else(|| Refusal::param_missing("layout_id"))?;
    let known = org.module("Deals").is_some_and(|deals| by_id(&deals.layouts, layout, |layout| layout.id).is_some());
    if !known {
        return Err(Refusal::param("layout_id"));
    }
    let shown: Vec<&Pipeline> = match id {
        None => org.pipelines.iter().collect(),
        Some(id) => {
            let at = by_id(&org.pipelines, id, |pipeline| pipeline.id).ok_or_else(|| unknown_id(2))?;
            vec![&org.pipelines[at]]
        }
    };
    if shown.is_empty() {
        return Ok(Answer::empty(204));
    }
    let mut out = Out::default();
    out.open().key("pipeline").open_array();
    for pipeline in shown {
        out.open().pair("display_value", &pipeline.display).key("default").boolean(pipeline.default);
        out.key("maps").open_array();
        for (at, stage) in pipeline.stages.iter().enumerate() {
            out.open().pair("display_value", &stage.display).key("sequence_number").integer(at as u64 + 1);
            out.key("forecast_category").open().pair("name", stage.category.0).key("id").id(stage.category.1).close();
            out.pair("actual_value", &stage.actual)
                .key("id")
                .id(stage.id)
                .pair("forecast_type", stage.forecast)
                .close();
        }
        out.close_array().pair("actual_value", &pipeline.actual).key("id").id(pipeline.id).close();
    }
    out.close_array().close();
    Ok(Answer::json(200, out))
}
