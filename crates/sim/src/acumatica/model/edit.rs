//! The edits that people and business processes make, outside the interface under test.
//!
//! Each takes the current instant. Where the ERP may or may not move a stamp, the caller says which by a
//! [`StampRule`]. References follow a renamed key, as they do in the ERP, where they are stored by number.

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    Application, Books, Customer, DocKey, DocType, Document, Item, Line, Origin, PayKey, PayType, Payment, fold,
};

/// Why an edit is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditError {
    /// No such row.
    NotFound,
    /// The new key is taken.
    Taken,
    /// The row's state does not allow it.
    State,
    /// The amount is not within what is open.
    Amount,
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotFound => "no such row",
            Self::Taken => "the key is taken",
            Self::State => "the row's state does not allow it",
            Self::Amount => "the amount is not within what is open",
        })
    }
}

impl std::error::Error for EditError {}

/// Whether an edit moves the row's modification stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StampRule {
    /// The stamp moves to the instant of the edit.
    Moves,
    /// The stamp stays: the change is invisible to a reader that asks by stamp.
    Stays,
}

impl StampRule {
    fn apply(self, stamp: &mut Timestamp, now: Timestamp) {
        if self == Self::Moves {
            *stamp = now;
        }
    }
}

impl Books {
    /// Changes a customer in place. The key must be left alone; see [`Books::rename_customer`].
    ///
    /// # Errors
    /// [`EditError::NotFound`].
    pub fn edit_customer(
        &mut self,
        key: &str,
        stamp: StampRule,
        now: Timestamp,
        edit: impl FnOnce(&mut Customer),
    ) -> Result<(), EditError> {
        let customer = self.customers.get_mut(&fold(key)).ok_or(EditError::NotFound)?;
        edit(customer);
        stamp.apply(&mut customer.meta.modified, now);
        Ok(())
    }

    /// Changes an item in place. The key must be left alone; see [`Books::rename_item`].
    ///
    /// # Errors
    /// [`EditError::NotFound`].
    pub fn edit_item(
        &mut self,
        key: &str,
        stamp: StampRule,
        now: Timestamp,
        edit: impl FnOnce(&mut Item),
    ) -> Result<(), EditError> {
        let item = self.items.get_mut(&fold(key)).ok_or(EditError::NotFound)?;
        edit(item);
        stamp.apply(&mut item.meta.modified, now);
        Ok(())
    }

    /// Changes a document in place. Type and number must be left alone.
    ///
    /// # Errors
    /// [`EditError::NotFound`].
    pub fn edit_document(
        &mut self,
        key: &DocKey,
        stamp: StampRule,
        now: Timestamp,
        edit: impl FnOnce(&mut Document),
    ) -> Result<(), EditError> {
        let document = self.documents.get_mut(key).ok_or(EditError::NotFound)?;
        edit(document);
        stamp.apply(&mut document.meta.modified, now);
        Ok(())
    }

    /// Gives a customer another code ("Change ID"). Its id stays, references follow without a stamp.
    ///
    /// # Errors
    /// [`EditError::NotFound`], [`EditError::Taken`].
    pub fn rename_customer(&mut self, from: &str, to: &str, now: Timestamp) -> Result<(), EditError> {
        let (old, new) = (fold(from), fold(to));
        if self.customers.contains_key(&new) || self.prospects.contains_key(&new) {
            return Err(EditError::Taken);
        }
        let mut customer = self.customers.remove(&old).ok_or(EditError::NotFound)?;
        to.trim().clone_into(&mut customer.key);
        customer.meta.modified = now;
        self.customers.insert(new, customer);
        let follow = |key: &mut String| {
            if fold(key) == old {
                to.trim().clone_into(key);
            }
        };
        self.documents.values_mut().for_each(|d| follow(&mut d.customer));
        self.payments.values_mut().for_each(|p| follow(&mut p.customer));
        self.customers.values_mut().filter_map(|c| c.parent.as_mut()).for_each(follow);
        self.contacts.values_mut().filter_map(|c| c.account.as_mut()).for_each(follow);
        Ok(())
    }

    /// Gives an item another code. Its id stays, document lines follow without a stamp.
    ///
    /// # Errors
    /// [`EditError::NotFound`], [`EditError::Taken`].
    pub fn rename_item(&mut self, from: &str, to: &str, now: Timestamp) -> Result<(), EditError> {
        let (old, new) = (fold(from), fold(to));
        if self.items.contains_key(&new) {
            return Err(EditError::Taken);
        }
        let mut item = self.items.remove(&old).ok_or(EditError::NotFound)?;
        to.trim().clone_into(&mut item.key);
        item.meta.modified = now;
        self.items.insert(new, item);
        let lines = self.documents.values_mut().flat_map(|d| d.lines.iter_mut());
        for key in lines.filter_map(|l| l.item.as_mut()) {
            if fold(key) == old {
                to.trim().clone_into(key);
            }
        }
        Ok(())
    }

