//! What changes in a timeline: written, and told.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::domain::designation::{Designation, Ligne, Membre, Modification, MotifFin, Segment};
use crate::domain::evenement::NatureEvenement;
use crate::domain::frise::{jours, jours_connus};
use crate::domain::ids::{DesignationId, MedecinId};
use crate::domain::patientele::{Mouvement, mouvements};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::ServiceError;
use crate::services::core::{Fact, Writing};
use crate::storage::designations;

/// A change to tell: what, about which doctor, from which day.
type Annonce = (NatureEvenement, Option<MedecinId>, Option<NaiveDate>, Value);

/// Writes one difference, and tells it.
pub(super) async fn apply(
    writing: &mut Writing<'_>,
    change: &Modification,
) -> Result<(), ServiceError> {
    let (core, patient, instant) = (writing.core(), writing.patient, writing.instant);
    let conn = writing.conn();
    let (segment, told): (Option<&Segment>, Vec<Annonce>) = match change {
        Modification::Ouvrir(segment) => {
            let id = DesignationId::from_uuid(core.ids().uuid());
            designations::open(conn, patient, id, segment, instant).await?;
            (Some(segment), of_each(NatureEvenement::DeclarationPriseEffet, segment))
        }
        Modification::Reviser { id, version, jours, segment } => {
            designations::revise(conn, patient, *id, *version, segment, instant).await?;
            let told = if *jours { of_each(nature_of(segment), segment) } else { Vec::new() };
            (Some(segment), told)
        }
        Modification::Membres { id, anciennes, nouvelles, segment } => {
            for membre in anciennes {
                designations::erase_line(conn, patient, *id, membre, instant).await?;
            }
            let mut told = Vec::new();
            for ligne in nouvelles {
                designations::insert_line(conn, patient, *id, ligne, instant).await?;
                told.push(of_member(anciennes, ligne));
            }
            (Some(segment), told)
        }
        Modification::Effacer { id, version } => {
            designations::erase(conn, patient, *id, *version, instant).await?;
            let nothing = json!({ "effet_au": null, "motif_fin": null });
            (None, vec![(NatureEvenement::DeclarationDepassee, None, None, nothing)])
        }
    };
    let declaration = segment.map(|segment| segment.declaration_id);
    for (nature, medecin_id, effet_du, donnees) in told {
        let fact = Fact::of(nature).doctor(medecin_id).effective(effet_du).with(donnees);
        writing.tell(fact.declaration(declaration));
    }
    Ok(())
}

/// What is told of a designation that opens, without writing it.
pub(in crate::services) fn prise_effet(segment: &Segment) -> Vec<Fact> {
    let told = of_each(NatureEvenement::DeclarationPriseEffet, segment);
    let fact = |(nature, medecin_id, effet_du, donnees): Annonce| {
        let fact = Fact::of(nature).doctor(medecin_id).effective(effet_du).with(donnees);
        fact.declaration(segment.declaration_id)
    };
    told.into_iter().map(fact).collect()
}

/// Records who arrives and who leaves, for the doctors to read.
pub(super) fn tell_movements(
    writing: &mut Writing<'_>,
    stored: &[Designation],
    segments: &[Segment],
) {
    for mouvement in mouvements(&jours_connus(stored), &jours(segments)) {
        writing.tell(movement(&mouvement));
    }
}

/// What is told of a movement, to the doctor whose patient comes or goes.
pub(in crate::services) fn movement(mouvement: &Mouvement) -> Fact {
    let fact = Fact::of(mouvement.nature.evenement()).doctor(mouvement.medecin_id);
    let donnees = json!({ "motif_fin": mouvement.motif_fin.map(Vocabulaire::mot) });
    fact.effective(mouvement.jour).with(donnees)
}

/// The same, told of each doctor of a designation.
fn of_each(nature: NatureEvenement, segment: &Segment) -> Vec<Annonce> {
    let data = json!({
        "effet_au": segment.effet.au(),
        "motif_fin": segment.motif_fin.map(Vocabulaire::mot),
    });
    let du = Some(segment.effet.du());
    segment.lignes.iter().map(|ligne| (nature, Some(ligne.medecin_id), du, data.clone())).collect()
}

/// What became of the line of a doctor: gone, back, or new.
fn of_member(anciennes: &[Membre], ligne: &Ligne) -> Annonce {
    let was_closed = |membre: &Membre| {
        (membre.medecin_id, membre.effet.du()) == (ligne.medecin_id, ligne.effet.du())
            && membre.effet.au().is_some()
    };
    let nature = if ligne.motif_fin.is_some() {
        NatureEvenement::DesignationMembreParti
    } else if anciennes.iter().any(was_closed) {
        NatureEvenement::DesignationMembreRevenu
    } else {
        NatureEvenement::DesignationMembreArrive
    };
    let data = json!({
        "du": ligne.effet.du(),
        "effet_au": ligne.effet.au(),
        "motif_depart": ligne.motif_fin.map(Vocabulaire::mot),
    });
    let day = ligne.effet.au().unwrap_or(ligne.effet.du());
    (nature, Some(ligne.medecin_id), Some(day), data)
}

/// What became of a designation whose days changed.
const fn nature_of(segment: &Segment) -> NatureEvenement {
    match segment.motif_fin {
        None => NatureEvenement::DeclarationRouverte,
        Some(MotifFin::Remplacement) => NatureEvenement::DeclarationRemplacee,
        Some(MotifFin::Patient | MotifFin::Medecin | MotifFin::Cessation | MotifFin::Deces) => {
            NatureEvenement::DeclarationCloturee
        }
    }
}
