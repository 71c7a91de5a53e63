//! Address and contact particulars that are embedded in customers and documents.

/// A postal address. Every part may be blank.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// First street line.
    pub line1: Option<String>,
    /// Second street line.
    pub line2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State or province, a code where the country has codes, else free text.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country: normally a two-letter code.
    pub country: Option<String>,
    /// Whether an address service has validated it.
    pub validated: bool,
}

/// A contact of a customer or document: people, phones, mail, and an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Number of the contact row.
    pub contact_id: i32,
    /// Company or business name (`FullName` of the row).
    pub full_name: Option<String>,
    /// Attention line.
    pub attention: Option<String>,
    /// Salutation, such as `Mr.`.
    pub title: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Middle name.
    pub middle_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Position held.
    pub job_title: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// First phone, labelled `Business 1`.
    pub phone1: Option<String>,
    /// Second phone, labelled `Business 2`.
    pub phone2: Option<String>,
    /// Fax.
    pub fax: Option<String>,
    /// Web site.
    pub web: Option<String>,
    /// The address.
    pub address: Address,
}
