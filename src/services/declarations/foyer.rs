//! The family in front of a doctor, by one card: who they are, who may sign for whom, what is declared, and what each of
//! them would sign with this doctor.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::creation::prepare;
use super::parties::{Famille, cote, famille, representatives};
use super::{Apercu, NouveauChoix, RefMedecin};
use crate::domain::acteur::Acteur;
use crate::domain::declaration::RoleSignataire;
use crate::domain::droits::Relation;
use crate::domain::evaluation::RelationMt;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DesignationId, PatientId, RepresentationId};
use crate::domain::patient::{ClePatient, Identite, UsageIdentifiant};
use crate::domain::representation::Representant;
use crate::domain::visite::{DUREE, Visite};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::{Contexte, Core, Seen, ServiceError};
use crate::storage::patients::particularites::Particularites;
use crate::storage::{Connection, designations, patients, representations};

/// What holding a card makes of a doctor.
pub(super) const CARTE: &[Relation] = &[Relation::PorteurDeLaCarte];

/// The persons of a card, and those whom its holder represents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foyer {
    /// Today, where the doctor is.
    pub jour: NaiveDate,
    pub personnes: Vec<Personne>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personne {
    pub patient_id: PatientId,
    pub identite: Identite,
    pub age: u8,
    /// Whether it is the person of the key that was given.
    pub demandee: bool,
    /// On the card, or represented by who holds it.
    pub sur_la_carte: bool,
    /// Whether another person has the same date and rank on this card: only a visit designates one of them.
    pub homonyme: bool,
    /// Who the médecin traitant is, seen from this doctor.
    pub relation: RelationMt,
    /// The designation, when it names this doctor.
    pub designation_id: Option<DesignationId>,
    /// The day of the death, once it is over: nobody signs any more.
    pub deces: Option<NaiveDate>,
    /// The qualities that must sign for the person, each with another that does as well.
    pub requises: Vec<(RoleSignataire, Option<RoleSignataire>)>,
    /// Who may sign.
    pub signataires: Vec<Signataire>,
    /// What would be signed with this doctor; nothing where he cannot be designated.
    pub a_signer: Option<Apercu>,
    /// By which the acts of this visit name the person.
    pub visite: Visite,
}

/// Somebody who may sign for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signataire {
    pub role: RoleSignataire,
    /// The link; none for the person.
    pub representation_id: Option<RepresentationId>,
    pub nom: String,
    /// None for a legal person.
    pub prenom: Option<String>,
    /// Whether it is the holder of the card that was read.
    pub porteur: bool,
}

/// Verifies that a visit lasts and was opened for the doctor who calls; gives whom he sees.
pub(super) fn visited(
    core: &Core,
    contexte: &Contexte,
    visite: &Visite,
) -> Result<PatientId, ServiceError> {
    if let Acteur::Medecin(rpps) = contexte.acteur() {
        let text = Visite::texte(visite.patient_id, rpps, visite.jusqu_a);
        let ours = |sceau: &[u8; 16]| visite.porte(*sceau);
        if core.coffre().sceaux("visite", &text).iter().any(ours) && visite.dure(core.now()) {
            return Ok(visite.patient_id);
        }
    }
    let expected = "une visite ouverte à ce médecin depuis moins de deux heures : relire la carte";
    Err(ServiceError::champ("/patient/visite", "visite_terminee", expected))
}

/// The family of a card, for the doctor who has it before him. Each person shown reads it.
pub async fn consult_family(
    core: &Core,
    contexte: &Contexte,
    cle: &ClePatient,
) -> Result<Seen<Foyer>, ServiceError> {
    let Acteur::Medecin(rpps) = *contexte.acteur() else {
        // The table refuses every other role, in its words.
        return core.search(contexte).await.and(Err(ServiceError::Introuvable));
    };
    let mut access = core.search(contexte).await?.by_card(cle, None, &[]).await?;
    let (asked, jour) = (access.patient, core.today());
    let card = Carte::read(core, access.conn(), cle, asked, jour).await?;
    let mut personnes = Vec::new();
    for id in card.persons() {
        let found = card.person(core, access.conn(), (id, asked), &rpps, jour).await?;
        personnes.extend(found);
    }
    // Two persons of one date and rank: the key designates neither, their visits do.
    for place in 0..personnes.len() {
        let key =
            |one: &Personne| (one.sur_la_carte, one.identite.date_naissance, one.identite.rang);
        let own = personnes.get(place).map(key);
        let same = personnes.iter().filter(|one| Some(key(one)) == own).count();
        if let Some(one) = personnes.get_mut(place) {
            one.homonyme = one.sur_la_carte && same > 1;
        }
    }
    let shown: Vec<PatientId> = personnes.iter().map(|one| one.patient_id).collect();
    access.show_all_of(shown, Foyer { jour, personnes }).await
}

/// A card: who has its number as their own, who is insured under it, and whom the first ones represent.
struct Carte {
    porteurs: BTreeSet<PatientId>,
    inscrits: BTreeSet<PatientId>,
    representes: BTreeSet<PatientId>,
}

