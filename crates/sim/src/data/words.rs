//! Words from which names, addresses and texts are made. Invented companies, real places.
//!
//! Owns the lists only; how they are put together is up to the makers of customers, items and documents.

pub(super) const FIRST: [&str; 48] = [
    "Alder",
    "Anchor",
    "Apex",
    "Arbor",
    "Aurora",
    "Beacon",
    "Birch",
    "Bluewater",
    "Bramble",
    "Bridge",
    "Canyon",
    "Cascade",
    "Cedar",
    "Cobalt",
    "Copper",
    "Coral",
    "Crescent",
    "Delta",
    "Ember",
    "Falcon",
    "Fern",
    "Fjord",
    "Granite",
    "Harbor",
    "Hazel",
    "Heron",
    "Indigo",
    "Juniper",
    "Keystone",
    "Lakeside",
    "Larch",
    "Linden",
    "Maple",
    "Meridian",
    "Mistral",
    "Northgate",
    "Oakfield",
    "Orchard",
    "Pinnacle",
    "Quarry",
    "Redwood",
    "Ridgeline",
    "Saffron",
    "Sierra",
    "Summit",
    "Tamarack",
    "Vantage",
    "Willow",
];

pub(super) const SECOND: [&str; 40] = [
    "Bakery",
    "Bearings",
    "Brewing",
    "Castings",
    "Ceramics",
    "Chemicals",
    "Clinics",
    "Coffee",
    "Construction",
    "Controls",
    "Dairy",
    "Dental",
    "Distribution",
    "Electric",
    "Engineering",
    "Fabrication",
    "Fasteners",
    "Foods",
    "Freight",
    "Furniture",
    "Gardens",
    "Glass",
    "Hardware",
    "Hydraulics",
    "Imaging",
    "Instruments",
    "Interiors",
    "Logistics",
    "Machining",
    "Marine",
    "Metals",
    "Optics",
    "Packaging",
    "Paper",
    "Pharma",
    "Plastics",
    "Pumps",
    "Robotics",
    "Textiles",
    "Tools",
];

pub(super) const FORM: [&str; 12] =
    ["Inc.", "LLC", "Ltd", "GmbH", "AG", "S.A.", "Pty Ltd", "K.K.", "Co.", "Group", "B.V.", "& Partners"];

pub(super) const PERSON: [&str; 24] = [
    "Adams", "Baker", "Castillo", "Dubois", "Evans", "Fischer", "Garcia", "Haddad", "Ivanova", "Jensen", "Keller",
    "Lopez", "Meyer", "Novak", "O'Brien", "Petrov", "Quinn", "Rossi", "Sato", "Tanaka", "Ueda", "Virtanen", "Weber",
    "Zhang",
];

pub(super) const GIVEN: [&str; 16] = [
    "Anna", "Ben", "Carla", "David", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Keiko", "Lara", "Miguel",
    "Nadia", "Oskar", "Priya",
];

pub(super) const STREET: [&str; 16] = [
    "Main Street",
    "Station Road",
    "Harbour Way",
    "Mill Lane",
    "Industrial Parkway",
    "Lindenstrasse",
    "High Street",
    "Rue de la Gare",
    "Kirchweg",
    "Market Square",
    "Elm Avenue",
    "Dock Road",
    "Via Roma",
    "Calle Mayor",
    "River Terrace",
    "Orchard Close",
];

/// City, state, postal code, country code and the first digits of its phone numbers.
pub(super) struct Place {
    pub(super) city: &'static str,
    pub(super) state: &'static str,
    pub(super) code: &'static str,
    pub(super) country: &'static str,
    pub(super) dial: &'static str,
}

const fn place(
    city: &'static str,
    state: &'static str,
    code: &'static str,
    country: &'static str,
    dial: &'static str,
) -> Place {
    Place { city, state, code, country, dial }
}

pub(super) const PLACES: [Place; 16] = [
    place("Seattle", "WA", "98101", "US", "+1 206 555"),
    place("Austin", "TX", "78701", "US", "+1 512 555"),
    place("Boston", "MA", "02108", "US", "+1 617 555"),
    place("Denver", "CO", "80202", "US", "+1 303 555"),
    place("Chicago", "IL", "60601", "US", "+1 312 555"),
    place("Toronto", "ON", "M5H 2N2", "CA", "+1 416 555"),
    place("London", "", "EC1A 1BB", "GB", "+44 20 7946"),
    place("Leeds", "", "LS1 4DY", "GB", "+44 113 496"),
    place("Berlin", "BE", "10115", "DE", "+49 30 2312"),
    place("München", "BY", "80331", "DE", "+49 89 1234"),
    place("Zürich", "ZH", "8001", "CH", "+41 44 668"),
    place("Genève", "GE", "1201", "CH", "+41 22 900"),
    place("Lyon", "", "69001", "FR", "+33 4 7200"),
    place("Osaka", "27", "530-0001", "JP", "+81 6 6123"),
    place("東京", "13", "100-0001", "JP", "+81 3 5555"),
    place("Sydney", "NSW", "2000", "AU", "+61 2 5550"),
];

pub(super) const ADJECTIVE: [&str; 24] = [
    "Adjustable",
    "Aluminium",
    "Brass",
    "Ceramic",
    "Compact",
    "Digital",
    "Double",
    "Flexible",
    "Galvanised",
    "Heavy",
    "Insulated",
    "Large",
    "Magnetic",
    "Mini",
    "Portable",
    "Precision",
    "Rubber",
    "Sealed",
    "Silent",
    "Small",
    "Smart",
    "Stainless",
    "Steel",
    "Wireless",
];

pub(super) const THING: [&str; 32] = [
    "Adapter", "Battery", "Bearing", "Bolt", "Bracket", "Cable", "Clamp", "Coupling", "Cutter", "Drill", "Fan",
    "Filter", "Fitting", "Gasket", "Gauge", "Hinge", "Hose", "Lamp", "Lever", "Motor", "Nozzle", "Panel", "Pump",
    "Relay", "Sensor", "Spring", "Switch", "Tank", "Timer", "Valve", "Wheel", "Wrench",
];

pub(super) const SERVICE: [&str; 12] = [
    "Installation",
    "Inspection",
    "Calibration",
    "Training day",
    "Consulting",
    "Maintenance",
    "Delivery",
    "Repair",
    "Support contract",
    "Design review",
    "Rental",
    "Cleaning",
];

pub(super) const REMARK: [&str; 10] = [
    "Monthly delivery",
    "Spare parts",
    "Project phase 2",
    "Replacement",
    "Urgent, by courier",
    "Frame order",
    "Partial delivery",
    "Annual contract",
    "Warranty case",
    "Trade fair",
];
