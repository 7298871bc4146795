//! One letter: what an event calls for on the day on which it is written, and to whom it goes.

mod destinataires;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::domain::acteur::Caisse;
use crate::domain::calendar::{Periode, anniversaire};
use crate::domain::courrier::{
    Concerne, Fait, Lettre, NatureCourrier, Remboursement, SansObjet, lettre,
};
use crate::domain::declaration::{Contestation, Declaration, Etat, ModePreuve, RoleSignataire};
use crate::domain::designation::{Designation, Membre, MotifDepart, MotifFin};
use crate::domain::evenement::NatureEvenement;
use crate::domain::fait_date::en_vigueur;
use crate::domain::identifiers::{Rpps, Specialite};
use crate::domain::ids::{MedecinId, PatientId, RepresentationId};
use crate::domain::money::{Centimes, Taux};
use crate::domain::patient::Patient;
use crate::domain::vie::sommeil::motif_de;
use crate::law::parameters::Parametre;
use crate::services::loi::tarif_publie;
use crate::services::{Core, LawError, ServiceError, latest_knowledge};
use crate::storage::courriers::contenu::Dit;
use crate::storage::patients::{faits, fusions};
use crate::storage::{
    Connection, declarations, designations, medecins, neutralisations, patients, representations,
};

/// The age of the example of a letter.
const ADULTE: u8 = 40;
/// Its price on a day of which no source says one.
const EXEMPLE: Centimes = Centimes::new(2_500);

/// Letters of one event, one a recipient, and whom they show.
#[derive(Debug)]
pub(super) struct Ecrite {
    pub(super) lettres: Vec<Lettre>,
    pub(super) personnes: BTreeSet<PatientId>,
}

/// Letters of a caisse, written on a day.
#[derive(Debug)]
pub(super) struct Redaction<'a> {
    core: &'a Core,
    caisse: Caisse,
    jour: NaiveDate,
    /// Names of doctors already looked for.
    noms: BTreeMap<Rpps, String>,
}

/// What is known of a person on the day.
struct Dossier {
    patient: Patient,
    designations: Vec<Designation>,
}

impl<'a> Redaction<'a> {
    /// Letters of today.
    pub(super) fn new(core: &'a Core, caisse: Caisse) -> Self {
        Self { core, caisse, jour: core.today(), noms: BTreeMap::new() }
    }

    /// The letters of an event, or why there is none.
    pub(super) async fn write(
        &mut self,
        conn: &mut Connection,
        nature: NatureCourrier,
        dit: &Dit,
    ) -> Result<Result<Ecrite, SansObjet>, ServiceError> {
        let kept = fusions::merged_into(conn, dit.patient_id).await?;
        let id = kept.unwrap_or(dit.patient_id);
        let found = patients::get(conn, self.core.coffre(), id, latest_knowledge()).await?;
        let Some(patient) = found else { return Ok(Err(SansObjet::Annule)) };
        if faits::deces(conn, id).await?.is_some() {
            return Ok(Err(SansObjet::Decede));
        }
        if patient.organisme_le(self.jour).is_none_or(|own| !self.caisse.gere(own)) {
            return Ok(Err(SansObjet::AutreCaisse));
        }
        let designations = designations::list(conn, id, latest_knowledge()).await?;
        let dossier = Dossier { patient, designations };
        let fait = match nature {
            NatureCourrier::DepartMedecin => self.depart(conn, dit, &dossier).await?,
            NatureCourrier::ChoixEnSonNom => self.choix(conn, dit, &dossier).await?,
            NatureCourrier::FinProtection => self.fin(conn, dit, &dossier).await?,
            NatureCourrier::SeizeAns => self.seize_ans(conn, dit, &dossier).await?,
        };
        let fait = match fait {
            Ok(fait) => fait,
            Err(reason) => return Ok(Err(reason)),
        };
        // A choice goes to the same, whatever says that there is one.
        let told = match nature {
            NatureCourrier::ChoixEnSonNom => NatureEvenement::DeclarationPriseEffet,
            NatureCourrier::DepartMedecin
            | NatureCourrier::FinProtection
            | NatureCourrier::SeizeAns => dit.nature,
        };
        let recipients = self.destinataires(conn, told, &dossier.patient).await?;
        let mut written = Ecrite { lettres: Vec::new(), personnes: BTreeSet::from([id]) };
        for one in recipients {
            let qui = self.concerne(conn, (&dossier.patient, &fait), one.autre).await?;
            let place = (dit.id, self.caisse, self.jour);
            written.lettres.push(lettre(place, one.destinataire, &qui, &fait));
            written.personnes.extend(one.personne);
        }
        Ok(Ok(written))
    }

