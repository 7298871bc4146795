//! What several rules say or ask.

use crate::domain::calendar::plus_mois;
use crate::domain::evaluation::{Appartenance, Classe2013, CodeDetermine, Fait, Qualification};
use crate::domain::feuille_de_soins::{Convention, MotifExoneration, RegimeLocal};
use crate::domain::money::Centimes;
use crate::law::consultation::Poids;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Jugement};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// The rate of what is paid in full, whoever it is for: what the rule is about says it all.
pub(super) fn en_entier(
    _situation: &Situation,
    valeurs: &Valeurs<'_>,
) -> Result<Jugement, ParametreInconnu> {
    valeurs.taux(Parametre::TauxAmoExonere).map(Effet::Taux).map(Jugement::Applique)
}

/// Inside the parcours, without supplement of coordination.
pub(super) const fn dans_parcours(code: CodeDetermine) -> Qualification {
    Qualification {
        appartenance: Appartenance::DansParcours,
        code,
        majoration: false,
        da_possible: false,
        coordination_possible: false,
        classe_2013: Classe2013::ParcoursEtAssimiles,
    }
}

/// Sent by a doctor: supplements of coordination may be billed, except with a one-off opinion.
pub(super) const fn oriente(situation: &Situation, code: CodeDetermine) -> Qualification {
    Qualification { coordination_possible: !situation.avis_ponctuel, ..dans_parcours(code) }
}

/// What becomes of an act under an indicator that says that a doctor sent the patient: he must be named, and a
/// médecin traitant declared.
pub(super) fn sous_orientation(situation: &Situation) -> Jugement {
    if !situation.relation_mt.declare() {
        return Jugement::Ecarte(Fait::MedecinTraitant);
    }
    if !situation.orienteur_nomme {
        return Jugement::Ecarte(Fait::Orienteur);
    }
    Jugement::Applique(Effet::Parcours(oriente(situation, CodeDetermine::Oriente)))
}

/// An act outside the parcours: majored, with an authorised overrun for specialists of sector 1, or the
/// sum of a hospital for its outpatient consultations.
pub(super) fn hors_parcours(situation: &Situation, code: CodeDetermine) -> Qualification {
    Qualification {
        appartenance: Appartenance::HorsParcours,
        code,
        majoration: true,
        da_possible: (situation.convention == Convention::Secteur1
            || situation.consultation_externe)
            && !situation.specialite.est_generaliste()
            && !situation.est_c2s(),
        coordination_possible: situation.est_c2s(),
        classe_2013: Classe2013::Hors,
    }
}

/// The parcours does not look at this act.
pub(super) const fn non_concerne(code: CodeDetermine) -> Qualification {
    Qualification {
        appartenance: Appartenance::NonConcerne,
        classe_2013: Classe2013::Exclues,
        ..dans_parcours(code)
    }
}

/// The parcours does not look at this patient.
pub(super) const fn exclu(code: CodeDetermine) -> Qualification {
    Qualification { appartenance: Appartenance::Exclu, ..non_concerne(code) }
}

/// A fact is missing: nothing is majored until it is known.
pub(super) const fn indeterminee() -> Qualification {
    Qualification {
        appartenance: Appartenance::Indeterminee,
        ..non_concerne(CodeDetermine::Inconnu)
    }
}

/// Whether the performer was first installed before the act, and less than so many years before.
pub(super) fn installe_depuis_moins_de(situation: &Situation, years: u8) -> bool {
    let jour = situation.date.jour();
    situation.date_installation.is_some_and(|start| {
        let end = plus_mois(start, i32::from(years).saturating_mul(12));
        start <= jour && end.is_some_and(|end| jour < end)
    })
}

/// Whether the direct access to the performer's specialty is open at the patient's age.
pub(super) fn acces_direct_ouvert(
    situation: &Situation,
    valeurs: &Valeurs<'_>,
) -> Result<bool, ParametreInconnu> {
    if !situation.specialite.est_psychiatrie() {
        return Ok(true);
    }
    let ages = valeurs.ans(Parametre::AdsPsyAgeMin)?..=valeurs.ans(Parametre::AdsPsyAgeMax)?;
    Ok(ages.contains(&situation.age))
}

/// The lowest threshold of heavy acts that ever was, of 2006: below it the question does not even arise.
const SEUIL_LE_PLUS_BAS: Centimes = Centimes::new(9_100);

/// Whether the flat sum of heavy acts is asked for this act; the fact that decides otherwise when the act is none.
pub(super) fn somme_fixe(
    situation: &Situation,
    valeurs: &Valeurs<'_>,
) -> Result<Result<bool, Fait>, ParametreInconnu> {
    let seen = &situation.consultation;
    let mut porte = seen.porte_la_somme(SEUIL_LE_PLUS_BAS);
    let reached = match seen.poids {
        Poids::Cumulable | Poids::Isole if seen.tarifs < SEUIL_LE_PLUS_BAS => false,
        Poids::Cumulable | Poids::Isole => {
            let threshold = valeurs.centimes(Parametre::ForfaitActeLourdSeuil)?;
            porte = seen.porte_la_somme(threshold);
            seen.tarifs >= threshold
        }
        Poids::Coefficient => {
            let threshold = valeurs.valeur(Parametre::ForfaitActeLourdCoefficient)?;
            i64::from(seen.coefficients) >= threshold.saturating_mul(100)
        }
        Poids::Exempte => return Ok(Ok(false)),
        Poids::Imagerie | Poids::SansSeuil => return Ok(Err(Fait::Acte)),
    };
    if !reached && situation.exoneration.motif() != MotifExoneration::Acte {
        return Ok(Err(Fait::Montants));
    }
    let local = situation.regime_local == RegimeLocal::AlsaceMoselle;
    Ok(Ok(reached && porte && !local))
}
