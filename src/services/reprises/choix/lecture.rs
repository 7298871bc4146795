//! Whose each choice is, whom it names, and whether it may be taken over.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::super::issues::{Issue, refus};
use crate::domain::calendar::age_revolu;
use crate::domain::declaration::MedecinDesigne;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::PatientId;
use crate::domain::patient::ClePatient;
use crate::domain::reprise::ChoixRepris;
use crate::law::parameters::Parametre;
use crate::services::core::Many;
use crate::services::{Core, ServiceError};
use crate::storage::faits::medecins::{self, ExerciceConnu, Fiche};
use crate::storage::medecins::changements;
use crate::storage::reprises::choix::{Nommable, Situation, doctors, situations};

/// A choice whose people are known, and whose person is locked.
#[derive(Debug, Clone)]
pub(super) struct Lu {
    /// Its place among the lines.
    pub(super) place: usize,
    pub(super) choix: ChoixRepris,
    pub(super) medecins: Vec<MedecinDesigne>,
    /// Under which instant it will be known.
    pub(super) instant: DateTime<Utc>,
    vierge: bool,
    opere: bool,
}

impl Lu {
    /// Whether nothing else has a say in what it makes.
    pub(super) const fn seul(&self) -> bool {
        self.vierge && !self.opere
    }
}

/// What becomes of lines already, by their place.
type Decidees = BTreeMap<usize, Issue>;

/// Finds and locks the persons of some lines, and their doctors; refuses what may not be taken over.
pub(super) async fn read(
    many: &mut Many<'_>,
    lignes: &[(u64, ChoixRepris)],
) -> Result<(Decidees, BTreeMap<PatientId, Vec<Lu>>), ServiceError> {
    let core = many.core();
    let mut issues = Decidees::new();
    let found = persons(many, lignes, &mut issues).await?;
    let connus = Connus::of(many, lignes).await?;
    let mut lus: BTreeMap<PatientId, Vec<Lu>> = BTreeMap::new();
    for (place, (_, choix)) in lignes.iter().enumerate() {
        let Some((situation, instant)) = found.get(&place) else { continue };
        let named = connus.named(choix);
        let joint = named.as_ref().is_ok_and(|(all, _)| all.len() > 1);
        let read = verify(core, choix, situation).and(named);
        let (medecins, opere) = match read {
            Ok(read) => read,
            Err(issue) => {
                issues.insert(place, issue);
                continue;
            }
        };
        if joint && !together(many, choix.effet_du, &medecins).await? {
            let message = "des médecins de la même spécialité, dans le même cabinet ou centre";
            issues.insert(place, refus("medecins", "conjoint_impossible", message));
            continue;
        }
        let lu = Lu {
            place,
            choix: choix.clone(),
            medecins,
            instant: *instant,
            vierge: situation.vierge,
            opere,
        };
        lus.entry(situation.patient_id).or_default().push(lu);
    }
    for own in lus.values_mut() {
        own.sort_by_key(|lu| (lu.choix.effet_du, lu.place));
    }
    Ok((issues, lus))
}

/// The person of each line, locked, when there is one whom the caisse follows.
async fn persons(
    many: &mut Many<'_>,
    lignes: &[(u64, ChoixRepris)],
    issues: &mut Decidees,
) -> Result<BTreeMap<usize, (Situation, DateTime<Utc>)>, ServiceError> {
    let core = many.core();
    let acteur = *many.contexte().acteur();
    let cles: Vec<&ClePatient> = lignes.iter().map(|(_, choix)| &choix.cle).collect();
    let (candidats, verrous) = many.find_and_lock(&cles).await?;
    let mut ids = BTreeSet::new();
    for (place, one) in candidats.iter().enumerate() {
        match one.patients[..] {
            [id] => {
                ids.insert(id);
            }
            [_, _, ..] if one.propres => {
                let message = "un numéro du patient lui-même : plusieurs de vos patients répondent à cette carte";
                issues.insert(place, refus("identifiant", "patient_ambigu", message));
            }
            _ => {
                issues.insert(place, unknown());
            }
        }
    }
    let ids: Vec<PatientId> = ids.into_iter().collect();
    let mut known: BTreeMap<PatientId, Vec<Situation>> = BTreeMap::new();
    for own in situations(many.conn(), &ids, core.today()).await? {
        known.entry(own.patient_id).or_default().push(own);
    }
    let caisse = acteur.identite();
    let mut found = BTreeMap::new();
    for (place, (one, cle)) in candidats.iter().zip(&cles).enumerate() {
        let [id] = one.patients[..] else { continue };
        let same = known.get(&id).into_iter().flatten().find(|own| {
            own.caisse.as_ref() == Some(&caisse)
                && (own.date_naissance, own.rang) == (cle.date_naissance, cle.rang)
        });
        match (same, verrous.get(&id)) {
            (Some(own), Some(verrou)) => {
                found.insert(place, (own.clone(), verrou.instant));
            }
            _ => {
                issues.insert(place, unknown());
            }
        }
    }
    Ok(found)
}

