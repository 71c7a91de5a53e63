//! The standard modules and their fields.
//!
//! Owns: names, kinds, lengths and mandatory marks from the fact sheet's section 11.
//! Must not: create records or know rules of writing.

use super::fields::{address, computed, lookup, money, of, picks, system, text};
use super::inventory::{self, Document};
use super::join;
use crate::zoho::model::{Cell, Field, Kind, ModuleMeta, Org, Pick};

const TYPES: [&str; 8] =
    ["Analyst", "Competitor", "Customer", "Distributor", "Integrator", "Investor", "Partner", "Supplier"];
const INDUSTRIES: [&str; 8] = [
    "ASP (Application Service Provider)",
    "Data/Telecom OEM",
    "Government/Military",
    "Large Enterprise",
    "Manufacturing",
    "Retail",
    "Small/Medium Enterprise",
    "Wholesale",
];
const SOURCES: [&str; 7] =
    ["Advertisement", "Cold Call", "Employee Referral", "External Referral", "Online Store", "Partner", "Trade Show"];
const GL: [&str; 4] = ["Sales-Software", "Sales-Hardware", "Rental Income", "Interest Income"];

pub(super) fn furnish(org: &mut Org) {
    leads(org);
    accounts(org);
    contacts(org);
    deals(org);
    vendors(org);
    products(org);
    price_books(org);
    documents(org);
}

fn meta(api: &str, singular: &str, plural: &str, sequence: u32, available: bool) -> ModuleMeta {
    ModuleMeta {
        id: 0,
        api_name: api.to_owned(),
        module_name: match api {
            "Deals" => "Potentials".to_owned(),
            other => other.replace('_', ""),
        },
        singular: singular.to_owned(),
        plural: plural.to_owned(),
        generated: "default",
        available,
        hidden: false,
        sequence,
        parent: None,
        display: 0,
        duplicate: None,
    }
}

fn leads(org: &mut Org) {
    let mut fields = vec![
        text("Last_Name", "Last Name", 80).mandatory(),
        text("First_Name", "First Name", 40),
        text("Full_Name", "Full Name", 120).read_only(),
        text("Company", "Company", 200).mandatory(),
        of("Email", "Email", Kind::Email),
        of("Phone", "Phone", Kind::Phone),
        of("Mobile", "Mobile", Kind::Phone),
        of("Website", "Website", Kind::Website),
        picks("Lead_Source", "Lead Source", &SOURCES),
        picks("Lead_Status", "Lead Status", &["Attempted to Contact", "Contacted", "Not Contacted", "Pre-Qualified"]),
    ];
    fields.extend(address(org, "", "Zip_Code"));
    fields.push(of("Description", "Description", Kind::TextArea));
    fields.extend(money(org));
    fields.extend(system("Lead Owner"));
    join(org, meta("Leads", "Lead", "Leads", 1, true), fields, Some("Email"), "Full_Name");
}

fn accounts(org: &mut Org) {
    let mut fields = vec![
        text("Account_Name", "Account Name", 200).mandatory(),
        of("Account_Number", "Account Number", Kind::BigInt).length(16),
        text("Account_Site", "Account Site", 80),
        lookup("Parent_Account", "Parent Account", "Accounts"),
        picks("Account_Type", "Account Type", &TYPES),
        picks("Industry", "Industry", &INDUSTRIES),
        picks("Ownership", "Ownership", &["Other", "Private", "Public", "Subsidiary", "Partnership", "Government"]),
        picks("Rating", "Rating", &["Acquired", "Active", "Market Failed", "Project Cancelled", "Shut Down"]),
        of("Annual_Revenue", "Annual Revenue", Kind::Currency),
        of("Employees", "Employees", Kind::Integer),
        of("Phone", "Phone", Kind::Phone),
        of("Fax", "Fax", Kind::Phone),
        of("Website", "Website", Kind::Website),
        of("SIC_Code", "SIC Code", Kind::Integer),
        text("Ticker_Symbol", "Ticker Symbol", 30),
    ];
    fields.extend(address(org, "Billing", "Code"));
    fields.extend(address(org, "Shipping", "Code"));
    fields.push(of("Description", "Description", Kind::TextArea));
    fields.extend(money(org));
    fields.extend(system("Account Owner"));
    join(org, meta("Accounts", "Account", "Accounts", 2, true), fields, Some("Account_Name"), "Account_Name");
}

