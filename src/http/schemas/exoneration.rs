//! The codes of exemption, made from the list that is read.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::text;
use crate::domain::feuille_de_soins::Exoneration;

impl PartialSchema for Exoneration {
    fn schema() -> RefOr<Schema> {
        let description = format!("Code justificatif d'exonération : {}.", Self::LISTE);
        // A code of one digit may be sent with two.
        let codes =
            Self::toutes().map(|code| format!("{}{code}", if code.get() < 10 { "0?" } else { "" }));
        let pattern = format!("^({})$", codes.collect::<Vec<_>>().join("|"));
        text(&description, &pattern, "42")
    }
}

impl ToSchema for Exoneration {}
