//! How the records of an entity are listed: the ordinary way, or what is left where the server cannot make the list.
//!
//! Owns the order of the ways and the words for each. A list is one statement; a customisation that puts code behind a field breaks it for
//! every request that names the field ("Optimization cannot be performed"), while a read of one record goes through the form and works.
//! Must not read by itself.

use sync::Entity;

/// A way, from the best to the last resort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// Lists with all that the mapping uses.
    #[default]
    Whole,
    /// Lists without form fields, such as the currency.
    Plain,
    /// A list of keys, then lists of records by their keys.
    ByKeys,
    /// A list of keys, then one call for each record.
    OneByOne,
}

impl Way {
    const ALL: [Self; 4] = [Self::Whole, Self::Plain, Self::ByKeys, Self::OneByOne];

    /// The word under which it is kept.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Plain => "plain",
            Self::ByKeys => "by_keys",
            Self::OneByOne => "one_by_one",
        }
    }

    /// The way of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }

    /// What is tried next when the server cannot make the list; `custom` says whether form fields were asked for.
    pub(crate) const fn next(self, custom: bool) -> Option<Self> {
        match self {
            Self::Whole if custom => Some(Self::Plain),
            Self::Whole | Self::Plain => Some(Self::ByKeys),
            Self::ByKeys => Some(Self::OneByOne),
            Self::OneByOne => None,
        }
    }

    /// How a record was read, for its trail; blank for the ordinary way.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::Plain => "read without form fields, because the server cannot list them",
            Self::ByKeys => "read by its key, because the server cannot list it whole",
            Self::OneByOne => "read in a call of its own, because the server cannot list it whole",
        }
    }

    /// What people are told when a read of `entity` goes over to this way.
    pub(crate) fn note(self, entity: Entity, why: &str) -> String {
        let how = match self {
            Self::Whole => "read whole again",
            Self::Plain => "read without form fields such as the currency",
            Self::ByKeys => "read by keys, 25 records a call",
            Self::OneByOne => "read one record a call",
        };
        format!("{}: {how}, because the server cannot make the list. It says: \"{why}\"", entity.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_leads_to_the_next_and_the_last_to_none() {
        assert_eq!(Way::Whole.next(true), Some(Way::Plain));
        assert_eq!(Way::Whole.next(false), Some(Way::ByKeys));
        assert_eq!(Way::Plain.next(false), Some(Way::ByKeys));
        assert_eq!(Way::ByKeys.next(false), Some(Way::OneByOne));
        assert_eq!(Way::OneByOne.next(false), None);
    }

    #[test]
    fn a_way_is_kept_by_its_name() {
        for way in Way::ALL {
            assert_eq!(Way::named(way.name()), Some(way));
        }
        assert_eq!(Way::named("by_magic"), None);
    }
}
