//! Attribute values of customers and items.
//!
//! Owns this one table of fields, which customers, items and persons share. Rows are made by the entity that carries
//! them.

use super::field::{Field, Node, flag, get, guid, text};
use crate::acumatica::value::{self, Val};
use crate::acumatica::version::Version::{V20, V24};

pub(super) static ATTRIBUTE: Node = Node { name: "AttributeValue", fields: ATTRIBUTE_FIELDS };

static ATTRIBUTE_FIELDS: &[Field] = &[
    text(
        "AttributeDescription",
        V20,
        "Answers.AttributeID_description",
        get!(Attribute { code, .. } => value::text(code)),
    ),
    text("AttributeID", V20, "Answers.AttributeID", get!(Attribute { code, .. } => value::text(code))),
    flag("IsActive", V24, "Answers.IsActive", get!(= Val::Bool(true))),
    guid("RefNoteID", V20, "Answers.RefNoteID", get!(Attribute { owner, .. } => Val::Guid(owner))),
    flag("Required", V20, "Answers.IsRequired", get!(= Val::Bool(false))),
    text("Value", V20, "Answers.Value", get!(Attribute { value, .. } => value::text(value))),
    text("ValueDescription", V20, "Answers.Value", get!(Attribute { value, .. } => value::text(value))),
];