fn contacts(org: &mut Org) {
    let mut fields = vec![
        picks("Salutation", "Salutation", &["Mr.", "Mrs.", "Ms.", "Dr.", "Prof."]),
        text("First_Name", "First Name", 40),
        text("Last_Name", "Last Name", 80).mandatory(),
        text("Full_Name", "Full Name", 120).read_only(),
        of("Email", "Email", Kind::Email),
        of("Secondary_Email", "Secondary Email", Kind::Email),
        of("Phone", "Phone", Kind::Phone),
        of("Mobile", "Mobile", Kind::Phone),
        lookup("Account_Name", "Account Name", "Accounts"),
        text("Title", "Title", 100),
        text("Department", "Department", 50),
        picks("Lead_Source", "Lead Source", &SOURCES),
    ];
    fields.extend(address(org, "Mailing", "Zip"));
    fields.extend(address(org, "Other", "Zip"));
    fields.push(of("Description", "Description", Kind::TextArea));
    fields.extend(money(org));
    fields.extend(system("Contact Owner"));
    join(org, meta("Contacts", "Contact", "Contacts", 3, true), fields, Some("Email"), "Full_Name");
}

fn deals(org: &mut Org) {
    let mut stage = of("Stage", "Stage", Kind::Picklist).mandatory();
    let pipelines = org.pipelines.clone();
    for held in pipelines.iter().flat_map(|pipeline| &pipeline.stages) {
        if !stage.picks.iter().any(|pick| pick.actual == held.actual) {
            stage.picks.push(Pick {
                id: held.id,
                display: held.display.clone(),
                actual: held.actual.clone(),
                forecast: Some(held.forecast),
                probability: Some(held.probability),
            });
        }
    }
    let names: Vec<&str> = pipelines.iter().map(|pipeline| pipeline.actual.as_str()).collect();
    let mut pipeline = picks("Pipeline", "Pipeline", &names);
    for (pick, held) in pipeline.picks.iter_mut().zip(&pipelines) {
        pick.id = held.id;
    }
    pipeline.default = pipelines.first().map(|held| Cell::Text(held.actual.as_str().into()));
    let mut fields = vec![
        text("Deal_Name", "Deal Name", 120).mandatory(),
        stage,
        pipeline,
        of("Amount", "Amount", Kind::Currency),
        of("Closing_Date", "Closing Date", Kind::Date).mandatory(),
        lookup("Account_Name", "Account Name", "Accounts"),
        lookup("Contact_Name", "Contact Name", "Contacts"),
        of("Probability", "Probability (%)", Kind::Integer).length(3),
        computed("Expected_Revenue", "Expected Revenue"),
        picks("Type", "Type", &["Existing Business", "New Business"]),
        picks("Lead_Source", "Lead Source", &SOURCES),
        text("Next_Step", "Next Step", 100),
        picks("Reason_For_Loss__s", "Reason For Loss", &["Expectation Mismatch", "Price", "Competitor", "Other"]),
    ];
    fields.push(of("Description", "Description", Kind::TextArea));
    fields.extend(money(org));
    fields.extend(system("Deal Owner"));
    join(org, meta("Deals", "Deal", "Deals", 4, true), fields, Some("Deal_Name"), "Deal_Name");
}

fn vendors(org: &mut Org) {
    let available = org.edition().has_inventory();
    let mut fields = vec![
        text("Vendor_Name", "Vendor Name", 120).mandatory(),
        of("Email", "Email", Kind::Email),
        of("Phone", "Phone", Kind::Phone),
        of("Website", "Website", Kind::Website),
        text("Category", "Category", 50),
        picks("GL_Account", "GL Account", &GL),
    ];
    fields.extend(address(org, "", "Zip_Code"));
    fields.push(of("Description", "Description", Kind::TextArea));
    fields.extend(money(org));
    fields.extend(system("Vendor Owner"));
    join(org, meta("Vendors", "Vendor", "Vendors", 10, available), fields, Some("Vendor_Name"), "Vendor_Name");
}