impl Carte {
    async fn read(
        core: &Core,
        conn: &mut Connection,
        cle: &ClePatient,
        asked: PatientId,
        jour: NaiveDate,
    ) -> Result<Self, ServiceError> {
        let holders = patients::holders(conn, core.coffre(), &cle.numero).await?;
        let mut card = Self {
            porteurs: BTreeSet::new(),
            inscrits: BTreeSet::from([asked]),
            representes: BTreeSet::new(),
        };
        for one in holders.into_iter().filter(|one| !one.conteste) {
            card.inscrits.insert(one.patient_id);
            if one.usage == UsageIdentifiant::Individuel {
                card.porteurs.insert(one.patient_id);
            }
        }
        let porteurs: Vec<PatientId> = card.porteurs.iter().copied().collect();
        for (patient, ..) in representations::represented_by(conn, &porteurs, jour).await? {
            card.representes.insert(patient);
        }
        Ok(card)
    }

    fn persons(&self) -> BTreeSet<PatientId> {
        self.inscrits.union(&self.representes).copied().collect()
    }

    /// One of the persons; nothing of whoever died, or left the card.
    async fn person(
        &self,
        core: &Core,
        conn: &mut Connection,
        (id, asked): (PatientId, PatientId),
        rpps: &Rpps,
        jour: NaiveDate,
    ) -> Result<Option<Personne>, ServiceError> {
        let family = match famille(core, conn, id, Particularites::INCONNUES).await {
            Ok(family) => family,
            Err(ServiceError::Introuvable) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(identite) = family.patient.identite_le(jour).cloned() else { return Ok(None) };
        let deces = family.vivant.mort_avant(jour);
        if deces.is_some() && id != asked {
            return Ok(None);
        }
        let side = cote(core, &family, jour)?;
        let current = designations::current(conn, id, jour).await?;
        let own = current.as_ref().filter(|known| known.membres_le(jour).any(|m| m.rpps == *rpps));
        let relation = match (&current, own) {
            (None, _) => RelationMt::Aucun,
            (Some(_), Some(_)) => RelationMt::Executant,
            (Some(_), None) => RelationMt::Autre,
        };
        let (mut requises, mut signataires) = (Vec::new(), Vec::new());
        if deces.is_none() {
            requises = side.requises().iter().map(|one| (one.role, one.sinon)).collect();
            signataires = self.signers(core, conn, (&family, &identite), jour).await?;
        }
        let until = core.now().checked_add_signed(DUREE).unwrap_or_else(|| core.now()).timestamp();
        let sceau = core.coffre().sceau("visite", &Visite::texte(id, rpps, until));
        Ok(Some(Personne {
            patient_id: id,
            age: side.age,
            demandee: id == asked,
            sur_la_carte: self.inscrits.contains(&id),
            homonyme: false,
            relation,
            designation_id: own.map(|known| known.id),
            deces,
            requises,
            signataires,
            a_signer: content(core, conn, id, *rpps).await?,
            visite: Visite { patient_id: id, jusqu_a: until, sceau },
            identite,
        }))
    }

    /// Who may sign for a person today, the person first.
    async fn signers(
        &self,
        core: &Core,
        conn: &mut Connection,
        (family, identite): (&Famille, &Identite),
        jour: NaiveDate,
    ) -> Result<Vec<Signataire>, ServiceError> {
        let mut all = Vec::new();
        if !cote(core, family, jour)?.est_enfant() {
            all.push(Signataire {
                role: RoleSignataire::Assure,
                representation_id: None,
                nom: identite.nom.clone(),
                prenom: Some(identite.prenom.clone()),
                porteur: self.porteurs.contains(&family.patient.id),
            });
        }
        for named in representatives(core, conn, family, jour).await? {
            let mut links = family.liens.iter();
            let link = links.find(|link| link.id.to_string() == named.representation_id);
            let holds = link.is_some_and(|link| match link.representant {
                Representant::Patient(id) => self.porteurs.contains(&id),
                Representant::Autre(_) | Representant::PersonneMorale(_) => false,
            });
            let role = RoleSignataire::du_mot(named.qualite);
            all.extend(role.map(|role| Signataire {
                role,
                representation_id: link.map(|link| link.id),
                nom: named.nom,
                prenom: named.prenom,
                porteur: holds,
            }));
        }
        Ok(all)
    }
}

/// What a person and this doctor would sign today; nothing where he cannot be designated.
async fn content(
    core: &Core,
    conn: &mut Connection,
    id: PatientId,
    rpps: Rpps,
) -> Result<Option<Apercu>, ServiceError> {
    let choix = NouveauChoix {
        patient: super::RefPatient::Id(id),
        medecins: vec![RefMedecin { rpps, lieu_id: None }],
        avenant: false,
        signe_le: None,
        signatures: Vec::new(),
    };
    match prepare(core, conn, (id, Particularites::INCONNUES), &choix).await {
        Ok(projet) => Ok(Some(Apercu {
            contenu: projet.contenu,
            contenu_sha256: projet.contenu_sha256,
            nomme: true,
        })),
        Err(ServiceError::Declaration(_) | ServiceError::Invalide(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
