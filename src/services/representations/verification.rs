//! What a link must be to be recorded, or ended.

use chrono::NaiveDate;

use super::NouvelleRepresentation;
use crate::domain::calendar::{Periode, anniversaire};
use crate::domain::ids::PatientId;
use crate::domain::patient::Patient;
use crate::domain::representation::{
    FinRepresentation, NatureRepresentation, Representant, Representation, bounded,
};
use crate::domain::vocabulary::Vocabulaire;
use crate::law::parameters::Parametre;
use crate::services::vivant::Vivant;
use crate::services::{Core, PATIENT_ATTENDU, ServiceError, latest_knowledge};
use crate::storage::patients::fusions;
use crate::storage::{Connection, patients, representations};

/// A representative of the register must exist, be somebody else, and be old enough. Gives whom they are: that of a record
/// which was merged is of the one that was kept.
pub(super) async fn verify_representant(
    core: &Core,
    conn: &mut Connection,
    patient: PatientId,
    nouvelle: &NouvelleRepresentation,
) -> Result<Representant, ServiceError> {
    if matches!(nouvelle.representant, Representant::PersonneMorale(_))
        && !nouvelle.nature.admet_personne_morale()
    {
        let message = "une personne : l'habilitation familiale est donnée à un proche";
        return Err(ServiceError::champ(
            "/representant/raison_sociale",
            "representant_inadapte",
            message,
        ));
    }
    let Representant::Patient(id) = nouvelle.representant else {
        return Ok(nouvelle.representant.clone());
    };
    let wrong =
        |code, message: &str| ServiceError::champ("/representant/patient_id", code, message);
    let whose = fusions::merged_into(conn, id).await?.unwrap_or(id);
    if whose == patient {
        return Err(wrong("representant_de_soi", "une autre personne que le patient"));
    }
    let found = patients::get(conn, core.coffre(), id, latest_knowledge()).await?;
    let found = found.ok_or_else(|| wrong("patient_inconnu", PATIENT_ATTENDU))?;
    let vivant = Vivant::of(conn, whose).await?;
    vivant.verify_of(nouvelle.effet_du, ("/effet_du", "représentant"))?;
    let least = nouvelle.nature.age_minimal(nouvelle.preuve);
    if found.age_le(nouvelle.effet_du).is_none_or(|age| age < least) {
        let parent = if nouvelle.nature == NatureRepresentation::TitulaireAutoriteParentale {
            " ; un parent mineur se prouve par l'acte de naissance ou le livret de famille"
        } else {
            ""
        };
        let expected = format!("une personne d'au moins {least} ans le premier jour{parent}");
        return Err(wrong("representant_trop_jeune", &expected));
    }
    Ok(Representant::Patient(whose))
}

/// Refuses a proof that does not prove the quality.
pub(super) fn verify_proof(nouvelle: &NouvelleRepresentation) -> Result<(), ServiceError> {
    let regle = nouvelle.nature.regle();
    if regle.preuves.contains(&nouvelle.preuve) {
        return Ok(());
    }
    let (nature, all) = (nouvelle.nature.mot(), words(regle.preuves));
    let expected =
        format!("{all}, qui prouve « {nature} » (Code civil, articles {})", regle.textes);
    Err(ServiceError::champ("/preuve", "preuve_inadaptee", expected))
}

/// Refuses a reason for which the quality does not end, or that nobody has to give.
pub(super) fn verify_motif(
    nature: NatureRepresentation,
    motif: FinRepresentation,
) -> Result<(), ServiceError> {
    let regle = nature.regle();
    if regle.fins.contains(&motif) {
        return Ok(());
    }
    let own = match motif {
        FinRepresentation::Majorite => {
            " ; ce que la majorité termine s'arrête de soi-même ce jour-là"
        }
        FinRepresentation::Deces
        | FinRepresentation::DecisionDeJustice
        | FinRepresentation::ErreurDeSaisie
        | FinRepresentation::FinDeMesure
        | FinRepresentation::ProtectionDuRepresentant => "",
    };
    let (nature, all) = (nature.mot(), words(regle.fins));
    let expected = format!("{all}, pour « {nature} »{own} (Code civil, articles {})", regle.textes);
    Err(ServiceError::champ("/motif", "motif_inadapte", expected))
}

fn words<V: Vocabulaire>(all: &[V]) -> String {
    let words: Vec<String> = all.iter().map(|one| format!("« {} »", one.mot())).collect();
    words.join(" ou ")
}

