//! Where an act stands towards the parcours: fifteen steps, of which the first that applies decides.

use chrono::Months;
use traitant::domain::adressage::NatureAdressage;
use traitant::domain::evaluation::{
    Appartenance as A, Classe2013, CodeDetermine as Q, CouvertureConnue, RelationMt as R,
};
use traitant::domain::feuille_de_soins::{
    Complementaire, Convention, MotifExclusion as M, NatureAssurance, SituationParticuliere,
    TypeLieu,
};
use traitant::domain::identifiers::IndicateurParcours as I;

use super::admis::Point;
use super::tables;
use super::taux::{code_exoneration, examen_enfant};
use super::vue::Vue;

/// The answer about the parcours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parcours {
    pub appartenance: A,
    pub code: Q,
    pub majoration: bool,
    pub classe_2013: Classe2013,
    pub da_possible: bool,
    pub coordination_possible: bool,
}

/// A step that decided.
type Decision = (A, Q, bool);

pub fn decider(vue: &Vue<'_>) -> Parcours {
    let (appartenance, code, majoration) = etapes(vue);
    Parcours {
        appartenance,
        code,
        majoration,
        classe_2013: classe_2013(appartenance, code),
        da_possible: da(vue, appartenance, code),
        coordination_possible: coordination(vue, appartenance, code),
    }
}

fn etapes(vue: &Vue<'_>) -> Decision {
    non_teste(vue)
        .or_else(|| population(vue))
        .or_else(|| enfant(vue))
        .or_else(|| article_d162(vue))
        .or_else(|| urgence(vue))
        .or_else(|| medecin_traitant(vue))
        .or_else(|| residence(vue))
        .or_else(|| installation(vue))
        .or_else(|| teleconsultation(vue))
        .or_else(|| adressage(vue))
        .or_else(|| acces_direct(vue))
        .unwrap_or_else(|| hors(vue))
}

/// Step 1: not a doctor, biology, or another risk than illness.
fn non_teste(vue: &Vue<'_>) -> Option<Decision> {
    let risk = vue.soins.assurance.nature;
    let outside = !vue.medecin()
        || vue.specialite() == 38
        || matches!(risk, NatureAssurance::AtMp | NatureAssurance::Prevention)
        || matches!(code_exoneration(vue).as_str(), "7" | "81" | "82");
    outside.then_some((A::NonConcerne, Q::SansObjet, false))
}

/// Step 2: populations that are excluded.
fn population(vue: &Vue<'_>) -> Option<Decision> {
    let patient = &vue.soins.beneficiaire;
    let caisse = patient.organisme.as_ref().map_or("", |organisme| organisme.caisse());
    let pacific = matches!(caisse, "986" | "987" | "988");
    let excluded = patient.complementaire == Complementaire::Ame
        || patient.situation == SituationParticuliere::PassageCoordonne
        || pacific
        || matches!(
            vue.couverture,
            Some(
                CouvertureConnue::Ame
                    | CouvertureConnue::Passage
                    | CouvertureConnue::CaisseDuPacifique
            )
        );
    if excluded {
        return Some((A::Exclu, Q::Exclusion, false));
    }
    let mayotte = caisse == "976" || vue.couverture == Some(CouvertureConnue::CaisseDeMayotte);
    if mayotte {
        return Some((A::Exclu, Q::Mayotte, false));
    }
    let to_verify = matches!(
        vue.couverture,
        Some(CouvertureConnue::SansDroits | CouvertureConnue::HorsDeFrance)
    );
    to_verify.then_some((A::Indeterminee, Q::Inconnu, false))
}

/// Step 3: under sixteen.
fn enfant(vue: &Vue<'_>) -> Option<Decision> {
    let code = vue.selon_mt(Q::MoinsDe16Ans, Q::MoinsDe16AnsSansMt);
    (vue.age < 16).then_some((A::NonConcerne, code, false))
}

