//! Versions of the endpoint `Default` that this instance serves.

/// An endpoint version. The order is that of age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 20.200.001
    V20,
    /// 22.200.001
    V22,
    /// 23.200.001
    V23,
    /// 24.200.001
    V24,
    /// 25.200.001
    V25,
}

impl Version {
    /// All versions, oldest first.
    pub const ALL: [Self; 5] = [Self::V20, Self::V22, Self::V23, Self::V24, Self::V25];

    /// The version as it stands in a path.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::V20 => "20.200.001",
            Self::V22 => "22.200.001",
            Self::V23 => "23.200.001",
            Self::V24 => "24.200.001",
            Self::V25 => "25.200.001",
        }
    }

    /// The version that a path names.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.text() == text)
    }
}
