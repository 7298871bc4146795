//! What a caller is to a person, looked up in the register.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Contexte, Core, ServiceError};
use crate::domain::acteur::{Acteur, Caisse};
use crate::domain::calendar::{Periode, age_revolu};
use crate::domain::droits::{ESSAI_INFRUCTUEUX, Rapports, Refuse, Relation, Vue};
use crate::domain::fuseau::Fuseau;
use crate::domain::identifiers::{Organisme, Rpps};
use crate::domain::ids::{AccesId, PatientId};
use crate::domain::patient::ClePatient;
use crate::domain::representation::NatureRepresentation;
use crate::law::parameters::Parametre;
use crate::services::affiliations::{affiliation_le, organisme_le};
use crate::services::latest_knowledge;
use crate::storage::patients::etat;
use crate::storage::patients::fusions;
use crate::storage::patients::presents::{self, Manque, ParCarte, Presents};
use crate::storage::{Connection, Reading, medecins, patients, representations};

impl From<Refuse> for ServiceError {
    fn from(refused: Refuse) -> Self {
        match refused {
            Refuse::Introuvable => Self::Introuvable,
            Refuse::Interdit(why) => Self::Interdit(why),
            Refuse::Limite => Self::TraitementLimite,
        }
    }
}

impl Core {
    /// What a caller is to a person, beside what the thing at hand makes of him. A record that was merged
    /// is told to who knows the one that was kept.
    pub(in crate::services) async fn rapports(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        patient: PatientId,
        by_the_thing: &[Relation],
    ) -> Result<Rapports, ServiceError> {
        Ok(self.connu(conn, acteur, (patient, None), by_the_thing).await?.rapports)
    }

    /// The same, with what was read of the person to know it: their row too, when it was not read already.
    pub(super) async fn connu(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
        (patient, row): (PatientId, Option<etat::Ligne>),
        by_the_thing: &[Relation],
    ) -> Result<Connu, ServiceError> {
        let presents = match (acteur, row) {
            (Acteur::Medecin(rpps), row) => {
                let presents = self.read_for_doctor(conn, rpps, patient, by_the_thing).await?;
                Presents { ligne: row.unwrap_or(presents.ligne), ..presents }
            }
            (_, Some(ligne)) => Presents { ligne, ..Presents::default() },
            (_, None) => Presents { ligne: etat::of(conn, patient).await?, ..Presents::default() },
        };
        let kept = presents.ligne.fusionne_dans;
        let found = match acteur {
            Acteur::Patient(own) => self.of_patient(conn, *own, (patient, &presents.ligne)).await?,
            Acteur::Caisse(caisse) => self.of_caisse(conn, caisse, kept.unwrap_or(patient)).await?,
            Acteur::Medecin(rpps) => {
                let whose = match kept {
                    Some(kept) => &self.read_for_doctor(conn, rpps, kept, by_the_thing).await?,
                    None => &presents,
                };
                self.of_doctor(*rpps, whose)
            }
            Acteur::Referentiel | Acteur::Statistiques => Rapports::aucun(*acteur),
        };
        Connu::of(found, by_the_thing, presents)
    }

    /// What is known now of a person, for a doctor. One who holds their card practises, or learns nothing.
    async fn read_for_doctor(
        &self,
        conn: &mut Connection,
        rpps: &Rpps,
        patient: PatientId,
        by_the_thing: &[Relation],
    ) -> Result<Presents, ServiceError> {
        let card = by_the_thing.contains(&Relation::PorteurDeLaCarte);
        let day = card.then(|| self.today());
        let presents = presents::pour_un_medecin(conn, patient, rpps, day).await?;
        if card && !presents.exerce {
            return Err(ServiceError::Interdit(PORTEUR));
        }
        Ok(presents)
    }

    async fn of_patient(
        &self,
        conn: &mut Connection,
        own: PatientId,
        (patient, ligne): (PatientId, &etat::Ligne),
    ) -> Result<Rapports, ServiceError> {
        let patient = ligne.fusionne_dans.unwrap_or(patient);
        let mut found = Rapports::aucun(Acteur::Patient(own));
        // Their record may have been merged since the token was made.
        let own = fusions::merged_into(conn, own).await?.unwrap_or(own);
        if own == patient {
            let chooses = self.chooses_alone(conn, patient, ligne).await?;
            return Ok(found.avec(Relation::SoiMeme).d_un_enfant(!chooses));
        }
        let today = self.today();
        for nature in representations::qualites(conn, patient, own, today).await? {
            found = found.avec(match nature {
                NatureRepresentation::TitulaireAutoriteParentale => {
                    if self.chooses_alone(conn, patient, ligne).await? {
                        Relation::TitulaireJeune
                    } else {
                        Relation::TitulaireEnfant
                    }
                }
                NatureRepresentation::Tutelle
                | NatureRepresentation::Curatelle
                | NatureRepresentation::HabilitationFamiliale
                | NatureRepresentation::MandatDeProtectionFuture => Relation::Representant,
            });
        }
        Ok(found)
    }