    async fn nom(&mut self, conn: &mut Connection, rpps: Rpps) -> Result<String, ServiceError> {
        if let Some(known) = self.noms.get(&rpps) {
            return Ok(known.clone());
        }
        let found = medecins::find(conn, &rpps, latest_knowledge()).await?;
        let nom = found.as_ref().and_then(|one| one.nom_le(self.jour));
        let nom = nom.map_or_else(|| rpps.to_string(), |nom| format!("{} {}", nom.prenom, nom.nom));
        self.noms.insert(rpps, nom.clone());
        Ok(nom)
    }

    async fn noms(
        &mut self,
        conn: &mut Connection,
        all: impl IntoIterator<Item = Rpps>,
    ) -> Result<Vec<String>, ServiceError> {
        let mut noms = Vec::new();
        for rpps in all.into_iter().collect::<BTreeSet<_>>() {
            noms.push(self.nom(conn, rpps).await?);
        }
        Ok(noms)
    }

    async fn depart(
        &mut self,
        conn: &mut Connection,
        dit: &Dit,
        dossier: &Dossier,
    ) -> Result<Result<Fait, SansObjet>, ServiceError> {
        let day = dit.donnees.get("effet_au").and_then(|day| day.as_str()?.parse().ok());
        let Some(jour): Option<NaiveDate> = day else { return Ok(Err(SansObjet::Annule)) };
        let gone: Vec<(Rpps, MotifDepart)> = dossier
            .designations
            .iter()
            .flat_map(|one| one.membres.iter().map(move |membre| (one, membre)))
            .filter(|(one, membre)| {
                membre.effet.intersection(&one.effet).is_some_and(|days| days.au() == Some(jour))
            })
            .filter_map(|(one, membre)| Some((membre.rpps, motif(one, membre.motif_fin)?)))
            .collect();
        let Some((_, motif)) = gone.first().copied() else {
            return Ok(Err(dossier.sans_depart(dit.medecin_id, jour.max(self.jour))));
        };
        if matches!(motif, MotifDepart::Patient | MotifDepart::Remplacement) {
            return Ok(Err(SansObjet::DeSaPart));
        }
        let left: BTreeSet<Rpps> = gone.iter().map(|(rpps, _)| *rpps).collect();
        let with_them = |one: &&Designation| one.membres.iter().any(|m| left.contains(&m.rpps));
        let stay: Vec<Rpps> = dossier
            .designations
            .iter()
            .filter(with_them)
            .flat_map(|one| one.membres_le(jour))
            .map(|membre| membre.rpps)
            .collect();
        let present = dossier.presents(jour.max(self.jour));
        if stay.is_empty() && !present.is_empty() {
            return Ok(Err(SansObjet::DejaChoisi));
        }
        let protections =
            neutralisations::list(conn, dossier.patient.id, latest_knowledge()).await?;
        let own = protections.iter().find(|one| one.effet.du() == jour);
        Ok(Ok(Fait::Depart {
            medecins: self.noms(conn, left).await?,
            motif,
            jour,
            restent: self.noms(conn, stay).await?,
            protege_jusqu_au: own.and_then(|one| one.effet.au()),
        }))
    }