/// Refuses somebody who is protected themselves on a day of the link.
pub(super) async fn verify_capable(
    core: &Core,
    conn: &mut Connection,
    who: PatientId,
    (nature, effet): (NatureRepresentation, Periode),
) -> Result<(), ServiceError> {
    if !nature.regle().exige_capacite {
        return Ok(());
    }
    let own = representations::list(conn, core.coffre(), who, latest_knowledge()).await?;
    let protects =
        |one: &&Representation| one.nature.protege_un_majeur() && one.effet.chevauche(&effet);
    if own.iter().any(|one| protects(&one)) {
        let expected = "une personne qui n'est pas elle-même protégée ces jours-là (Code civil, articles 395, 2°, 445, 480 et \
                        494-1) : en nommer une autre, ou finir le lien avant";
        let pointer = "/representant/patient_id";
        return Err(ServiceError::champ(pointer, "representant_protege", expected));
    }
    Ok(())
}

/// What may stand beside what is known: a minor has holders of parental authority, or a tutor where nobody holds it; what
/// protects an adult begins with majority at the earliest, and is of one kind on a day.
pub(super) fn verify_beside(
    majority: NaiveDate,
    nature: NatureRepresentation,
    effet: Periode,
    others: &[Representation],
) -> Result<(), ServiceError> {
    let day = majority.format("%d/%m/%Y");
    if effet.du() < majority && !nature.convient_a_un_mineur() {
        let expected =
            format!("un jour à partir de la majorité, le {day} : cette mesure protège un majeur");
        return Err(ServiceError::champ("/effet_du", "mesure_de_majeur", expected));
    }
    let excludes =
        |other: &&Representation| nature.exclut(other.nature) && other.effet.chevauche(&effet);
    match others.iter().find(excludes).map(|other| other.nature) {
        None => Ok(()),
        Some(NatureRepresentation::TitulaireAutoriteParentale) => {
            let expected = format!(
                "une nature que l'autorité parentale n'exclut pas : un mineur n'a de tuteur que les jours où personne ne \
                 l'exerce ; terminer d'abord ce lien, ou commencer à la majorité, le {day}"
            );
            Err(ServiceError::champ("/nature", "autorite_parentale_exercee", expected))
        }
        Some(_) if nature == NatureRepresentation::TitulaireAutoriteParentale => {
            let expected =
                "une nature que la tutelle d'un mineur n'exclut pas : terminer d'abord ce lien";
            Err(ServiceError::champ("/nature", "tutelle_en_vigueur", expected))
        }
        Some(other) => {
            let expected = format!(
                "« {} » : une personne n'a qu'une sorte de protection le même jour (Code civil, articles 440, 483, 494-2 et \
                 494-11) ; terminer d'abord l'autre, ou commencer après",
                other.mot()
            );
            Err(ServiceError::champ("/nature", "mesure_en_vigueur", expected))
        }
    }
}

/// The days of a link, cut where they end by themselves, and the day of majority.
pub(super) fn days_of(
    core: &Core,
    person: &Patient,
    nouvelle: &NouvelleRepresentation,
) -> Result<(NaiveDate, (Periode, Option<FinRepresentation>)), ServiceError> {
    let jour = nouvelle.effet_du;
    let identite = person.identite_le(jour).ok_or(ServiceError::Introuvable)?;
    let birth = identite.date_naissance.pour_calcul_age();
    if jour < birth {
        let expected = "un premier jour qui suit la naissance du patient";
        return Err(ServiceError::champ("/effet_du", "avant_naissance", expected));
    }
    let empty = || ServiceError::champ("/effet_au", "periode_vide", "un jour après « effet_du »");
    let effet = Periode::new(jour, nouvelle.effet_au).map_err(|_empty| empty())?;
    let majority = core.valeur(Parametre::MtAgeSansAccordParental, jour)?;
    let majority = u8::try_from(majority).unwrap_or(u8::MAX);
    let of_age = anniversaire(birth, majority).ok_or(ServiceError::Introuvable)?;
    let days = bounded(nouvelle.nature, birth, majority, effet).ok_or_else(|| {
        let expected = "un jour avant la majorité : l'autorité parentale s'y arrête";
        ServiceError::champ("/effet_du", "patient_majeur", expected)
    })?;
    Ok((of_age, days))
}
