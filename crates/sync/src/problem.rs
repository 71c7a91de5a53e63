//! What goes wrong with one record, as data: a stable code, a sentence, a remedy and where.
//!
//! Owns the catalogue: the one exhaustive table from a code to its class and its remedy. Must not stop a run: errors do that, problems
//! never do.

use serde::{Deserialize, Serialize};

/// What has to happen before trying again makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Tried again by the next run.
    Again,
    /// Tried again in pauses until the sink takes it: it has room again, or its user the right; a person can see to that.
    AfterQuota,
    /// A change of the record at its source, or of a rule, clears it; or a person replays or skips it.
    Person,
    /// Never tried by itself: no change at its source clears it, only a person's word or hand.
    Never,
}

impl Class {
    /// True when runs try again by themselves, without a change at the source and without a person's word.
    #[must_use]
    pub const fn by_itself(self) -> bool {
        match self {
            Self::Again | Self::AfterQuota => true,
            Self::Person | Self::Never => false,
        }
    }

    /// When a record with a problem of this class is tried again, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Again => "by each run that can change it",
            Self::AfterQuota => "in pauses, until it goes through; at once after `replay`",
            Self::Person => "when the record changes at its source, or after `replay`",
            Self::Never => "after `replay` only: no change at its source clears it",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $class:ident, $remedy:literal;)+) => {
        /// A stable code. Scripts may depend on the words; new ones may come.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in output and tables.
            #[must_use]
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $code),+ } }

            /// What has to happen first.
            #[must_use]
            pub const fn class(self) -> Class { match self { $(Self::$variant => Class::$class),+ } }

            /// What is wrong, as a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str { match self { $(Self::$variant => concat!($($doc),+).trim()),+ } }

            /// What a person can do.
            #[must_use]
            pub const fn remedy(self) -> &'static str { match self { $(Self::$variant => $remedy),+ } }
        }
    };
}