    /// Today for a person: the civil day at their caisse.
    pub(in crate::services) async fn today_of(
        &self,
        conn: &mut Connection,
        patient: PatientId,
    ) -> Result<NaiveDate, ServiceError> {
        let (now, about) = (self.now(), self.today());
        let known = patients::affiliations(conn, patient, latest_knowledge()).await?;
        let organisme = organisme_le(&known, about);
        let place = organisme.map_or(Fuseau::PARIS, |organisme| Fuseau::de_caisse(&organisme));
        Ok(place.jour(now))
    }

    /// Whether a person has reached the age of choosing today, by what their row holds, or by their identities.
    async fn chooses_alone(
        &self,
        conn: &mut Connection,
        patient: PatientId,
        ligne: &etat::Ligne,
    ) -> Result<bool, ServiceError> {
        let today = self.today();
        let held = ligne.etat_seul(self.coffre(), patient);
        let mut birth = held.and_then(|etat| etat.naissance_le(today));
        if birth.is_none() {
            let found = patients::get(conn, self.coffre(), patient, latest_knowledge()).await?;
            birth = found.and_then(|one| Some(one.identite_le(today)?.date_naissance));
        }
        let threshold = self.valeur(Parametre::MtAgeMajoriteChoix, today)?;
        let age = birth.map(|birth| age_revolu(birth.pour_calcul_age(), today));
        Ok(age.is_none_or(|age| i64::from(age) >= threshold))
    }

    async fn of_caisse(
        &self,
        conn: &mut Connection,
        caisse: &Caisse,
        patient: PatientId,
    ) -> Result<Rapports, ServiceError> {
        let found = Rapports::aucun(Acteur::Caisse(*caisse));
        let all = fusions::affiliations(conn, patient).await?;
        let all = all.iter().map(|(own, fait)| (*own, fait.effet, fait.valeur));
        Ok(match vue_de_caisse(all, caisse, self.today()) {
            None => found,
            Some(Vue::Entiere) => found.avec(Relation::CaisseActuelle),
            Some(Vue::Jours(jours)) => found.ancienne_caisse(jours),
        })
    }

    fn of_doctor(&self, rpps: Rpps, whose: &Presents) -> Rapports {
        let (traitant, named) = whose.nomme(rpps, self.today());
        [
            (traitant, Relation::MedecinTraitant),
            (named && !traitant, Relation::AncienMedecinTraitant),
            (whose.attendu, Relation::MedecinAttendu),
        ]
        .into_iter()
        .filter(|(is, _)| *is)
        .fold(Rapports::aucun(Acteur::Medecin(rpps)), |found, (_, one)| found.avec(one))
    }

    /// The one person of a card, if the operation gives something of them to the caller, who is then that to
    /// them. Several are told to whoever would have been given each of them.
    pub(super) async fn holder(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        (cle, connu_le): (&ClePatient, Option<DateTime<Utc>>),
        by_the_thing: &[Relation],
    ) -> Result<(PatientId, Connu), ServiceError> {
        let by_the_thing = by_the_thing.to_vec();
        let (relations, found) =
            self.of_card(conn, contexte, (cle, connu_le), by_the_thing).await?;
        let [id] = found[..] else {
            return Err(self.none_of(conn, contexte, found, &relations).await);
        };
        let own = self.connu(conn, contexte.acteur(), (id, None), &relations).await?;
        contexte.demarche.juger(&own.rapports)?;
        Ok((id, own))
    }

    /// The same, as known now, by one statement, of a doctor who has not missed with that number lately. `None`: it has to be looked at step
    /// by step, and nothing is counted yet.
    pub(super) async fn holder_at_once(
        &self,
        reading: &mut Reading,
        contexte: &Contexte,
        (cle, by_the_thing): (&ClePatient, &[Relation]),
    ) -> Result<Option<(PatientId, Connu)>, ServiceError> {
        let Acteur::Medecin(rpps) = contexte.acteur() else { return Ok(None) };
        let Some(auteur_id) = self.known_author(&contexte.auteur) else { return Ok(None) };
        let manque = Manque {
            traces: (0..PORTEURS).map(|_| AccesId::from_uuid(self.ids.uuid())).collect(),
            survenu_le: self.now(),
            auteur_id,
            operation: ESSAI_INFRUCTUEUX,
            requete_id: contexte.requete_id,
        };
        let (who, days) = ((&contexte.auteur, rpps), (self.today(), self.before_tries()));
        let found = presents::par_carte(reading, (self.coffre(), cle), who, days, &manque).await?;
        let (patient, presents) = match found {
            ParCarte::Une(patient, presents) if presents.ligne.fusionne_dans.is_none() => {
                (patient, presents)
            }
            ParCarte::Une(..) | ParCarte::APas => return Ok(None),
            ParCarte::Personne => return Err(ServiceError::Introuvable),
        };
        let relations = [by_the_thing, &[Relation::PorteurDeLaCarte]].concat();
        let own = Connu::of(self.of_doctor(*rpps, &presents), &relations, presents)?;
        match contexte.demarche.juger(&own.rapports) {
            // Who learns nothing used one of their tries.
            Err(Refuse::Introuvable) => Ok(None),
            Err(refused) => Err(refused.into()),
            Ok(_droit) => Ok(Some((patient, own))),
        }
    }