    /// Turns a stock item into a non-stock item or back: it leaves one entity and appears in the other.
    ///
    /// # Errors
    /// [`EditError::NotFound`].
    pub fn convert_item(&mut self, key: &str, now: Timestamp) -> Result<(), EditError> {
        self.edit_item(key, StampRule::Moves, now, |item| {
            item.stock = !item.stock;
            item.kind = if item.stock { "Finished Good" } else { "Non-Stock Item" }.to_owned();
        })
    }

    /// Removes a customer without trace.
    ///
    /// # Errors
    /// [`EditError::NotFound`]; [`EditError::State`] when released documents name it.
    pub fn delete_customer(&mut self, key: &str) -> Result<(), EditError> {
        let folded = fold(key);
        if self.documents.values().any(|d| d.released && fold(&d.customer) == folded) {
            return Err(EditError::State);
        }
        self.customers.remove(&folded).map(|_| ()).ok_or(EditError::NotFound)
    }

    /// Removes an item without trace.
    ///
    /// # Errors
    /// [`EditError::NotFound`].
    pub fn delete_item(&mut self, key: &str) -> Result<(), EditError> {
        self.items.remove(&fold(key)).map(|_| ()).ok_or(EditError::NotFound)
    }

    /// Removes an unreleased document without trace.
    ///
    /// # Errors
    /// [`EditError::NotFound`]; [`EditError::State`] for a released one, which the ERP never deletes.
    pub fn delete_document(&mut self, key: &DocKey) -> Result<(), EditError> {
        match self.documents.get(key) {
            None => Err(EditError::NotFound),
            Some(d) if d.released => Err(EditError::State),
            Some(_) => {
                self.documents.remove(key);
                Ok(())
            }
        }
    }

    /// Posts a document. It becomes Open with its amount as balance, or Closed when nothing is open; cash sales
    /// and returns are Closed at once.
    ///
    /// # Errors
    /// [`EditError::NotFound`]; [`EditError::State`] when it is posted already.
    pub fn release_document(&mut self, key: &DocKey, now: Timestamp) -> Result<(), EditError> {
        let document = self.documents.get_mut(key).ok_or(EditError::NotFound)?;
        if document.released {
            return Err(EditError::State);
        }
        document.released = true;
        document.hold = false;
        document.credit_hold = false;
        document.balance = if key.kind.is_cash() { Decimal::ZERO } else { document.amount };
        document.status = if document.balance.is_zero() { "Closed" } else { "Open" }.to_owned();
        document.batch = Some(format!("AR{:0>6}", key.number.trim_start_matches(|c: char| !c.is_ascii_digit())));
        document.meta.modified = now;
        Ok(())
    }

    /// Posts a document under terms of several instalments: the original is Closed with balance zero and one new
    /// document per instalment is made, of the same type, entered in receivables, with one line without item.
    /// `parts` holds the number, due date, row id and line id of each instalment.
    ///
    /// # Errors
    /// As [`Books::release_document`]; [`EditError::Taken`] when a number is in use; [`EditError::Amount`] when
    /// `parts` is empty.
    pub fn release_in_installments(
        &mut self,
        key: &DocKey,
        parts: &[(String, Date, Uuid, Uuid)],
        now: Timestamp,
    ) -> Result<(), EditError> {
        let count = i16::try_from(parts.len()).map_err(|_| EditError::Amount)?;
        if count == 0 {
            return Err(EditError::Amount);
        }
        if parts.iter().any(|(number, ..)| self.documents.contains_key(&DocKey::new(key.kind, number))) {
            return Err(EditError::Taken);
        }
        let decimals = self.documents.get(key).and_then(|d| self.setup.currencies.get(&d.currency)).copied();
        self.release_document(key, now)?;
        let Some(original) = self.documents.get_mut(key) else {
            return Err(EditError::NotFound);
        };
        let total = original.balance;
        original.balance = Decimal::ZERO;
        "Closed".clone_into(&mut original.status);
        original.installments = Some(count);
        let original = original.clone();
        let share = (total / Decimal::from(count)).round_dp(u32::from(decimals.unwrap_or(2)));
        let mut left = total;
        for (index, (number, due, id, line_id)) in (1_i16..).zip(parts) {
            let amount = if index == count { left } else { share };
            left -= amount;
            let mut part = Document::new(
                *id,
                DocKey::new(key.kind, number),
                Origin::Ar,
                &original.customer,
                &original.currency,
                original.date,
                now,
            );
            part.released = true;
            part.hold = false;
            "Open".clone_into(&mut part.status);
            part.due_date = Some(*due);
            part.terms.clone_from(&original.terms);
            part.description.clone_from(&original.description);
            part.customer_order.clone_from(&original.customer_order);
            part.bill_to = original.bill_to.clone();
            part.ship_to = original.ship_to.clone();
            part.master_ref = Some(original.key.number.clone());
            part.installment = Some(index);
            part.lines.push(Line {
                id: *line_id,
                number: 1,
                item: None,
                description: Some("Multiple Installment split".to_owned()),
                quantity: Decimal::ONE,
                unit: None,
                unit_price: amount,
                extended: amount,
                discount_percent: Decimal::ZERO,
                discount: Decimal::ZERO,
                amount,
                tax_category: None,
                account: original.ar_account.clone(),
                subaccount: "000000".to_owned(),
                branch: original.branch.clone(),
                warehouse: None,
                order: None,
                shipment: None,
            });
            part.line_total = amount;
            part.amount = amount;
            part.balance = amount;
            self.put_document(part);
        }
        Ok(())
    }

