//! What proves who calls and that a signature was taken: tokens, proofs, and the keys with which they
//! are verified.

mod cles;
mod issuer;
mod jetons;
mod porteurs;
mod preuves;
