//! The binary form of a feuille: CBOR arrays of numbers and short strings.
//!
//! The first byte is the version of the form. A field is added at the end of its array with a new
//! index; an index is never reused. What has a column of its own (numbers, dates) is not repeated.

mod acte;
mod parcours;
mod personnes;

use chrono::{DateTime, Days, NaiveDate, Utc};
use minicbor::{Decode, Encode};

use self::acte::ActeRow;
use self::parcours::ParcoursRow;
use self::personnes::{BeneficiaireRow, ExecutantRow};
use crate::domain::feuille_de_soins::{
    AccidentTiers, Assurance, FeuilleDeSoins, Paiement, Prescription, SignatureFeuille, Soins,
};
use crate::domain::identifiers::{NumeroFacturation, Rpps};
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;

const VERSION: u8 = 1;

/// What the columns of the row say.
pub(super) struct Entete {
    pub(super) date_etablissement: NaiveDate,
    pub(super) executant_rpps: Rpps,
    pub(super) numero_facturation: NumeroFacturation,
    pub(super) numero_facture: String,
}

/// Why bytes are not a feuille. Says where, never what.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("version {0}")]
    Version(u8),
    #[error("not CBOR of the expected form: {0}")]
    Form(#[from] minicbor::decode::Error),
    #[error("field {0}")]
    Field(&'static str),
    #[error("nothing")]
    Empty,
}

/// Days since 1 January 1970.
type Jour = i32;

#[derive(Encode, Decode)]
#[cbor(array)]
struct Contenu {
    #[n(0)]
    support: u8,
    #[n(1)]
    mode_securisation: u8,
    #[n(2)]
    recue_le: Option<i64>,
    #[n(3)]
    reference_externe: Option<String>,
    #[n(4)]
    beneficiaire: BeneficiaireRow,
    #[n(5)]
    executant: ExecutantRow,
    #[n(6)]
    parcours: ParcoursRow,
    #[n(7)]
    assurance: AssuranceRow,
    #[n(8)]
    actes: Vec<ActeRow>,
    #[n(9)]
    paiement: Option<PaiementRow>,
    #[n(10)]
    prescription: Option<PrescriptionRow>,
    #[n(11)]
    signatures: Vec<SignatureRow>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct AssuranceRow {
    #[n(0)]
    nature: u8,
    #[n(1)]
    date_reference: Option<Jour>,
    #[n(2)]
    numero_at_mp: Option<String>,
    #[n(3)]
    accident: Option<(bool, Option<Jour>)>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct PaiementRow {
    #[n(0)]
    tiers_payant_amo: bool,
    #[n(1)]
    tiers_payant_amc: bool,
    #[n(2)]
    montant_percu: Option<i64>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct PrescriptionRow {
    #[n(0)]
    date: Jour,
    #[n(1)]
    prescripteur: Option<String>,
    #[n(2)]
    origine: Option<u8>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct SignatureRow {
    #[n(0)]
    role: u8,
    #[n(1)]
    moyen: u8,
    #[n(2)]
    signe_a: Option<i64>,
}

/// Writes a feuille.
pub(super) fn encode(feuille: &FeuilleDeSoins) -> Vec<u8> {
    let soins = &feuille.soins;
    let contenu = Contenu {
        support: feuille.support.code(),
        mode_securisation: feuille.mode_securisation.code(),
        recue_le: feuille.recue_le.map(|instant| instant.timestamp_micros()),
        reference_externe: feuille.reference_externe.clone(),
        beneficiaire: BeneficiaireRow::of(&soins.beneficiaire),
        executant: ExecutantRow::of(&soins.executant),
        parcours: ParcoursRow::of(&soins.parcours),
        assurance: AssuranceRow::of(&soins.assurance),
        actes: soins.actes.iter().map(ActeRow::of).collect(),
        paiement: (soins.paiement != Paiement::default()).then(|| PaiementRow {
            tiers_payant_amo: soins.paiement.tiers_payant_amo,
            tiers_payant_amc: soins.paiement.tiers_payant_amc,
            montant_percu: soins.paiement.montant_percu.map(Centimes::get),
        }),
        prescription: feuille.prescription.as_ref().map(|prescription| PrescriptionRow {
            date: to_days(prescription.date),
            prescripteur: prescription.prescripteur.map(|rpps| rpps.to_string()),
            origine: prescription.origine.map(Vocabulaire::code),
        }),
        signatures: feuille
            .signatures
            .iter()
            .map(|signature| SignatureRow {
                role: signature.role.code(),
                moyen: signature.moyen.code(),
                signe_a: signature.signe_a.map(|instant| instant.timestamp_micros()),
            })
            .collect(),
    };
    let mut bytes = vec![VERSION];
    // Writing to memory cannot fail.
    if minicbor::encode(&contenu, &mut bytes).is_err() {
        bytes.clear();
    }
    bytes
}

/// Reads a feuille.
pub(super) fn decode(entete: Entete, bytes: &[u8]) -> Result<FeuilleDeSoins, Unreadable> {
    let (version, rest) = bytes.split_first().ok_or(Unreadable::Empty)?;
    if *version != VERSION {
        return Err(Unreadable::Version(*version));
    }
    let contenu: Contenu = minicbor::decode(rest)?;
    Ok(FeuilleDeSoins {
        numero_facture: entete.numero_facture,
        support: member("support", contenu.support)?,
        mode_securisation: member("mode_securisation", contenu.mode_securisation)?,
        date_etablissement: entete.date_etablissement,
        recue_le: contenu.recue_le.map(to_instant).transpose()?,
        reference_externe: contenu.reference_externe,
        executant_rpps: entete.executant_rpps,
        numero_facturation: entete.numero_facturation,
        soins: Soins {
            beneficiaire: contenu.beneficiaire.read()?,
            executant: contenu.executant.read()?,
            parcours: contenu.parcours.read()?,
            assurance: contenu.assurance.read()?,
            actes: contenu.actes.into_iter().map(ActeRow::read).collect::<Result<_, _>>()?,
            paiement: contenu.paiement.map_or_else(Paiement::default, |row| Paiement {
                tiers_payant_amo: row.tiers_payant_amo,
                tiers_payant_amc: row.tiers_payant_amc,
                montant_percu: row.montant_percu.map(Centimes::new),
            }),
        },
        prescription: contenu
            .prescription
            .map(|row| {
                Ok::<_, Unreadable>(Prescription {
                    date: to_date(row.date)?,
                    prescripteur: parsed("prescripteur", row.prescripteur.as_deref(), Rpps::parse)?,
                    origine: member_opt("origine", row.origine)?,
                })
            })
            .transpose()?,
        signatures: contenu
            .signatures
            .into_iter()
            .map(|row| {
                Ok::<_, Unreadable>(SignatureFeuille {
                    role: member("signature", row.role)?,
                    moyen: member("signature", row.moyen)?,
                    signe_a: row.signe_a.map(to_instant).transpose()?,
                })
            })
            .collect::<Result<_, _>>()?,
    })
}

impl AssuranceRow {
    fn of(value: &Assurance) -> Self {
        Self {
            nature: value.nature.code(),
            date_reference: value.date_reference.map(to_days),
            numero_at_mp: value.numero_at_mp.clone(),
            accident: value
                .accident_tiers
                .map(|accident| (accident.declare, accident.date.map(to_days))),
        }
    }

    fn read(self) -> Result<Assurance, Unreadable> {
        Ok(Assurance {
            nature: member("nature", self.nature)?,
            date_reference: self.date_reference.map(to_date).transpose()?,
            numero_at_mp: self.numero_at_mp,
            accident_tiers: self
                .accident
                .map(|(declare, date)| {
                    Ok::<_, Unreadable>(AccidentTiers {
                        declare,
                        date: date.map(to_date).transpose()?,
                    })
                })
                .transpose()?,
        })
    }
}

fn member<T: Vocabulaire>(field: &'static str, code: u8) -> Result<T, Unreadable> {
    T::du_code(code).ok_or(Unreadable::Field(field))
}

fn member_opt<T: Vocabulaire>(
    field: &'static str,
    code: Option<u8>,
) -> Result<Option<T>, Unreadable> {
    code.map(|code| member(field, code)).transpose()
}

fn parsed<T, E>(
    field: &'static str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, Unreadable> {
    text.map(|text| parse(text).map_err(|_wrong| Unreadable::Field(field))).transpose()
}

fn to_days(date: NaiveDate) -> Jour {
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    Jour::try_from(days).unwrap_or_default()
}

fn to_date(days: Jour) -> Result<NaiveDate, Unreadable> {
    let epoch = NaiveDate::default();
    let span = Days::new(u64::from(days.unsigned_abs()));
    let date = if days < 0 { epoch.checked_sub_days(span) } else { epoch.checked_add_days(span) };
    date.ok_or(Unreadable::Field("date"))
}

fn to_instant(micros: i64) -> Result<DateTime<Utc>, Unreadable> {
    DateTime::from_timestamp_micros(micros).ok_or(Unreadable::Field("instant"))
}