codes! {
    /// The sink refused a value of the record.
    ValueRefused = "value_refused", Person, "Correct the value in Acumatica, or widen the field in Zoho CRM; the next run tries again when the record changes, or use replay.";
    /// The sink wants a field that the mapping does not fill.
    MandatoryMissing = "mandatory_missing", Person, "Make the field optional on the layout in Zoho CRM or give it a default there, then replay the record.";
    /// Another record of the sink holds a value that must be unique, and it is not ours.
    DuplicateValue = "duplicate_value", Person, "Open the named Zoho record and clear the value, or remove one of the two records, then replay.";
    /// Locked, in approval, in review or under merge.
    RecordLocked = "record_locked", Again, "Nothing to do unless it stays: finish the approval, review or merge in Zoho CRM. It is tried again for two days, in pauses of 5 minutes to 4 hours.";
    /// The sink refused the record for a reason that has no code of its own here.
    Refused = "refused", Person, "Read the answer with `record`, correct the cause, then replay.";
    /// The organisation takes no more records.
    StorageFull = "storage_full", AfterQuota, "Free storage in Zoho CRM or buy more. It is tried again in pauses of 5 minutes to 4 hours; replay tries at once.";
    /// The outcome of a write could not be settled within the run.
    OutcomeUnknown = "outcome_unknown", Again, "Nothing to do: the next run looks the record up before it writes again.";
    /// A write of this record is not answered, while writes of others are.
    WriteUnanswered = "write_unanswered", Again, "Nothing to do: it is looked up and tried again, apart from other records, for two days in pauses of 5 minutes to 4 hours.";
    /// Locked, in approval, in review or under merge for two days, tried again all the while.
    StaysLocked = "stays_locked", Person, "End the approval, review or merge in Zoho CRM, or unlock the record there; then replay it.";
    /// Tried again for two days without knowing whether it was written, while others were.
    NeverAnswered = "never_answered", Person, "Look for what handles this record in Zoho CRM (a workflow, a function, a rule) and makes writing it fail, and at its requests with `record`; then replay it.";
    /// An unlinked record of the sink already carries this name or code.
    UndecidedName = "undecided_name", Person, "Write the ERP key into the field ERP Key of the right Zoho record to adopt it, or rename it, then replay.";
    /// The document's account is not there (yet).
    WaitingForAccount = "waiting_for_account", Again, "It goes by itself once its customer has arrived; after two days it is parked, and still goes by itself. A customer that is undecided or parked has to be decided first: look at it with `record`.";
    /// A line's product is not there (yet).
    WaitingForProduct = "waiting_for_product", Again, "It goes by itself once its item has arrived; after two days it is parked, and still goes by itself. An item that is undecided or parked has to be decided first: look at it with `record`.";
    /// The sink makes another total of the document than the source has.
    TotalDiffers = "total_differs", Person, "Look in Zoho CRM for what changes totals of invoices: a tax, discount or price that a workflow or rule sets, another formula of Grand Total, the decimal places of the currency. Then replay the document: its lines are written and its total is compared again.";
    /// The document's currency is not active in the sink.
    CurrencyNotActive = "currency_not_active", Person, "Activate the currency in Zoho CRM (Setup, Company Details, Currencies), then replay.";
    /// The document's status is none of the documented labels.
    UnknownStatus = "unknown_status", Person, "A workflow in Acumatica gave this status, which none of its own documents has. The document is treated as not released, and goes by itself once it has a known one (Open, Closed, Canceled, Reserved). If it was released already, end that step of the workflow in Acumatica.";
    /// A required source value is missing or unreadable.
    SourceUnreadable = "source_unreadable", Person, "Open the record in Acumatica and correct the named field.";
    /// A document number carries another GUID than before.
    NumberReused = "number_reused", Never, "Was Acumatica restored from a snapshot, or the document deleted and its number used again? Check the document on both sides, then replay or skip it.";
    /// The source has the record no more, and the flow asks a person what follows.
    SourceGone = "source_gone", Person, "Replay it to have its record in Zoho CRM marked as deleted, or skip it to leave that record as it is. It is taken up again by itself when it comes back in Acumatica.";
    /// A sweep missed more records of a flow than are ever deleted at once.
    RowsVanished = "rows_vanished", Person, "Check in Acumatica whether the user lost a role, a branch or a restriction group, and whether the company was restored from a snapshot; it heals by itself once the records show again. Were they really deleted: sync --sweep --accept-vanished.";
    /// A key is too long for the ERP key field.
    KeyTooLong = "key_too_long", Person, "Widen the field ERP Key in Zoho CRM, then replay.";
    /// A field that the source owns was changed in the sink, and the flow asks a person what follows.
    EditedInCrm = "edited_in_crm", Person, "Replay it to write the values of Acumatica again, or skip it to leave what stands in Zoho CRM until the record changes in Acumatica.";
    /// Written again and changed in the sink again, several times.
    Alternating = "alternating", Person, "Find the workflow, integration or person that changes the field in Zoho CRM and end it, or set edited = \"leave\" for the flow; then replay.";
    /// The user of the sink may not write this record, while it may write others.
    NotPermitted = "not_permitted", AfterQuota, "Give the user's profile the right to create and edit records of the module in Zoho CRM, or share the record with it; it is tried again in pauses of 5 minutes to 4 hours.";
    /// A record in the sink's recycle bin holds the ERP key.
    KeyInBin = "key_in_bin", Never, "Restore the named record in Zoho CRM, and it goes on by itself; or delete it from the recycle bin for good, then replay: it is then created anew.";
    /// The record that the link names is gone in the sink.
    TargetGone = "target_gone", Never, "Restore the record in Zoho CRM, or replay: it is then created anew.";
}

impl Code {
    /// Codes of records whose link leads to nothing.
    pub const BREAK_LINKS: [Self; 3] = [Self::TargetGone, Self::KeyInBin, Self::UndecidedName];

    /// True when a link of the record leads to nothing: what it named is gone in the sink.
    #[must_use]
    pub fn breaks_link(self) -> bool {
        Self::BREAK_LINKS.contains(&self)
    }

    /// True for what concerns a whole flow and no single record: nothing is open for it, so that there is nothing to replay or skip.
    #[must_use]
    pub const fn of_flow(self) -> bool {
        matches!(self, Self::RowsVanished)
    }

    /// The code of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| serde::de::Error::custom(format!("unknown problem code {name}")))
    }
}

/// One problem of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The stable code.
    pub code: Code,
    /// What is wrong, as a sentence, with the values concerned (never a secret).
    pub message: String,
    /// Where: a field path of source or sink; empty when it is the whole record.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
}

impl Problem {
    /// A problem of the whole record.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: String::new() }
    }

    /// The same, at a field.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }
}
