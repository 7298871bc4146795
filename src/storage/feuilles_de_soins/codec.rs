//! The binary form of a feuille: CBOR arrays of numbers and short strings.
//!
//! The first byte is the version of the form. A field is added at the end of its array with a new
//! index; an index is never reused. What has a column of its own (numbers, dates) is not repeated.

use chrono::{DateTime, Days, NaiveDate, Utc};
use minicbor::{Decode, Encode};

use crate::domain::feuille_de_soins::{
    AccidentTiers, Acte, Assurance, Beneficiaire, CodeActe, DetailCcam, Executant, Exoneration,
    FeuilleDeSoins, LieuExecution, Orienteur, Paiement, ParcoursDeclare, Prescription, Soins,
};
use crate::domain::identifiers::{
    CommuneExercice, DateNaissanceAmo, Finess, IndicateurParcours, NumAm, NumeroFacturation,
    Organisme, QualiteBeneficiaire, RangGemellaire, Rpps, Specialite,
};
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
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct BeneficiaireRow {
    #[n(0)]
    qualite: u8,
    #[n(1)]
    rang: u8,
    #[n(2)]
    date_naissance: String,
    #[n(3)]
    organisme: Option<String>,
    #[n(4)]
    complementaire: u8,
    #[n(5)]
    exoneration: u8,
    #[n(6)]
    regime_local: u8,
    #[n(7)]
    situation: u8,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ExecutantRow {
    #[n(0)]
    specialite: u8,
    #[n(1)]
    convention: u8,
    #[n(2)]
    option_tarifaire: u8,
    #[n(3)]
    remplacant_de: Option<String>,
    #[n(4)]
    date_installation: Option<Jour>,
    #[n(5)]
    lieu: Option<LieuRow>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct LieuRow {
    #[n(0)]
    commune: Option<String>,
    #[n(1)]
    finess_et: Option<String>,
    #[n(2)]
    nature: Option<u8>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ParcoursRow {
    #[n(0)]
    indicateur: Option<String>,
    #[n(1)]
    declaration_mt: Option<u8>,
    #[n(2)]
    orienteur: Option<OrienteurRow>,
    #[n(3)]
    date_orientation: Option<Jour>,
    #[n(4)]
    urgence_precisions: Option<String>,
    #[n(5)]
    motif_exclusion: Option<u8>,
    #[n(6)]
    hors_residence: Option<bool>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct OrienteurRow {
    #[n(0)]
    rpps: Option<String>,
    #[n(1)]
    num_am: Option<String>,
    #[n(2)]
    nom: String,
    #[n(3)]
    prenom: String,
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
struct ActeRow {
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
struct CcamRow {
    #[n(0)]
    activite: u8,
    #[n(1)]
    phase: u8,
    #[n(2)]
    modificateurs: String,
    #[n(3)]
    association: Option<u8>,
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
    })
}

impl BeneficiaireRow {
    fn of(value: &Beneficiaire) -> Self {
        Self {
            qualite: value.qualite.get(),
            rang: value.rang.get(),
            date_naissance: value.date_naissance.to_string(),
            organisme: value.organisme.map(|organisme| organisme.to_string()),
            complementaire: value.complementaire.code(),
            exoneration: value.exoneration.get(),
            regime_local: value.regime_local.code(),
            situation: value.situation.code(),
        }
    }

    fn read(self) -> Result<Beneficiaire, Unreadable> {
        Ok(Beneficiaire {
            qualite: QualiteBeneficiaire::parse(&self.qualite.to_string())
                .map_err(|_wrong| Unreadable::Field("qualite"))?,
            rang: RangGemellaire::new(i64::from(self.rang))
                .map_err(|_wrong| Unreadable::Field("rang"))?,
            date_naissance: DateNaissanceAmo::parse(&self.date_naissance)
                .map_err(|_wrong| Unreadable::Field("date_naissance"))?,
            organisme: parsed("organisme", self.organisme.as_deref(), Organisme::parse)?,
            complementaire: member("complementaire", self.complementaire)?,
            exoneration: Exoneration::from_code(self.exoneration)
                .ok_or(Unreadable::Field("exoneration"))?,
            regime_local: member("regime_local", self.regime_local)?,
            situation: member("situation", self.situation)?,
        })
    }
}

impl ExecutantRow {
    fn of(value: &Executant) -> Self {
        Self {
            specialite: value.specialite.get(),
            convention: value.convention.code(),
            option_tarifaire: value.option_tarifaire.code(),
            remplacant_de: value.remplacant_de.map(|rpps| rpps.to_string()),
            date_installation: value.date_installation.map(to_days),
            lieu: value.lieu.map(|lieu| LieuRow {
                commune: lieu.commune.map(|commune| commune.to_string()),
                finess_et: lieu.finess_et.map(|finess| finess.to_string()),
                nature: lieu.nature.map(Vocabulaire::code),
            }),
        }
    }

    fn read(self) -> Result<Executant, Unreadable> {
        Ok(Executant {
            specialite: Specialite::parse(&format!("{:02}", self.specialite))
                .map_err(|_wrong| Unreadable::Field("specialite"))?,
            convention: member("convention", self.convention)?,
            option_tarifaire: member("option_tarifaire", self.option_tarifaire)?,
            remplacant_de: parsed("remplacant_de", self.remplacant_de.as_deref(), Rpps::parse)?,
            date_installation: self.date_installation.map(to_date).transpose()?,
            lieu: self
                .lieu
                .map(|row| {
                    Ok::<_, Unreadable>(LieuExecution {
                        commune: parsed("commune", row.commune.as_deref(), CommuneExercice::parse)?,
                        finess_et: parsed("finess_et", row.finess_et.as_deref(), Finess::parse)?,
                        nature: member_opt("lieu", row.nature)?,
                    })
                })
                .transpose()?,
        })
    }
}

impl ParcoursRow {
    fn of(value: &ParcoursDeclare) -> Self {
        Self {
            indicateur: value.indicateur.map(|indicateur| indicateur.as_str().to_owned()),
            declaration_mt: value.declaration_mt.map(Vocabulaire::code),
            orienteur: value.orienteur.as_ref().map(|orienteur| OrienteurRow {
                rpps: orienteur.rpps.map(|rpps| rpps.to_string()),
                num_am: orienteur.num_am.map(|number| number.to_string()),
                nom: orienteur.nom.clone(),
                prenom: orienteur.prenom.clone(),
            }),
            date_orientation: value.date_orientation.map(to_days),
            urgence_precisions: value.urgence_precisions.clone(),
            motif_exclusion: value.motif_exclusion.map(Vocabulaire::code),
            hors_residence: value.hors_residence,
        }
    }

    fn read(self) -> Result<ParcoursDeclare, Unreadable> {
        Ok(ParcoursDeclare {
            indicateur: parsed(
                "indicateur",
                self.indicateur.as_deref(),
                IndicateurParcours::parse,
            )?,
            declaration_mt: member_opt("declaration_mt", self.declaration_mt)?,
            orienteur: self
                .orienteur
                .map(|row| {
                    Ok::<_, Unreadable>(Orienteur {
                        rpps: parsed("orienteur", row.rpps.as_deref(), Rpps::parse)?,
                        num_am: parsed("orienteur", row.num_am.as_deref(), NumAm::parse)?,
                        nom: row.nom,
                        prenom: row.prenom,
                    })
                })
                .transpose()?,
            date_orientation: self.date_orientation.map(to_date).transpose()?,
            urgence_precisions: self.urgence_precisions,
            motif_exclusion: member_opt("motif_exclusion", self.motif_exclusion)?,
            hors_residence: self.hors_residence,
        })
    }
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

impl ActeRow {
    fn of(value: &Acte) -> Self {
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

    fn read(self) -> Result<Acte, Unreadable> {
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
