//! What proves who calls: tokens, and the keys with which they are verified.

mod cles;
mod issuer;
mod jetons;
mod porteurs;
