//! The binary form of a feuille. What has a column of its own (numbers, dates) is not repeated.

use chrono::NaiveDate;
use minicbor::Decoder;
use minicbor::decode::Error;

use crate::domain::feuille_de_soins::{
    AccidentTiers, Acte, Assurance, Beneficiaire, CodeActe, Contrat, DetailCcam, Executant,
    FeuilleDeSoins, Garantie, LieuExecution, Orienteur, Paiement, ParcoursDeclare, Prescription,
    SignatureFeuille, Soins,
};
use crate::domain::identifiers::{NumeroFacturation, Rpps};
use crate::domain::money::Centimes;
use crate::storage::cbor::{self, Cbor, Places, Read, To, Written, array, unknown, written_as};

const VERSION: u8 = 1;

/// What the columns of the row say.
pub(super) struct Entete {
    pub(super) date_etablissement: NaiveDate,
    pub(super) executant_rpps: Rpps,
    pub(super) numero_facturation: NumeroFacturation,
    pub(super) numero_facture: String,
}

/// Writes a feuille after what is there.
pub(super) fn encode_after(bytes: Vec<u8>, feuille: &FeuilleDeSoins) -> Vec<u8> {
    cbor::encode_after(bytes, VERSION, |to| {
        to.array(6 + Soins::PLACES)?;
        feuille.support.write(to)?;
        feuille.mode_securisation.write(to)?;
        feuille.recue_le.write(to)?;
        feuille.reference_externe.write(to)?;
        feuille.soins.write(to)?;
        feuille.prescription.write(to)?;
        feuille.signatures.write(to)
    })
}

/// Reads a feuille.
pub(super) fn decode(entete: Entete, bytes: &[u8]) -> Result<FeuilleDeSoins, Error> {
    cbor::decode(VERSION, bytes, |from| {
        let mut places = Places::of(from)?;
        Ok(FeuilleDeSoins {
            numero_facture: entete.numero_facture,
            date_etablissement: entete.date_etablissement,
            executant_rpps: entete.executant_rpps,
            numero_facturation: entete.numero_facturation,
            support: places.next(from)?,
            mode_securisation: places.next(from)?,
            recue_le: places.next(from)?,
            reference_externe: places.next(from)?,
            soins: places.next(from)?,
            prescription: places.next(from)?,
            signatures: places.next(from)?,
        })
    })
}

array! {
    Beneficiaire {
        qualite, rang, date_naissance, organisme, complementaire, exoneration, regime_local, situation, contrat,
    }
    Executant { specialite, convention, option_tarifaire, remplacant_de, date_installation, lieu }
    LieuExecution { commune, finess_et, nature }
    ParcoursDeclare {
        indicateur, declaration_mt, orienteur, date_orientation, urgence_precisions, motif_exclusion,
        hors_residence, urgence_prevue_heures,
    }
    Orienteur { rpps, num_am, nom, prenom }
    Assurance { nature, date_reference, numero_at_mp, accident_tiers }
    Prescription { date, prescripteur, origine }
    SignatureFeuille { role, moyen, signe_a }
    Paiement { tiers_payant_amo, tiers_payant_amc, montant_percu }
    Acte {
        numero_ligne, date_execution, date_prescription_serie, code, coefficient_centiemes, quantite, ccam,
        honoraires, base, qualificatif, depassement, exoneration,
    }
    Ccam { activite, phase, modificateurs, association }
}

/// The detail of an act of the CCAM, its modifiers as one text.
struct Ccam {
    activite: u8,
    phase: u8,
    modificateurs: String,
    association: Option<u8>,
}

written_as! {
    AccidentTiers as (bool, Option<NaiveDate>):
        |(declare, date)| Some(AccidentTiers { declare, date }), |accident| (accident.declare, accident.date);
    DetailCcam as Ccam:
        |ccam: Ccam| Some(DetailCcam {
            activite: ccam.activite,
            phase: ccam.phase,
            modificateurs: ccam.modificateurs.chars().collect(),
            association: ccam.association,
        }),
        |detail| Ccam {
            activite: detail.activite,
            phase: detail.phase,
            modificateurs: detail.modificateurs.iter().collect(),
            association: detail.association,
        };
    // Kind of guarantee (0 ticket, 1 rate, 2 amount), plus 4 when the contract is not responsible.
    Contrat as (u8, i64): contrat, |contrat| {
        let (kind, value) = match contrat.garantie {
            Garantie::TicketModerateur => (0, 0),
            Garantie::TauxDeBase(rate) => (1, i64::from(rate)),
            Garantie::Montant(montant) => (2, montant.get()),
        };
        (kind | if contrat.responsable { 0 } else { 4 }, value)
    };
}

fn contrat((kind, value): (u8, i64)) -> Option<Contrat> {
    let garantie = match kind & 3 {
        0 => Garantie::TicketModerateur,
        1 => Garantie::TauxDeBase(u32::try_from(value).ok()?),
        2 => Garantie::Montant(Centimes::new(value)),
        _ => return None,
    };
    Some(Contrat { responsable: kind & 4 == 0, garantie })
}

/// In the array of the feuille, of which it is the greater part.
impl Cbor for Soins {
    const PLACES: u64 = 6;

    fn write(&self, to: &mut To) -> Written {
        self.beneficiaire.write(to)?;
        self.executant.write(to)?;
        self.parcours.write(to)?;
        self.assurance.write(to)?;
        self.actes.write(to)?;
        (self.paiement != Paiement::default()).then_some(self.paiement).write(to)
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        Ok(Self {
            beneficiaire: Cbor::read(from)?,
            executant: Cbor::read(from)?,
            parcours: Cbor::read(from)?,
            assurance: Cbor::read(from)?,
            actes: Cbor::read(from)?,
            paiement: Option::read(from)?.unwrap_or_default(),
        })
    }
}

impl Cbor for CodeActe {
    const PLACES: u64 = 2;

    fn write(&self, to: &mut To) -> Written {
        self.nomenclature().write(to)?;
        to.str(self.as_str())?.ok()
    }

    fn read(from: &mut Decoder<'_>) -> Read<Self> {
        let nomenclature = Cbor::read(from)?;
        Self::parse(nomenclature, from.str()?).map_err(|_invalid| unknown("code"))
    }
}
