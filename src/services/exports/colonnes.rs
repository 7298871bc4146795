//! The columns of the files, and what each row says under them.

use super::super::{Law, ServiceError};
use crate::domain::calendar::{Periode, veille};
use crate::domain::declaration::{Canal, OrigineSaisie};
use crate::domain::evaluation::{ActeEvalue, LigneEvaluee, Montants};
use crate::domain::export::Cellule::{Centiemes, Instant, Jour, Nombre, Vide};
use crate::domain::export::{Cellule, ColonnesExport, DemandeExport, NatureExport};
use crate::domain::feuille_de_soins::{Acte, Complementaire, FeuilleDeSoins};
use crate::domain::identifiers::{IndicateurParcours, NumeroFacturation, RangGemellaire};
use crate::domain::ids::PatientId;
use crate::domain::money::{AmountOverflow, Centimes, Taux};
use crate::domain::vocabulary::Vocabulaire;
use crate::law::LawError;
use crate::law::parameters::Parametre;
use crate::storage::evaluations::EvaluationEnregistree;
use crate::storage::exports::contenu::{LigneDesignation, Mouvement};

/// Refuses columns that rows of a nature do not have.
pub(super) fn verify(voulu: DemandeExport) -> Result<(), ServiceError> {
    if voulu.colonnes == ColonnesExport::Snds && voulu.nature == NatureExport::Mouvements {
        let message = "attendu : registre ; le SNDS n'a pas de table de ces mouvements";
        return Err(ServiceError::champ("/colonnes", "valeur_interdite", message));
    }
    Ok(())
}

/// The names of the columns of a file.
pub(super) const fn noms(voulu: DemandeExport) -> &'static [&'static str] {
    match (voulu.nature, voulu.colonnes) {
        (NatureExport::Designations, ColonnesExport::Registre) => &DESIGNATIONS,
        (NatureExport::Designations, ColonnesExport::Snds) => &IR_MTT_R,
        (NatureExport::Evaluations, ColonnesExport::Registre) => &EVALUATIONS,
        (NatureExport::Evaluations, ColonnesExport::Snds) => &ER_PRS_F,
        (NatureExport::Mouvements, ColonnesExport::Registre | ColonnesExport::Snds) => &MOUVEMENTS,
    }
}

const DESIGNATIONS: [&str; 12] = [
    "patient_id",
    "designation_id",
    "declaration_id",
    "version",
    "effet_du",
    "effet_au",
    "motif_fin",
    "medecin_rpps",
    "medecin_effet_du",
    "medecin_effet_au",
    "medecin_motif_depart",
    "enregistree_le",
];

/// Those of the table IR_MTT_R, then what a register knows itself by.
const IR_MTT_R: [&str; 13] = [
    "BEN_NIR_PSA",
    "BEN_RNG_GEM",
    "BEN_NIR_ANO",
    "BEN_IDT_ANO",
    "IND_RNM_BEN",
    "MTT_DEB_DTE",
    "MTT_FIN_DTE",
    "MTT_MTF_COD",
    "MTT_ORI_COD",
    "MTT_PFS_NUM",
    "patient_id",
    "designation_id",
    "medecin_rpps",
];

const EVALUATIONS: [&str; 23] = [
    "patient_id",
    "feuille_id",
    "numero_facture",
    "executant_rpps",
    "date_execution",
    "evaluation",
    "connu_le",
    "numero_ligne",
    "code",
    "appartenance",
    "situation_determinee",
    "code_qcp",
    "taux_dix_milliemes",
    "honoraires_centimes",
    "base_centimes",
    "part_amo_brute_centimes",
    "ticket_moderateur_centimes",
    "majoration_centimes",
    "participation_centimes",
    "rembourse_amo_centimes",
    "depassement_centimes",
    "part_amc_centimes",
    "reste_a_charge_centimes",
];

/// Those of the table ER_PRS_F that say the parcours, the rate and the majoration, then what a register knows itself by.
const ER_PRS_F: [&str; 19] = [
    "BEN_NIR_PSA",
    "BEN_RNG_GEM",
    "EXE_SOI_DTD",
    "PFS_EXE_NUM",
    "PRS_PDS_QTP",
    "PRS_PDS_QCP",
    "RGO_THE_TAU",
    "RGO_REM_TAU",
    "RGO_MIN_TAU",
    "RGO_FTA_COD",
    "RGO_MOD_MNT",
    "BSE_REM_BSE",
    "BSE_REM_MNT",
    "PRS_PAI_MNT",
    "PRS_DEP_MNT",
    "patient_id",
    "feuille_id",
    "numero_ligne",
    "executant_rpps",
];

