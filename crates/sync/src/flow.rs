//! Flows, the entities they read and the modules they write.
//!
//! Owns the closed lists and their order. Must not know how either system names its endpoints beyond these words.

use serde::{Deserialize, Serialize};

/// A stream of records that a person can switch on and schedule, in dependency order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// Customer → account.
    Customers,
    /// Stock and non-stock item → product.
    Items,
    /// Released receivables document → invoice.
    Invoices,
}

impl Flow {
    /// All flows, in dependency order.
    pub const ALL: [Self; 3] = [Self::Customers, Self::Items, Self::Invoices];

    /// The word in files, tables, output and docs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Items => "items",
            Self::Invoices => "invoices",
        }
    }

    /// The flow of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flow| flow.name() == name)
    }

    /// The source entities it reads.
    #[must_use]
    pub const fn entities(self) -> &'static [Entity] {
        match self {
            Self::Customers => &[Entity::Customer],
            Self::Items => &[Entity::StockItem, Entity::NonStockItem],
            Self::Invoices => &[Entity::Invoice, Entity::CashSale],
        }
    }

    /// The sink module it writes.
    #[must_use]
    pub const fn module(self) -> Module {
        match self {
            Self::Customers => Module::Accounts,
            Self::Items => Module::Products,
            Self::Invoices => Module::Invoices,
        }
    }
}

/// A record type of the source, by its name in the ERP's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Entity {
    /// AR303000.
    Customer,
    /// IN202500.
    StockItem,
    /// IN202000.
    NonStockItem,
    /// AR301000, the spine of documents.
    Invoice,
    /// AR304000: cash sales and returns.
    CashSale,
}

impl Entity {
    /// All entities.
    pub const ALL: [Self; 5] = [Self::Customer, Self::StockItem, Self::NonStockItem, Self::Invoice, Self::CashSale];

    /// The contract name, also used in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "Customer",
            Self::StockItem => "StockItem",
            Self::NonStockItem => "NonStockItem",
            Self::Invoice => "Invoice",
            Self::CashSale => "CashSale",
        }
    }

    /// The entity of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entity| entity.name() == name)
    }

    /// The flow that reads it.
    #[must_use]
    pub const fn flow(self) -> Flow {
        match self {
            Self::Customer => Flow::Customers,
            Self::StockItem | Self::NonStockItem => Flow::Items,
            Self::Invoice | Self::CashSale => Flow::Invoices,
        }
    }
}

/// A module of the sink, by its API name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Module {
    /// Companies.
    Accounts,
    /// Sellable things.
    Products,
    /// Invoices with line items.
    Invoices,
}

impl Module {
    /// All modules.
    pub const ALL: [Self; 3] = [Self::Accounts, Self::Products, Self::Invoices];

    /// The API name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "Accounts",
            Self::Products => "Products",
            Self::Invoices => "Invoices",
        }
    }
}