    /// Whom a card designates, and what the card and the thing at hand make of the caller: a doctor holds it, and has to
    /// practise ([`read_for_doctor`](Self::read_for_doctor)).
    pub(super) async fn of_card(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        (cle, connu_le): (&ClePatient, Option<DateTime<Utc>>),
        mut relations: Vec<Relation>,
    ) -> Result<(Vec<Relation>, Vec<PatientId>), ServiceError> {
        let acteur = contexte.acteur();
        relations
            .extend(matches!(acteur, Acteur::Medecin(_)).then_some(Relation::PorteurDeLaCarte));
        let (coffre, caisse) = (self.coffre(), acteur.caisse());
        let found = match connu_le {
            None => patients::find(conn, coffre, cle, caisse).await?,
            Some(instant) => patients::find_known_at(conn, coffre, cle, instant).await?,
        };
        Ok((relations, found))
    }

    /// Why nobody is chosen where a card designates nobody, or several: they are told to whoever would have been given
    /// each of them.
    pub(super) async fn none_of(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        mut found: Vec<PatientId>,
        relations: &[Relation],
    ) -> ServiceError {
        for one in &found {
            let rapports = self.rapports(conn, contexte.acteur(), *one, relations).await;
            let judged = rapports.and_then(|rapports| Ok(contexte.demarche.juger(&rapports)?));
            if let Err(refused) = judged {
                return refused;
            }
        }
        found.sort_unstable();
        if found.is_empty() {
            let bears = self.verify_bearer(conn, contexte.acteur()).await;
            bears.err().unwrap_or(ServiceError::Introuvable)
        } else {
            ServiceError::PatientAmbigu(found)
        }
    }

    /// A doctor whom the register does not know, or who stopped, learns nothing by a card, not even that it is nobody's.
    async fn verify_bearer(
        &self,
        conn: &mut Connection,
        acteur: &Acteur,
    ) -> Result<(), ServiceError> {
        let Acteur::Medecin(rpps) = acteur else { return Ok(()) };
        if medecins::exerce_le(conn, rpps, self.today()).await? {
            Ok(())
        } else {
            Err(ServiceError::Interdit(PORTEUR))
        }
    }
}

/// Persons of one number, at most, whose reading by a card is one statement: a family has fewer.
const PORTEURS: usize = 16;

/// Who consults somebody by their card.
const PORTEUR: &str = "seul un médecin connu du registre et qui exerce aujourd'hui consulte une personne par sa carte";

/// What a caller is to a person, and what was read of them to know it.
#[derive(Debug)]
pub(super) struct Connu {
    pub(super) rapports: Rapports,
    /// What the row of the person holds, when it is current, and for a doctor everything that is asked with it.
    pub(super) presents: Presents,
}

impl Connu {
    /// The same with what the thing at hand makes of the caller. A record that was merged is told to who knows the one that was
    /// kept.
    fn of(
        mut found: Rapports,
        by_the_thing: &[Relation],
        presents: Presents,
    ) -> Result<Self, ServiceError> {
        for relation in by_the_thing {
            found = found.avec(*relation);
        }
        match presents.ligne.fusionne_dans {
            Some(kept) if found.connait() => Err(ServiceError::PatientFusionne(kept)),
            Some(_) => Err(ServiceError::Introuvable),
            None => Ok(Self { rapports: found.limites(presents.ligne.limite), presents }),
        }
    }
}

/// The days that a caisse may look at, given the affiliations of a person (their own, or those of a
/// record merged into theirs) by first day: all of them while the person depends on it today, or
/// those of its time. What is planned, and what was left open under a merged record, stops where the
/// present caisse begins.
pub(in crate::services) fn vue_de_caisse(
    affiliations: impl Iterator<Item = (bool, Periode, Organisme)> + Clone,
    caisse: &Caisse,
    today: NaiveDate,
) -> Option<Vue> {
    let own = affiliations.clone().filter(|(own, ..)| *own);
    let (present, organisme) = affiliation_le(own.map(|(_, effet, whose)| (effet, whose)), today)?;
    if caisse.gere(&organisme) {
        return Some(Vue::Entiere);
    }
    let past: Vec<Periode> = affiliations
        .filter(|(_, _, organisme)| caisse.gere(organisme))
        .filter_map(|(_, effet, _)| effet.jusqu_au(present.du()))
        .collect();
    (!past.is_empty()).then_some(Vue::Jours(past))
}