const MOUVEMENTS: [&str; 7] = [
    "evenement_id",
    "nature",
    "enregistre_le",
    "effet_du",
    "patient_id",
    "medecin_rpps",
    "declaration_id",
];

fn id(id: impl ToString + Copy) -> Cellule {
    Cellule::texte(id.to_string())
}

fn mot(word: impl Vocabulaire) -> Cellule {
    Cellule::texte(word.mot())
}

/// A doctor of a designation; none when their days are not of it.
pub(super) fn designation(
    colonnes: ColonnesExport,
    row: &LigneDesignation,
    rang: Option<RangGemellaire>,
) -> Option<Vec<Cellule>> {
    let own = row.membre_effet.intersection(&row.effet)?;
    Some(match colonnes {
        ColonnesExport::Registre => vec![
            id(row.patient_id),
            id(row.designation_id),
            id(row.declaration_id),
            Nombre(i64::from(row.version)),
            Jour(row.effet.du()),
            Cellule::ou_vide(row.effet.au(), Jour),
            Cellule::ou_vide(row.motif_fin, mot),
            id(row.rpps),
            Jour(own.du()),
            Cellule::ou_vide(own.au(), Jour),
            Cellule::ou_vide(row.motif_depart, mot),
            Instant(row.enregistre_le),
        ],
        ColonnesExport::Snds => vec![
            Vide,
            Cellule::ou_vide(rang, |rang| Nombre(i64::from(rang.get()))),
            Vide,
            Vide,
            Vide,
            Jour(own.du()),
            Cellule::ou_vide(own.au().and_then(veille), Jour),
            Cellule::ou_vide(fin_snds(row, own), Cellule::texte),
            Cellule::texte(origine_snds(row.canal, row.origine)),
            Cellule::ou_vide(row.num_am.clone(), Cellule::texte),
            id(row.patient_id),
            id(row.designation_id),
            id(row.rpps),
        ],
    })
}

/// Why the days of a doctor ended, in the words of the table.
fn fin_snds(row: &LigneDesignation, own: Periode) -> Option<&'static str> {
    own.au()?;
    let of_the_doctor = row.motif_depart.map(crate::domain::fin::MotifDepart::motif_fin);
    // What ends on the last day of the designation ended with it.
    let fin = if own.au() == row.effet.au() { row.motif_fin } else { None };
    fin.or(of_the_doctor).and_then(crate::domain::designation::MotifFin::snds)
}

/// How a choice was entered. The table says nothing of a portal of patients.
const fn origine_snds(canal: Canal, origine: Option<OrigineSaisie>) -> &'static str {
    match (canal, origine) {
        (_, Some(origine)) => origine.snds(),
        (Canal::Teleservice, None) => OrigineSaisie::Teledeclaration.snds(),
        (Canal::Papier, None) => OrigineSaisie::Saisie.snds(),
        (Canal::Portail | Canal::Reprise, None) => OrigineSaisie::Inconnue.snds(),
    }
}

/// A line of a feuille, and what was decided of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct LigneDecidee<'a> {
    /// Whose it is now.
    pub(super) patient_id: PatientId,
    pub(super) rang: Option<RangGemellaire>,
    pub(super) feuille: &'a FeuilleDeSoins,
    pub(super) evaluation: &'a EvaluationEnregistree,
    /// The act whose line it is, and the line.
    pub(super) evalue: &'a ActeEvalue,
    pub(super) ligne: &'a LigneEvaluee,
    /// As it was billed; and the principal line of its act.
    pub(super) acte: &'a Acte,
    pub(super) principal: &'a Acte,
}

/// The cells of a line.
pub(super) fn evaluation(
    colonnes: ColonnesExport,
    law: &Law,
    one: &LigneDecidee<'_>,
) -> Result<Vec<Cellule>, ServiceError> {
    let m = &one.ligne.montants;
    match colonnes {
        ColonnesExport::Registre => Ok(registre(one, m)),
        ColonnesExport::Snds => snds(law, one, m),
    }
}

fn registre(one: &LigneDecidee<'_>, m: &Montants) -> Vec<Cellule> {
    let LigneDecidee { feuille, evaluation, evalue, .. } = one;
    let qualification = &evalue.qualification;
    let mut cells = vec![
        id(one.patient_id),
        id(evaluation.feuille_id),
        Cellule::texte(feuille.numero_facture.clone()),
        id(feuille.executant_rpps),
        Jour(one.acte.date_execution),
        Nombre(i64::from(evaluation.numero)),
        Instant(evaluation.connu_le),
        Nombre(i64::from(one.ligne.numero_ligne)),
        Cellule::texte(one.acte.code.as_str().to_owned()),
        mot(qualification.appartenance),
        mot(qualification.code),
        Nombre(i64::from(qualification.code.code())),
        Nombre(i64::from(evalue.taux.get())),
    ];
    let amounts = [
        m.honoraires,
        m.base,
        m.part_amo_brute,
        m.ticket_moderateur,
        m.majoration,
        m.participation,
        m.rembourse_amo,
        m.depassement,
        m.part_amc,
        m.reste_a_charge,
    ];
    cells.extend(amounts.map(|amount| Nombre(amount.get())));
    cells
}