fn unknown() -> Issue {
    refus(
        "identifiant",
        "patient_inconnu",
        "un patient de la caisse, enregistré : reprenez d'abord vos affiliés",
    )
}

/// Refuses days on which nobody could choose, and choices after a death.
fn verify(core: &Core, choix: &ChoixRepris, situation: &Situation) -> Result<(), Issue> {
    let du = choix.effet_du;
    if du > core.today() || choix.signe_le.is_some_and(|day| day > core.today()) {
        return Err(refus("effet_du", "date_future", "un jour passé ou présent"));
    }
    if du < core.law_start() {
        return Err(refus(
            "effet_du",
            "hors_bornes",
            format!("un jour à partir du {}", core.law_start().format("%d/%m/%Y")),
        ));
    }
    if situation.deces.is_some_and(|deces| du > deces.du()) {
        return Err(refus(
            "effet_du",
            "apres_le_deces",
            "un jour qui ne suit pas le décès du patient",
        ));
    }
    let parameter = |parametre| core.valeur(parametre, du).unwrap_or_default();
    let age = i64::from(age_revolu(situation.date_naissance.pour_calcul_age(), du));
    let child = age < parameter(Parametre::MtAgeMajoriteChoix);
    if child && parameter(Parametre::MtEnfantOuverture) == 0 {
        let message = "un jour où un enfant peut avoir un médecin traitant";
        return Err(refus("effet_du", "enfant_avant_ouverture", message));
    }
    if choix.medecins.len() > 1 && parameter(Parametre::MtConjointOuverture) == 0 {
        let message =
            "un seul médecin : ce jour-là, plusieurs ne pouvaient pas être désignés ensemble";
        return Err(refus("medecins", "conjoint_avant_ouverture", message));
    }
    Ok(())
}

async fn together(
    many: &mut Many<'_>,
    jour: NaiveDate,
    medecins: &[MedecinDesigne],
) -> Result<bool, ServiceError> {
    let today = many.core().today();
    let ids: Vec<_> = medecins.iter().map(|one| one.medecin_id).collect();
    for day in [jour, today] {
        if changements::may_be_joint(many.conn(), &ids, day).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The doctors of some lines.
struct Connus {
    nommables: BTreeMap<Rpps, Nommable>,
    medecins: BTreeSet<Rpps>,
    exercices: BTreeMap<Rpps, Vec<ExerciceConnu>>,
}

impl Connus {
    async fn of(many: &mut Many<'_>, lignes: &[(u64, ChoixRepris)]) -> Result<Self, ServiceError> {
        let rpps: BTreeSet<Rpps> =
            lignes.iter().flat_map(|(_, choix)| choix.medecins.iter().copied()).collect();
        let rpps: Vec<Rpps> = rpps.into_iter().collect();
        let nommables = doctors(many.conn(), &rpps).await?;
        let mut fiches = medecins::fiches(many.conn(), &rpps, None).await?;
        for own in fiches.values_mut() {
            own.exercices.sort_by_key(|one| (one.effet.du(), !one.principal));
        }
        let is_doctor =
            |fiche: &Fiche| fiche.specialites.iter().any(|(_, code)| code.est_medecin());
        let medecins = fiches.iter().filter(|(_, fiche)| is_doctor(fiche)).map(|(rpps, _)| *rpps);
        Ok(Self {
            nommables: nommables.into_iter().map(|one| (one.rpps, one)).collect(),
            medecins: medecins.collect(),
            exercices: fiches.into_iter().map(|(rpps, fiche)| (rpps, fiche.exercices)).collect(),
        })
    }

    /// The doctors of a choice, each at the place where he practised that day, else at the first that the register has of
    /// him: the days of practices are often younger than those of choices. And whether something happened to one of them.
    fn named(&self, choix: &ChoixRepris) -> Result<(Vec<MedecinDesigne>, bool), Issue> {
        let (mut all, mut opere) = (Vec::new(), false);
        for rpps in &choix.medecins {
            let Some(known) = self.nommables.get(rpps) else {
                let message = format!("le médecin {rpps} n'est pas enregistré");
                return Err(refus("medecins", "medecin_inconnu", message));
            };
            let own = self.exercices.get(rpps).map_or(&[][..], |own| own);
            let own = || own.iter().filter(|one| one.est_propre());
            let that_day = own().filter(|one| one.effet.contient(choix.effet_du));
            let place = that_day.max_by_key(|one| one.principal).or_else(|| own().next());
            let Some(place) = place.filter(|_| self.medecins.contains(rpps)) else {
                let message = format!(
                    "le médecin {rpps} n'exerce nulle part comme médecin qui peut être désigné"
                );
                return Err(refus("medecins", "medecin_non_designable", message));
            };
            opere |= known.opere;
            all.push(MedecinDesigne {
                medecin_id: known.medecin_id,
                rpps: *rpps,
                lieu_id: place.lieu,
                commune: place.commune,
            });
        }
        Ok((all, opere))
    }
}
