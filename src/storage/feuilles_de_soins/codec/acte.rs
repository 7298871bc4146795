//! The lines of acts.

use minicbor::{Decode, Encode};

use super::{Jour, Unreadable, member, member_opt, to_date, to_days};
use crate::domain::feuille_de_soins::{Acte, CodeActe, DetailCcam, Exoneration};
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;

#[derive(Encode, Decode)]
#[cbor(array)]
pub(super) struct ActeRow {
    #[n(0)]
    numero_ligne: u16,
    #[n(1)]
    date_execution: Jour,
    #[n(2)]
    serie: Option<Jour>,
    #[n(3)]
    nomenclature: u8,
    #[n(4)]
    code: String,
    #[n(5)]
    coefficient: Option<u32>,
    #[n(6)]
    quantite: u16,
    #[n(7)]
    ccam: Option<CcamRow>,
    #[n(8)]
    honoraires: i64,
    #[n(9)]
    base: Option<i64>,
    #[n(10)]
    qualificatif: Option<u8>,
    #[n(11)]
    depassement: Option<i64>,
    #[n(12)]
    exoneration: Option<u8>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
pub(super) struct CcamRow {
    #[n(0)]
    activite: u8,
    #[n(1)]
    phase: u8,
    #[n(2)]
    modificateurs: String,
    #[n(3)]
    association: Option<u8>,
}

impl ActeRow {
    pub(super) fn of(value: &Acte) -> Self {
        Self {
            numero_ligne: value.numero_ligne,
            date_execution: to_days(value.date_execution),
            serie: value.date_prescription_serie.map(to_days),
            nomenclature: value.code.nomenclature().code(),
            code: value.code.as_str().to_owned(),
            coefficient: value.coefficient_centiemes,
            quantite: value.quantite,
            ccam: value.ccam.as_ref().map(|ccam| CcamRow {
                activite: ccam.activite,
                phase: ccam.phase,
                modificateurs: ccam.modificateurs.iter().collect(),
                association: ccam.association,
            }),
            honoraires: value.honoraires.get(),
            base: value.base.map(Centimes::get),
            qualificatif: value.qualificatif.map(Vocabulaire::code),
            depassement: value.depassement.map(Centimes::get),
            exoneration: value.exoneration.map(Exoneration::get),
        }
    }

    pub(super) fn read(self) -> Result<Acte, Unreadable> {
        let nomenclature = member("nomenclature", self.nomenclature)?;
        Ok(Acte {
            numero_ligne: self.numero_ligne,
            date_execution: to_date(self.date_execution)?,
            date_prescription_serie: self.serie.map(to_date).transpose()?,
            code: CodeActe::parse(nomenclature, &self.code)
                .map_err(|_wrong| Unreadable::Field("code"))?,
            coefficient_centiemes: self.coefficient,
            quantite: self.quantite,
            ccam: self.ccam.map(|row| DetailCcam {
                activite: row.activite,
                phase: row.phase,
                modificateurs: row.modificateurs.chars().collect(),
                association: row.association,
            }),
            honoraires: Centimes::new(self.honoraires),
            base: self.base.map(Centimes::new),
            qualificatif: member_opt("qualificatif", self.qualificatif)?,
            depassement: self.depassement.map(Centimes::new),
            exoneration: self
                .exoneration
                .map(|code| Exoneration::from_code(code).ok_or(Unreadable::Field("exoneration")))
                .transpose()?,
        })
    }
}
