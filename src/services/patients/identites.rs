//! Names, sex, birth date and rank of a person: another from a day on, the former having been right; or corrected, the former
//! having been wrong. What is computed from a birth date follows.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::json;

use super::dossier::{finish, open, record};
use super::identifiants::{Carte, tell_disputed};
use super::organismes::{unchanged, verify_day_of_life};
use crate::domain::calendar::Periode;
use crate::domain::evenement::NatureEvenement;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::{DateNaissanceAmo, IdentifiantPersonne, RangGemellaire};
use crate::domain::ids::{FaitId, PatientId};
use crate::domain::patient::{IdentifiantPatient, Identite, Patient, Sexe};
use crate::domain::representation::{FinRepresentation, Representation, bounded};
use crate::domain::vie::histoire::poser;
use crate::domain::vie::{ActePatient, DossierPatient, MotifRectification};
use crate::domain::vocabulary::Vocabulaire;
use crate::law::parameters::Parametre;
use crate::services::core::{Act, Fact};
use crate::services::declarations::follow_link;
use crate::services::{Core, Demande, Done, Render, ServiceError, VersionsVues, latest_knowledge};
use crate::storage::patients::{self, faits};
use crate::storage::representations::{self, Enregistree};

/// What is said of an identity: the rest stays.
#[derive(Clone, PartialEq, Eq)]
pub struct Correction {
    pub nom: Option<String>,
    pub prenom: Option<String>,
    pub date_naissance: Option<DateNaissanceAmo>,
    pub rang: Option<RangGemellaire>,
    pub sexe: Option<Sexe>,
}

impl std::fmt::Debug for Correction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Correction(…)")
    }
}

impl Correction {
    fn of(&self, known: &Identite) -> Identite {
        Identite {
            nom: self.nom.clone().unwrap_or_else(|| known.nom.clone()),
            prenom: self.prenom.clone().unwrap_or_else(|| known.prenom.clone()),
            date_naissance: self.date_naissance.unwrap_or(known.date_naissance),
            rang: self.rang.unwrap_or(known.rang),
            sexe: self.sexe.or(known.sexe),
        }
    }
}

/// Versions replaced, and identities that take their place.
type Ecriture = (Vec<FaitId>, Vec<(Identite, Periode)>);

/// The person bears other names, or is of another sex at civil status, from a day on. Nobody is born another day: that is corrected.
pub async fn change_identite(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    (correction, du): (Correction, NaiveDate),
    rendre: impl Render<DossierPatient>,
) -> Done {
    let mut act = open(core, demande, seen).await?;
    verify_day_of_life(&mut act, du, "/effet_du").await?;
    let known = person(&mut act).await?;
    let former = known.identite_le(du).ok_or(ServiceError::Introuvable)?;
    let pose = poser(&known.identites, correction.of(former), du);
    let pose = pose.ok_or_else(|| unchanged("/nom"))?;
    write(&mut act, (pose.remplaces, pose.ouverts)).await?;
    let patient = act.patient;
    record(&mut act, patient, ActePatient::Identite, None).await?;
    let fact = Fact::of(NatureEvenement::PatientIdentiteChangee).effective(du);
    act.tell(fact.with(json!({ "raison": "changement" })));
    finish(act, rendre).await
}