fn products(org: &mut Org) {
    let available = org.edition().has_inventory();
    let number = |api: &str, label: &str| -> Field { of(api, label, Kind::Double) };
    let mut fields = vec![
        text("Product_Name", "Product Name", 200).mandatory(),
        text("Product_Code", "Product Code", 100),
        of("Product_Active", "Product Active", Kind::Boolean).default(Cell::Bool(true)),
        picks("Product_Category", "Product Category", &["Hardware", "Software", "CRM Applications", "Services"]),
        picks("Manufacturer", "Manufacturer", &["AltvetPet Inc.", "LexPon Inc.", "MetBeat Corp."]),
        picks(
            "Usage_Unit",
            "Usage Unit",
            &[
                "Box",
                "Carton",
                "Dozen",
                "Each",
                "Hours",
                "Impressions",
                "Lb",
                "M",
                "Pack",
                "Pages",
                "Pieces",
                "Quantity",
                "Reams",
                "Sheet",
                "Spiral Binder",
                "Sq Ft",
            ],
        ),
        of("Unit_Price", "Unit Price", Kind::Currency),
        of("Taxable", "Taxable", Kind::Boolean).default(Cell::Bool(true)),
        of("Tax", "Tax", Kind::MultiTax),
        of("Commission_Rate", "Commission Rate", Kind::Currency),
        number("Qty_in_Stock", "Quantity in Stock"),
        number("Qty_in_Demand", "Quantity in Demand"),
        number("Qty_Ordered", "Qty Ordered"),
        number("Reorder_Level", "Reorder Level"),
        lookup("Vendor_Name", "Vendor Name", "Vendors"),
        of("Handler", "Handler", Kind::UserLookup),
        of("Sales_Start_Date", "Sales Start Date", Kind::Date),
        of("Sales_End_Date", "Sales End Date", Kind::Date),
        of("Support_Start_Date", "Support Start Date", Kind::Date),
        of("Support_Expiry_Date", "Support Expiry Date", Kind::Date),
        of("Description", "Description", Kind::TextArea),
    ];
    fields.extend(system("Product Owner"));
    join(org, meta("Products", "Product", "Products", 11, available), fields, Some("Product_Name"), "Product_Name");
}

fn price_books(org: &mut Org) {
    let available = org.edition().has_inventory();
    let mut fields = vec![
        text("Price_Book_Name", "Price Book Name", 120).mandatory(),
        of("Active", "Active", Kind::Boolean).default(Cell::Bool(true)),
        picks("Pricing_Model", "Pricing Model", &["Differential", "Flat"]),
        of("Description", "Description", Kind::TextArea),
    ];
    fields.extend(money(org));
    fields.extend(system("Price Book Owner"));
    join(
        org,
        meta("Price_Books", "Price Book", "Price Books", 12, available),
        fields,
        Some("Price_Book_Name"),
        "Price_Book_Name",
    );
}

fn documents(org: &mut Org) {
    let account = ("Account_Name", "Account Name", "Accounts");
    let status = |values: &[&str]| picks("Status", "Status", values);
    let quote = Document {
        api: "Quotes",
        singular: "Quote",
        plural: "Quotes",
        subform: "Quoted_Items",
        rows_module: "QuotedItems",
        rows_label: "Quoted Items",
        party: account,
        sequence: 13,
    };
    let stages = ["Draft", "Negotiation", "Delivered", "On Hold", "Confirmed", "Closed Won", "Closed Lost"];
    let own = vec![
        of("Quote_Number", "Quote Number", Kind::AutoNumber).length(20),
        picks("Quote_Stage", "Quote Stage", &stages),
        of("Valid_Till", "Valid Until", Kind::Date),
        lookup("Deal_Name", "Deal Name", "Deals"),
        lookup("Contact_Name", "Contact Name", "Contacts"),
    ];
    inventory::add(org, &quote, own);
    let order = Document {
        api: "Sales_Orders",
        singular: "Sales Order",
        plural: "Sales Orders",
        subform: "Ordered_Items",
        rows_module: "OrderedItems",
        rows_label: "Ordered Items",
        party: account,
        sequence: 14,
    };
    let own = vec![
        of("SO_Number", "SO Number", Kind::AutoNumber).length(20),
        text("Purchase_Order", "Purchase Order", 100),
        of("Due_Date", "Due Date", Kind::Date),
        status(&["Created", "Approved", "Delivered", "Cancelled"]),
        lookup("Contact_Name", "Contact Name", "Contacts"),
        lookup("Quote_Name", "Quote Name", "Quotes"),
    ];
    inventory::add(org, &order, own);
    let purchase = Document {
        api: "Purchase_Orders",
        singular: "Purchase Order",
        plural: "Purchase Orders",
        subform: "Purchase_Items",
        rows_module: "PurchaseItems",
        rows_label: "Purchase Items",
        party: ("Vendor_Name", "Vendor Name", "Vendors"),
        sequence: 15,
    };
    let own = vec![
        text("PO_Number", "PO Number", 100),
        of("PO_Date", "PO Date", Kind::Date),
        of("Due_Date", "Due Date", Kind::Date),
        status(&["Created", "Approved", "Delivered", "Cancelled"]),
    ];
    inventory::add(org, &purchase, own);
    let invoice = Document {
        api: "Invoices",
        singular: "Invoice",
        plural: "Invoices",
        subform: "Invoiced_Items",
        rows_module: "InvoicedItems",
        rows_label: "Invoiced Items",
        party: account,
        sequence: 16,
    };
    inventory::add(org, &invoice, inventory::invoice_fields());
}
