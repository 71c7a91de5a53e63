//! Layouts: which fields stand on which section of a module's form.
//!
//! Owns: sections and the order of fields in them. Must not: know values or permissions.

/// A section of a layout.
#[derive(Debug, Clone)]
pub struct Section {
    /// Section id.
    pub id: u64,
    /// Name in the API.
    pub api_name: String,
    /// Label that people see.
    pub label: String,
    /// One or two columns.
    pub columns: u8,
    /// `left_to_right` or `top_to_bottom`.
    pub traversal: String,
    /// Whether it shows line rows.
    pub subform: bool,
    /// Whether an administrator made it.
    pub custom: bool,
    /// Field ids in display order.
    pub fields: Vec<u64>,
}

/// A layout of a module.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Layout id.
    pub id: u64,
    /// Name.
    pub name: String,
    /// Sections in display order.
    pub sections: Vec<Section>,
    /// Fields that this layout alone makes mandatory.
    pub required: Vec<u64>,
    /// Last change, epoch seconds.
    pub modified: Option<i64>,
}

impl Layout {
    /// True when a field stands on the layout.
    #[must_use]
    pub fn holds(&self, field: u64) -> bool {
        self.sections.iter().any(|section| section.fields.contains(&field))
    }
}