/// What was recorded never was the person's: a version replaces it for the same days, from the right birth on when it
/// is the first. Ages follow, and the days of parental authority with them.
pub async fn correct_identite(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    (correction, jour): (Correction, NaiveDate),
    motif: MotifRectification,
    rendre: impl Render<DossierPatient>,
) -> Done {
    let mut act = open(core, demande, seen).await?;
    let known = person(&mut act).await?;
    let first = known.identites.first();
    let wrong = known.identites.iter().find(|fait| fait.effet.contient(jour)).or(first);
    let wrong = wrong.ok_or(ServiceError::Introuvable)?;
    let right = correction.of(&wrong.valeur);
    if right == wrong.valeur {
        return Err(unchanged("/motif").into());
    }
    let birth = right.date_naissance.pour_calcul_age();
    let born_again = right.date_naissance != wrong.valeur.date_naissance;
    let designated_again = born_again || right.rang != wrong.valeur.rang;
    if born_again {
        verify_birth(&mut act, &known, birth).await?;
    }
    let written = corrected(&known.identites, wrong, &right)?;
    if designated_again {
        verify_card(&mut act, &known.identifiants, &right).await?;
    }
    write(&mut act, written).await?;
    if designated_again {
        designate_again(&mut act, &known.identifiants).await?;
    }
    if born_again {
        bound_authority(&mut act, birth).await?;
    }
    let patient = act.patient;
    record(&mut act, patient, ActePatient::RectificationIdentite, Some(motif)).await?;
    let nature = if born_again {
        NatureEvenement::PatientNaissanceRectifiee
    } else {
        NatureEvenement::PatientIdentiteChangee
    };
    let donnees = json!({ "raison": "rectification", "motif": motif.mot() });
    act.tell(Fact::of(nature).effective(wrong.effet.du()).with(donnees));
    finish(act, rendre).await
}

/// A number says the sex of somebody of whom nothing says it yet, on all their days. What is known stays.
pub(super) async fn complete_sexe(
    act: &mut Act<'_>,
    numero: &IdentifiantPersonne,
) -> Result<(), ServiceError> {
    let sexe @ Some(_) = Sexe::du_numero(numero) else { return Ok(()) };
    let known = person(act).await?.identites;
    if known.iter().any(|fait| fait.valeur.sexe.is_some()) {
        return Ok(());
    }
    let told = |fait: FaitDate<Identite>| (Identite { sexe, ..fait.valeur }, fait.effet);
    let replaced = known.iter().map(|fait| fait.id).collect();
    write(act, (replaced, known.into_iter().map(told).collect())).await
}

async fn person(act: &mut Act<'_>) -> Result<Patient, ServiceError> {
    let (coffre, patient) = (act.core().coffre(), act.patient);
    let found = patients::get(act.conn(), coffre, patient, latest_knowledge()).await?;
    found.ok_or(ServiceError::Introuvable)
}

/// The versions of a correction. A birth is the same whatever the names: it is corrected in all of them, and the first
/// begins with it.
fn corrected(
    known: &[FaitDate<Identite>],
    wrong: &FaitDate<Identite>,
    right: &Identite,
) -> Result<Ecriture, ServiceError> {
    let (birth, rang) = (right.date_naissance, right.rang);
    let mut written = (Vec::new(), Vec::new());
    for (index, fait) in known.iter().enumerate() {
        let valeur = if fait.id == wrong.id {
            right.clone()
        } else {
            Identite { date_naissance: birth, rang, ..fait.valeur.clone() }
        };
        let effet = if index == 0 {
            Periode::new(birth.pour_calcul_age(), fait.effet.au()).map_err(|_empty| born_late())?
        } else {
            fait.effet
        };
        if valeur != fait.valeur || effet != fait.effet {
            written.0.push(fait.id);
            written.1.push((valeur, effet));
        }
    }
    Ok(written)
}

fn born_late() -> ServiceError {
    let message = "une naissance qui précède ce que le dossier sait de la personne";
    ServiceError::champ("/date_naissance", "naissance_tardive", message)
}

/// A birth is past, and comes before whatever else is known of the person.
async fn verify_birth(
    act: &mut Act<'_>,
    known: &Patient,
    birth: NaiveDate,
) -> Result<(), ServiceError> {
    if birth > act.today().await? {
        let message = "une date de naissance passée";
        return Err(ServiceError::champ("/date_naissance", "date_future", message));
    }
    // What began with the person began with the day that was wrong.
    let wrong = known.identites.iter().map(|fait| fait.effet.du()).min();
    let patient = act.patient;
    let death = faits::deces(act.conn(), patient).await?.map(|fait| fait.effet.du());
    let begun = known.affiliations.iter().map(|fait| fait.effet.du());
    let first = begun.filter(|day| Some(*day) != wrong).chain(death).min();
    if first.is_some_and(|first| first < birth) { Err(born_late()) } else { Ok(()) }
}

