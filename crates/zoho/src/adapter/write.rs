//! Writes one batch, and says of every record what became of it.
//!
//! Owns how an operation becomes a call and how sure its answer is. Must not claim that nothing was written unless that is proven: the
//! engine looks unknown records up before it writes them again.
//!
//! Which writes may be sent again after a lost answer: an upsert (matched by the unique ERP key or by id, no rows) and a header update
//! (by id, no rows) end in the same state however often they arrive. An insert would be refused the second time as a duplicate and
//! hide that it succeeded; rows without an id are added once per arrival. Both are sent once.

use http::Method;
use port::{Batch, Call, Exchange, Fault, Kind, Operation};
use sync::Problem;
use sync::problem::Code;
use sync::seam::{Mutant, mutant};
use sync::settle::{Outcome, Refusal};
use wire::Safety;

use super::Zoho;
use super::ours::KEY;
use crate::client::Question;
use crate::client::loose::is_id;
use crate::client::records::{self, Entry, MOST, misfit};

impl Zoho {
    pub(super) async fn send(&self, batch: &Batch) -> Call<Vec<Outcome>> {
        if batch.drafts.is_empty() {
            return Call::free(Ok(Vec::new()));
        }
        let entries = match entries(batch) {
            Ok(entries) => entries,
            Err(fault) => return Call::free(Err(fault)),
        };
        let operation = batch.operation;
        let Some(key) = self.key_of(batch.module) else {
            return Call::free(Err(misfit("the fields of the organisation are not prepared")));
        };
        let module = batch.module.name();
        let path = match operation {
            Operation::Upsert => format!("/crm/v8/{module}/upsert"),
            Operation::Insert | Operation::UpdateHeader | Operation::UpdateWhole => {
                format!("/crm/v8/{module}")
            }
        };
        let method = match operation {
            Operation::Upsert | Operation::Insert => Method::POST,
            Operation::UpdateHeader | Operation::UpdateWhole => Method::PUT,
        };
        let doing = format!("Writing {module}");
        let scope = super::scope(batch.module);
        let body = records::body(operation, &entries, &key, self.run_workflows);
        let mut question = Question::send(method, path, body, scope, doing.clone());
        question.credits = entries.len().div_ceil(10) as u64;
        question.safety = match operation {
            Operation::Upsert | Operation::UpdateHeader if !batch.once => Safety::Repeatable,
            Operation::Insert | Operation::UpdateWhole if mutant(Mutant::BlindRetry) => Safety::Repeatable,
            Operation::Upsert | Operation::UpdateHeader | Operation::Insert | Operation::UpdateWhole => Safety::Write,
        };
        let call = self.client.ask(question).await;
        let result = match call.result {
            Ok(response) => {
                records::outcomes(response.status, &response.body, operation, &entries, &key, &doing, scope)
            }
            Err(fault) if may_have_arrived(&fault, &call.exchanges) => Ok(vec![Outcome::Unknown; entries.len()]),
            Err(fault) => Err(fault),
        };
        let result = result.map(|outcomes| {
            outcomes.into_iter().zip(&entries).map(|(outcome, entry)| admit(operation, entry, outcome)).collect()
        });
        Call { result, exchanges: call.exchanges }
    }
}

/// The batch's records, or why it cannot be sent.
fn entries(batch: &Batch) -> Result<Vec<Entry<'_>>, Fault> {
    if batch.drafts.len() > MOST {
        return Err(misfit("it has more than 100 records"));
    }
    let by_id = matches!(batch.operation, Operation::UpdateHeader | Operation::UpdateWhole);
    let entry = |place: usize| {
        let draft = &*batch.drafts[place];
        let target = batch.targets.get(place).and_then(Option::as_deref);
        let held = batch.held.get(place).and_then(Option::as_ref);
        if draft.module != batch.module {
            return Err(misfit("a record belongs to another module"));
        }
        if target.is_some_and(|id| !is_id(id)) || held.is_some_and(|held| held.rows.iter().any(|row| !is_id(&row.id))) {
            return Err(misfit("an id is none of Zoho's"));
        }
        match (batch.operation, target, held) {
            (_, None, _) if by_id => Err(misfit("an update lacks the id of its record")),
            (Operation::UpdateWhole, _, None) => Err(misfit("an update with rows lacks what Zoho CRM holds")),
            // A record that is inserted has no id, whatever the batch says.
            (Operation::Insert, _, _) => Ok(Entry { draft, target: None, held: None }),
            (_, target, held) => Ok(Entry { draft, target, held }),
        }
    };
    (0..batch.drafts.len()).map(entry).collect()
}

/// Whether some attempt may have reached Zoho and done its work.
fn may_have_arrived(fault: &Fault, exchanges: &[Exchange]) -> bool {
    // Only the attempts of the write itself count, and of these the ones that got no answer or a server's failure.
    let failed =
        |exchange: &Exchange| exchange.status.is_none_or(|status| status >= 500 || (200..300).contains(&status));
    let never_sent =
        |exchange: &Exchange| exchange.status.is_none() && matches!(exchange.failure.as_str(), "no connection" | "TLS");
    match fault.kind {
        Kind::OutcomeUnknown => true,
        Kind::Credentials | Kind::Forbidden | Kind::AddressRefused | Kind::WrongSystem => false,
        _ => exchanges
            .iter()
            .filter(|exchange| !exchange.target.starts_with("/oauth/"))
            .any(|exchange| failed(exchange) && !never_sent(exchange)),
    }
}

/// A document whose rows were left alone is not settled, although its header was written.
fn admit(operation: Operation, entry: &Entry<'_>, outcome: Outcome) -> Outcome {
    if !entry.leaves_rows(operation) || !matches!(outcome, Outcome::Written { .. }) {
        return outcome;
    }
    let message = "Zoho CRM does not show all lines of this document, so that its lines were left as they are; the header fields were updated.";
    let problem = Problem::new(Code::Refused, message).at(records::ROWS);
    Outcome::Refused(Refusal {
        code: "ROWS_NOT_SHOWN".to_owned(),
        field: records::ROWS.to_owned(),
        governed: false,
        problem,
    })
}

impl Zoho {
    /// The API name of a module's ERP key, as the schema in use has it.
    pub(super) fn key_of(&self, module: sync::Module) -> Option<String> {
        self.field_of(module, KEY)
    }
}