fn snds(law: &Law, one: &LigneDecidee<'_>, m: &Montants) -> Result<Vec<Cellule>, ServiceError> {
    let LigneDecidee { feuille, evaluation, evalue, .. } = one;
    let overflow = LawError::from;
    let jour = one.principal.date_reference();
    let modulation = law.valeur(Parametre::MtmTaux, jour).map_err(LawError::from)?;
    let modulation = Taux::new(modulation).unwrap_or_default();
    let modulee = evalue.qualification.majoration && m.majoration > Centimes::ZERO;
    let reduced = evalue.taux.get().saturating_sub(modulation.get());
    let (forcage, minore) = if modulee {
        let whole = evalue.montants.base.share(modulation).map_err(overflow)?;
        (forcage(one, whole > evalue.montants.majoration), Some(reduced))
    } else {
        (0, None)
    };
    let paid = base_payee(m).map_err(overflow)?;
    let euros = |amount: Centimes| Centiemes(amount.get());
    let percent = |rate: u16| Centiemes(i64::from(rate));
    let num_am = match &feuille.numero_facturation {
        NumeroFacturation::NumAm(number) => Some(number.as_str().to_owned()),
        NumeroFacturation::Finess(_) => None,
    };
    Ok(vec![
        Vide,
        Cellule::ou_vide(one.rang, |rang| Nombre(i64::from(rang.get()))),
        Jour(one.acte.date_execution),
        Cellule::ou_vide(num_am, Cellule::texte),
        Cellule::ou_vide(transmis(feuille.soins.parcours.indicateur), Nombre),
        Nombre(i64::from(evalue.qualification.code.code())),
        percent(evalue.taux.get()),
        percent(minore.unwrap_or_else(|| evalue.taux.get())),
        Cellule::ou_vide(minore, percent),
        Nombre(forcage),
        euros(m.majoration),
        euros(m.base),
        euros(paid),
        euros(m.honoraires),
        euros(m.depassement),
        id(one.patient_id),
        id(evaluation.feuille_id),
        Nombre(i64::from(one.ligne.numero_ligne)),
        id(feuille.executant_rpps),
    ])
}

/// What the compulsory insurance pays, the participation forfaitaire left out: that one is another row of the SNDS.
fn base_payee(m: &Montants) -> Result<Centimes, AmountOverflow> {
    m.rembourse_amo.plus(m.participation)
}

/// Code of the table IR_FOR_V of a line whose rate is reduced: at the ceiling or not, of one act or of several, advanced by
/// the patient (or of a holder of the C2S) or not.
fn forcage(one: &LigneDecidee<'_>, plafonnee: bool) -> i64 {
    let soins = &one.feuille.soins;
    let c2s = matches!(
        soins.beneficiaire.complementaire,
        Complementaire::C2sSansParticipation | Complementaire::C2sAvecParticipation
    );
    let differee = soins.paiement.tiers_payant_amo && !c2s;
    match (plafonnee, one.principal.quantite > 1, differee) {
        (false, _, false) => 1,
        (true, false, false) => 2,
        (false, _, true) => 3,
        (true, false, true) => 4,
        (true, true, false) => 5,
        (true, true, true) => 6,
    }
}

/// Code of the table IR_QPE_V of what was transmitted; the table has none for M, S1 and S2.
const fn transmis(indicateur: Option<IndicateurParcours>) -> Option<i64> {
    use IndicateurParcours as I;
    Some(match indicateur {
        None => 0,
        Some(I::T) => 1,
        Some(I::N) => 2,
        Some(I::O) => 3,
        Some(I::D) => 4,
        Some(I::U) => 5,
        Some(I::H) => 6,
        Some(I::R) => 7,
        Some(I::A) => 8,
        Some(I::B) => 10,
        Some(I::J) => 12,
        Some(I::S) => 24,
        Some(I::M | I::S1 | I::S2) => return None,
    })
}

/// An event.
pub(super) fn mouvement(row: &Mouvement) -> Vec<Cellule> {
    vec![
        id(row.id),
        mot(row.nature),
        Instant(row.enregistre_le),
        Cellule::ou_vide(row.effet_du, Jour),
        Cellule::ou_vide(row.patient_id, id),
        Cellule::ou_vide(row.rpps, id),
        Cellule::ou_vide(row.declaration_id, id),
    ]
}