    /// Posts a payment of `amount` on a document: the document's balance falls, its stamp by `stamp`; a payment
    /// row with its application is added. The payment is in the document's currency.
    ///
    /// # Errors
    /// [`EditError::NotFound`]; [`EditError::State`] unless the document is Open; [`EditError::Amount`] when
    /// `amount` is not above zero or exceeds the balance; [`EditError::Taken`] when the payment number is in use.
    #[expect(clippy::too_many_arguments, reason = "a payment has that many particulars")]
    pub fn pay(
        &mut self,
        key: &DocKey,
        number: &str,
        amount: Decimal,
        ids: (Uuid, Uuid),
        stamp: StampRule,
        date: Date,
        now: Timestamp,
    ) -> Result<(), EditError> {
        let pay_key = PayKey::new(PayType::Payment, number);
        if self.payments.contains_key(&pay_key) {
            return Err(EditError::Taken);
        }
        let document = self.documents.get_mut(key).ok_or(EditError::NotFound)?;
        if document.status != "Open" {
            return Err(EditError::State);
        }
        if amount <= Decimal::ZERO || amount > document.balance {
            return Err(EditError::Amount);
        }
        document.balance -= amount;
        if document.balance.is_zero() {
            "Closed".clone_into(&mut document.status);
        }
        stamp.apply(&mut document.meta.modified, now);
        let mut payment = Payment::new(ids.0, pay_key, &document.customer, &document.currency, amount, date, now);
        payment.released = true;
        payment.balance = Decimal::ZERO;
        "Closed".clone_into(&mut payment.status);
        payment.applications.push(Application {
            id: ids.1,
            document: key.clone(),
            amount,
            balance: document.balance,
            date,
            released: true,
        });
        self.put_payment(payment);
        Ok(())
    }

    /// Marks a posted document as Canceled, balance zero: it was corrected or cancelled on the sales form.
    ///
    /// # Errors
    /// [`EditError::NotFound`]; [`EditError::State`] unless it is posted.
    pub fn cancel_document(&mut self, key: &DocKey, now: Timestamp) -> Result<(), EditError> {
        let document = self.documents.get_mut(key).ok_or(EditError::NotFound)?;
        if !document.released {
            return Err(EditError::State);
        }
        "Canceled".clone_into(&mut document.status);
        document.balance = Decimal::ZERO;
        document.meta.modified = now;
        Ok(())
    }

    /// Turns a prospect or vendor into a customer with the same code, account number and `NoteID`; currency and
    /// class come from the default class.
    ///
    /// # Errors
    /// [`EditError::NotFound`]; [`EditError::State`] when it is a customer already or there is no default class.
    pub fn convert_prospect(&mut self, key: &str, now: Timestamp) -> Result<(), EditError> {
        let folded = fold(key);
        if self.customers.contains_key(&folded) {
            return Err(EditError::State);
        }
        let class = self.setup.default_class.as_ref().and_then(|id| self.setup.classes.get(&fold(id)));
        let class = class.ok_or(EditError::State)?;
        let prospect = self.prospects.get(&folded).ok_or(EditError::NotFound)?;
        let mut customer = Customer::new(prospect.meta.id, prospect.number, &prospect.key, &prospect.name, class, now);
        customer.main = prospect.main.clone();
        customer.account_ref.clone_from(&prospect.account_ref);
        self.prospects.remove(&folded);
        self.customers.insert(folded, customer);
        Ok(())
    }

    /// The documents of a type whose number is `number`, in every type: one number may exist under several.
    pub fn documents_numbered<'a>(&'a self, number: &str) -> impl Iterator<Item = &'a Document> + use<'a> {
        let number = fold(number);
        DocType::ALL.into_iter().filter_map(move |kind| self.documents.get(&DocKey { kind, number: number.clone() }))
    }
}