async fn write(act: &mut Act<'_>, (replaced, opened): Ecriture) -> Result<(), ServiceError> {
    let (core, patient, instant) = (act.core(), act.patient, act.instant);
    for fait in replaced {
        faits::replace(act.conn(), faits::Genre::Identite, patient, fait, instant).await?;
    }
    for (valeur, effet) in opened {
        let fait = core.fait(valeur, effet, instant);
        patients::insert_identite(act.conn(), core.coffre(), patient, &fait).await?;
    }
    Ok(())
}

/// Refuses a card that is already that of somebody whom the caller may see; the caisses of the others are told.
async fn verify_card(
    act: &mut Act<'_>,
    numbers: &[FaitDate<IdentifiantPatient>],
    right: &Identite,
) -> Result<(), ServiceError> {
    let (core, whose) = (act.core(), (*act.contexte().acteur(), Some(act.patient)));
    let coffre = core.coffre();
    let numeros: Vec<_> =
        numbers.iter().map(|fait| (fait.valeur.usage, fait.valeur.numero)).collect();
    let opening = act.opening();
    let locked = numeros.iter().map(|(_, numero)| numero);
    patients::lock_numbers(opening.conn(), coffre, locked).await?;
    let card = Carte { identite: right, numeros: &numeros, rang: "/rang" };
    let (acteur, own) = whose;
    let disputed: BTreeSet<PatientId> = card.verify(core, opening.conn(), (&acteur, own)).await?;
    tell_disputed(act, disputed).await
}

/// Writes the numbers again: whether somebody else is designated by the same card is said when they are written.
async fn designate_again(
    act: &mut Act<'_>,
    numbers: &[FaitDate<IdentifiantPatient>],
) -> Result<(), ServiceError> {
    let (core, patient, instant) = (act.core(), act.patient, act.instant);
    for fait in numbers {
        faits::replace(act.conn(), faits::Genre::Identifiant, patient, fait.id, instant).await?;
        let again = core.fait(fait.valeur, fait.effet, instant);
        patients::insert_identifiant(act.conn(), core.coffre(), patient, &again).await?;
    }
    Ok(())
}

/// Parental authority ends on the day of majority: on another day when the birth was another.
async fn bound_authority(act: &mut Act<'_>, birth: NaiveDate) -> Result<(), ServiceError> {
    let (core, patient, instant) = (act.core(), act.patient, act.instant);
    let coffre = core.coffre();
    let links = representations::recorded(act.conn(), coffre, patient, latest_knowledge()).await?;
    let by_age = |one: &Enregistree| {
        one.lien.motif_fin == Some(FinRepresentation::Majorite) && one.lien.patient_id == patient
    };
    for Enregistree { mut lien, mort, .. } in links.into_iter().filter(by_age) {
        let majority = core.valeur(Parametre::MtAgeSansAccordParental, lien.effet.du())?;
        let majority = u8::try_from(majority).unwrap_or(u8::MAX);
        // A tutelle of a minor does not become that of an adult.
        let again = bounded(lien.nature, birth, majority, Periode::depuis(lien.effet.du()))
            .filter(|(_, motif)| motif.is_some());
        if again == Some((lien.effet, lien.motif_fin)) {
            continue;
        }
        representations::replace(act.conn(), &lien, instant).await?;
        let avant = lien.clone().jusqu_au_deces(mort).map(|lien| lien.effet);
        // Who is of age since before the link began never was represented by it.
        if let Some((effet, motif_fin)) = again {
            lien = Representation {
                effet,
                motif_fin,
                version: lien.version.saturating_add(1),
                enregistre_le: instant,
                ..lien
            };
            representations::insert(act.conn(), coffre, &lien).await?;
        }
        if let Some(avant) = avant {
            let days = (avant, again.map(|(effet, _)| effet));
            follow_link(&mut act.writing(), lien.id, days).await?;
        }
        let fact = Fact::of(NatureEvenement::RepresentationTerminee).effective(lien.effet.du());
        act.tell(fact.with(json!({
            "representation_id": lien.id,
            "nature": lien.nature.mot(),
            "effet_au": lien.effet.au(),
            "motif_fin": lien.motif_fin.map(Vocabulaire::mot),
        })));
    }
    Ok(())
}