/// Step 4: D162-1-6 5° to 10°, L162-5-3 3° and 4°, screening, detainees.
fn article_d162(vue: &Vue<'_>) -> Option<Decision> {
    let listed = matches!(
        vue.motif(),
        Some(
            M::PermanenceDesSoins
                | M::Addictologie
                | M::Militaire
                | M::Genetique
                | M::MedecinePreventiveUniversitaire
                | M::ExamenObligatoireEnfant
                | M::StructureParticuliere
                | M::DepistageOrganise
        )
    );
    let detained = vue.soins.beneficiaire.situation == SituationParticuliere::Detenu;
    if detained || vue.motif() == Some(M::Detenu) {
        return Some((A::NonConcerne, Q::ArticleD16216, false));
    }
    // An item that is not told, with a médecin traitant: whichever it is, nothing is due.
    let whichever = vue.dit(I::A) && vue.motif().is_none() && vue.declare();
    (listed || whichever || examen_enfant(vue)).then_some((
        A::DansParcours,
        Q::ArticleD16216,
        false,
    ))
}

/// Step 5: an emergency that nobody foresaw more than eight hours before.
fn urgence(vue: &Vue<'_>) -> Option<Decision> {
    let foreseen = vue.soins.parcours.urgence_prevue_heures.is_some_and(|hours| hours > 8);
    let code = vue.selon_mt(Q::Urgence, Q::UrgenceSansMedecinTraitant);
    (vue.dit(I::U) && !foreseen).then_some((A::NonConcerne, code, false))
}

/// Steps 6 and 7: the médecin traitant, a locum, a colleague when he is unavailable.
fn medecin_traitant(vue: &Vue<'_>) -> Option<Decision> {
    let inside = |code| Some((A::DansParcours, code, false));
    match vue.relation {
        R::Executant => inside(Q::MedecinTraitant),
        R::ExecutantCabinetSecondaire => inside(Q::CabinetSecondaire),
        R::EnAttente if vue.dit(I::T) || vue.dit(I::N) => inside(Q::NouveauMedecinTraitant),
        R::Remplace => inside(Q::Remplacant),
        R::Autre if vue.dit(I::R) || vue.motif() == Some(M::MtIndisponible) => {
            inside(Q::Remplacant)
        }
        R::Autre | R::Aucun | R::Parti | R::EnAttente | R::Inconnu => None,
    }
}

/// Step 8: away from the usual residence.
fn residence(vue: &Vue<'_>) -> Option<Decision> {
    let read = vue.soins.parcours.indicateur.is_none() || !vue.points.contient(Point::Residence);
    let away = vue.dit(I::H) || read && vue.soins.parcours.hors_residence == Some(true);
    away.then_some((A::DansParcours, Q::HorsResidence, false))
}

/// Step 9: general practitioners installed for less than five years.
fn installation(vue: &Vue<'_>) -> Option<Decision> {
    let code = if vue.dit(I::J) {
        Q::GeneralisteRecent
    } else if vue.dit(I::B) {
        Q::ZoneSousMedicalisee
    } else {
        return None;
    };
    if !vue.generaliste() {
        return None;
    }
    let since = vue.soins.executant.date_installation?;
    let recent = since <= vue.jour && vue.jour < since + Months::new(60);
    recent.then_some((A::DansParcours, code, false))
}

/// Step 10: a teleconsultation without médecin traitant, when he is unavailable, of a resident of an establishment, or
/// in direct access.
fn teleconsultation(vue: &Vue<'_>) -> Option<Decision> {
    let blank = vue.soins.parcours.indicateur.is_none();
    let said = (blank || vue.dit(I::A))
        && matches!(
            vue.soins.parcours.motif_exclusion,
            Some(M::MtIndisponible | M::ResidentEtablissement)
        );
    let none = matches!(vue.relation, R::Aucun | R::Parti | R::EnAttente);
    let direct = blank && vue.acces_direct() && vue.age_acces_direct();
    (vue.teleconsultation && (said || none || direct)).then_some((
        A::NonConcerne,
        Q::SansObjet,
        false,
    ))
}