    async fn choix(
        &mut self,
        conn: &mut Connection,
        dit: &Dit,
        dossier: &Dossier,
    ) -> Result<Result<Fait, SansObjet>, ServiceError> {
        let Some(id) = dit.declaration_id else { return Ok(Err(SansObjet::Annule)) };
        let found = declarations::get(conn, self.core.coffre(), dossier.patient.id, id).await?;
        let Some(declaration) = found else { return Ok(Err(SansObjet::Annule)) };
        let (coffre, patient) = (self.core.coffre(), dossier.patient.id);
        let connus = representations::jours(conn, coffre, patient).await?;
        let mut reason = refus(&declaration, &connus, dit.nature);
        if declaration.a_perdu(&connus) && reason.is_none() {
            let all = declarations::list(conn, coffre, patient).await?;
            let own = all.iter().any(|one| one.confirme(&declaration, &connus));
            reason = Some(SansObjet::DeSaPart).filter(|_| own);
        }
        let counts = |one: &&Designation| {
            one.declaration_id == id && one.effet.au().is_none_or(|au| au > self.jour)
        };
        let current = dossier.designations.iter().find(counts);
        match (reason, current) {
            (Some(reason), _) => Ok(Err(reason)),
            (None, None) if dossier.presents(self.jour).is_empty() => Ok(Err(SansObjet::Termine)),
            (None, None) => Ok(Err(SansObjet::DejaChoisi)),
            (None, Some(designation)) => {
                let depuis = designation.effet.du();
                let day = depuis.max(self.jour);
                let present: Vec<Rpps> =
                    designation.membres_le(day).map(|membre| membre.rpps).collect();
                Ok(Ok(Fait::Choix {
                    medecins: self.noms(conn, present).await?,
                    depuis,
                    canal: declaration.canal,
                    numero: declaration.numero.to_string(),
                }))
            }
        }
    }

    async fn fin(
        &self,
        conn: &mut Connection,
        dit: &Dit,
        dossier: &Dossier,
    ) -> Result<Result<Fait, SansObjet>, ServiceError> {
        let known = dit.donnees.get("neutralisation_id").and_then(|id| id.as_str());
        let all = neutralisations::list(conn, dossier.patient.id, latest_knowledge()).await?;
        let own = all.iter().find(|one| known == Some(one.id.to_string().as_str()));
        // A choice ends the protection, or takes its place.
        let end = own.and_then(|one| one.effet.au());
        if [Some(self.jour), end].into_iter().flatten().any(|day| !dossier.presents(day).is_empty())
        {
            return Ok(Err(SansObjet::DejaChoisi));
        }
        let Some(jour) = end else { return Ok(Err(SansObjet::Annule)) };
        let first = own.map_or(jour, |one| one.effet.du());
        let mois = self.core.valeur(Parametre::NeutralisationDepartMt, first)?;
        Ok(Ok(Fait::FinProtection { mois, jour }))
    }

    async fn seize_ans(
        &mut self,
        conn: &mut Connection,
        dit: &Dit,
        dossier: &Dossier,
    ) -> Result<Result<Fait, SansObjet>, ServiceError> {
        let age = u8::try_from(self.age(Parametre::MtAgeMajoriteChoix)?).unwrap_or(u8::MAX);
        let birth = dossier.patient.identite_le(self.jour);
        let birthday =
            birth.and_then(|one| anniversaire(one.date_naissance.pour_calcul_age(), age));
        let Some(jour) = birthday.filter(|day| Some(*day) == dit.effet_du) else {
            return Ok(Err(SansObjet::Annule));
        };
        let medecins = self.noms(conn, dossier.presents(self.jour)).await?;
        Ok(Ok(Fait::SeizeAns { jour, medecins }))
    }

    fn age(&self, parametre: Parametre) -> Result<i64, ServiceError> {
        self.core.valeur(parametre, self.jour)
    }

    /// What the letter says of the person: its age, and what the parcours de soins makes it bear on the day of the fact.
    async fn concerne(
        &self,
        conn: &mut Connection,
        (patient, fait): (&Patient, &Fait),
        autre: Option<String>,
    ) -> Result<Concerne, ServiceError> {
        let day = match fait {
            Fait::Depart { jour, .. }
            | Fait::FinProtection { jour, .. }
            | Fait::SeizeAns { jour, .. } => *jour,
            Fait::Choix { .. } => self.jour,
        };
        let day = day.max(self.jour);
        let statuts = faits::statuts(conn, patient.id, latest_knowledge()).await?;
        let statut = en_vigueur(&statuts, self.jour).copied();
        let asleep = motif_de(statut, patient.organisme_le(self.jour), self.jour).is_some();
        let age = |day| patient.age_le(day).map_or(i64::MAX, i64::from);
        let remboursement = if asleep {
            Remboursement::NonConcerne
        } else if age(day) < self.age(Parametre::ParcoursAgeMinimum)? {
            Remboursement::AvantAge
        } else {
            self.consultation(day)?
        };
        let ages = (
            self.age(Parametre::MtAgeMajoriteChoix)?,
            self.age(Parametre::MtAgeSansAccordParental)?,
        );
        let own = age(self.jour);
        Ok(Concerne { autre, enfant: own < ages.0, mineur: own < ages.1, ages, remboursement })
    }

