//! What a service, and the database that it works on, are for.

use super::vocabulary::vocabulaire;

vocabulaire!(
    /// Invented people or real ones: never both in one database.
    Mode ("mode") {
        /// Synthetic people, development tokens.
        BacASable = 1 "bac-a-sable",
        /// Real people.
        Production = 2 "production",
    }
);