/// Steps 11 and 12: sent by the médecin traitant, or by another doctor who is named.
fn adressage(vue: &Vue<'_>) -> Option<Decision> {
    if !vue.declare() {
        return None;
    }
    let care = matches!(vue.motif(), Some(M::PlanDeSoins | M::SequenceConcertee | M::ProtocoleAld));
    let named = vue.soins.parcours.orienteur.is_some();
    let known = named || !vue.points.contient(Point::Orienteur);
    let sent = vue.adressage.is_some() || care || vue.dit(I::O) && known || vue.dit(I::M) && named;
    sent.then_some((A::DansParcours, Q::Oriente, false))
}

/// Step 13: direct access, with a médecin traitant.
fn acces_direct(vue: &Vue<'_>) -> Option<Decision> {
    let inside = vue.dit(I::D) && vue.declare() && vue.acces_direct() && vue.age_acces_direct();
    inside.then_some((A::DansParcours, Q::AccesDirect, false))
}

/// Steps 14 and 15: outside.
fn hors(vue: &Vue<'_>) -> Decision {
    if vue.relation == R::Parti && tables::depuis(vue.jour, tables::NEUTRALISATION) {
        return (A::HorsParcours, Q::ExclusionTemporaireSansMt, false);
    }
    let undated = vue.generaliste()
        && (vue.dit(I::J) || vue.dit(I::B))
        && vue.soins.executant.date_installation.is_none();
    let untold = vue.dit(I::A) && vue.motif().is_none();
    if vue.relation == R::Inconnu || undated || untold {
        return (A::Indeterminee, Q::Inconnu, false);
    }
    if !vue.declare() {
        return (A::HorsParcours, Q::SansMedecinTraitant, true);
    }
    let code = match vue.soins.parcours.indicateur {
        None => Q::IndicateurAbsent,
        Some(_) if vue.acces_direct() => Q::ActeHorsAccesDirect,
        Some(_) if !vue.generaliste() => Q::SpecialiteHorsAccesDirect,
        Some(_) => Q::NonRespect,
    };
    (A::HorsParcours, code, true)
}

/// Class of the statistics of 2013, by the tables of the Cour des comptes.
fn classe_2013(appartenance: A, code: Q) -> Classe2013 {
    let outside = matches!(
        code,
        Q::NonRespect
            | Q::SansMedecinTraitant
            | Q::SpecialiteHorsAccesDirect
            | Q::ActeHorsAccesDirect
    );
    let inside = matches!(code, Q::IndicateurAbsent | Q::ExclusionTemporaireSansMt)
        || appartenance == A::DansParcours && code != Q::HorsResidence;
    if outside {
        Classe2013::Hors
    } else if inside {
        Classe2013::ParcoursEtAssimiles
    } else {
        Classe2013::Exclues
    }
}

/// An authorised overrun: a specialist of sector 1 outside the parcours, never under the C2S.
fn da(vue: &Vue<'_>, appartenance: A, code: Q) -> bool {
    let sector_1 = vue.soins.executant.convention == Convention::Secteur1
        || vue.lieu() == Some(TypeLieu::Etablissement)
            && vue.soins.executant.convention == Convention::Salarie;
    appartenance == A::HorsParcours
        && !matches!(code, Q::IndicateurAbsent | Q::ExclusionTemporaireSansMt)
        && sector_1
        && !vue.generaliste()
        && !vue.c2s()
}

/// Supplements of coordination: sent, in direct access or away from home, under sixteen, or under the C2S; never with a
/// single opinion (RG_CF671).
fn coordination(vue: &Vue<'_>, appartenance: A, code: Q) -> bool {
    let child = vue.age < 16 && appartenance == A::NonConcerne && code != Q::SansObjet;
    let situation = child
        || matches!(code, Q::Oriente | Q::AccesDirect | Q::HorsResidence)
        || vue.c2s()
            && appartenance == A::HorsParcours
            && !matches!(code, Q::IndicateurAbsent | Q::ExclusionTemporaireSansMt);
    // After a single opinion that the register knows, only a general practitioner follows the patient.
    let opinion = vue.adressage == Some(NatureAdressage::AvisPonctuel)
        && code == Q::Oriente
        && !vue.generaliste();
    situation && !vue.avis_ponctuel() && !opinion
}