    /// What a consultation of a general practitioner is paid back on a day, in the parcours and out of it.
    fn consultation(&self, day: NaiveDate) -> Result<Remboursement, ServiceError> {
        let taux = |code| {
            Ok::<_, ServiceError>(Taux::new(self.core.valeur(code, day)?).unwrap_or_default())
        };
        let prix = Specialite::parse("01").ok();
        let prix = prix.and_then(|generaliste| tarif_publie("G", generaliste, ADULTE, day, false));
        let prix = prix.unwrap_or(EXEMPLE);
        let part = |code| Ok::<_, ServiceError>(prix.share(taux(code)?).map_err(LawError::from)?);
        let plein = part(Parametre::TauxAmoMedecin)?;
        let plafond = Centimes::new(self.core.valeur(Parametre::MtmPlafondActe, day)?);
        let majoration = part(Parametre::MtmTaux)?.min(plafond);
        Ok(Remboursement::Consultation { prix, plein, reduit: plein.minus_or_zero(majoration) })
    }
}

impl Dossier {
    /// The médecins traitants of a day.
    fn presents(&self, jour: NaiveDate) -> Vec<Rpps> {
        let present = self.designations.iter().flat_map(|one| one.membres_le(jour));
        present.map(|membre| membre.rpps).collect()
    }

    /// Why a departure that was told is none: the doctor is there on the day, or others are, or the choice had ended before.
    fn sans_depart(&self, parti: Option<MedecinId>, jour: NaiveDate) -> SansObjet {
        let is_he = |membre: &Membre| Some(membre.medecin_id) == parti;
        let named = |one: &Designation| one.membres.iter().any(is_he);
        let present = self.designations.iter().find(|one| one.membres_le(jour).next().is_some());
        match present {
            Some(one) if one.membres_le(jour).any(is_he) => SansObjet::Annule,
            // A line of no day is kept nowhere: the others go on as they were.
            Some(one)
                if named(one) || one.effet.du() < jour && !self.designations.iter().any(named) =>
            {
                SansObjet::Garde
            }
            Some(_) => SansObjet::DejaChoisi,
            None => {
                let last = self.designations.iter().filter(|one| named(one));
                let last = last.max_by_key(|one| one.effet.du()).and_then(|one| one.motif_fin);
                if last == Some(MotifFin::Patient) {
                    SansObjet::DeSaPart
                } else {
                    SansObjet::Annule
                }
            }
        }
    }
}

/// Why a doctor left: by the line of the doctor, or with the designation.
fn motif(designation: &Designation, own: Option<MotifDepart>) -> Option<MotifDepart> {
    own.or_else(|| match designation.motif_fin? {
        MotifFin::Remplacement => Some(MotifDepart::Remplacement),
        MotifFin::Patient => Some(MotifDepart::Patient),
        MotifFin::Medecin => Some(MotifDepart::Medecin),
        MotifFin::Cessation => Some(MotifDepart::Cessation),
        // Of the patient.
        MotifFin::Deces => None,
    })
}

/// Why a choice calls for no letter, given the days of the links that are known now: what was signed under a link that was
/// not in force is not signed, and what told that has the letter.
fn refus(
    declaration: &Declaration,
    connus: &[(RepresentationId, Periode)],
    dit: NatureEvenement,
) -> Option<SansObjet> {
    let own = declaration.signatures.iter().any(|signature| {
        signature.role != RoleSignataire::Medecin
            && signature.mode_preuve() == ModePreuve::Verifiee
            && signature.vaut(connus)
    });
    let lost = declaration.a_perdu(connus);
    if declaration.reprise.is_some() {
        return Some(SansObjet::Repris);
    }
    match (declaration.etat, declaration.contestation) {
        (_, Some(Contestation::Ouverte | Contestation::Rejetee)) => Some(SansObjet::DejaConteste),
        (Etat::Active, _) if lost && dit == NatureEvenement::DeclarationPriseEffet => {
            Some(SansObjet::AVerifier)
        }
        (Etat::Active, _) if own && !lost => Some(SansObjet::DeSaPart),
        (Etat::Active, _) => None,
        _ => Some(SansObjet::Annule),
    }
}
