//! A choice is shown to its parties, then declared.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::parties::Famille;
use super::signature::membre;
use super::transitions::ECRIRE;
use super::{Apercu, Dossier, NouveauChoix, RefMedecin, RefPatient, SignatureRecue};
use crate::domain::acteur::Acteur;
use crate::domain::clock::paris_day;
use crate::domain::declaration::{
    Canal, Contenu, Declaration, DeclarationRefusee, Etat, LieuDeclare, MedecinDeclare,
    MedecinDesigne, MembreConjoint, NumeroDeclaration, PatientDeclare,
};
use crate::domain::digest::Empreinte;
use crate::domain::ids::{DeclarationId, MedecinId, PatientId};
use crate::law::parameters::Parametre;
use crate::services::{
    Contexte, Demande, Memoire, PATIENT_ATTENDU, Rendu, ServiceError, Services, latest_knowledge,
};
use crate::storage::{Connection, Tx, declarations, designations, medecins, patients, signatures};

/// A choice whose people are known.
pub(super) struct Projet {
    famille: Famille,
    medecins: Vec<MedecinDesigne>,
    en_place: Option<BTreeSet<MedecinId>>,
    contenu: String,
    contenu_sha256: Empreinte,
}

/// The doctors of a choice: as designated, as compared, as written.
#[derive(Default)]
struct Designes {
    medecins: Vec<MedecinDesigne>,
    membres: Vec<MembreConjoint>,
    declares: Vec<MedecinDeclare>,
}

impl Services {
    /// The content that the parties of a choice would sign, without creating anything.
    pub async fn preview_declaration(
        &self,
        contexte: &Contexte,
        choix: &NouveauChoix,
    ) -> Result<Apercu, ServiceError> {
        let mut conn = self.db.read("declaration.preview").await?;
        let projet = self.prepare(&mut conn, contexte, choix).await?;
        drop(conn);
        self.trace(contexte, projet.famille.patient.id, "declaration.apercu").await?;
        Ok(Apercu { contenu: projet.contenu, contenu_sha256: projet.contenu_sha256 })
    }

    /// Creates a declaration, with the signatures already taken; active at once when none is
    /// missing.
    pub async fn create_declaration(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        choix: &NouveauChoix,
        rendre: impl Fn(&Dossier) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let mut tx = self.db.begin("declaration.create").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            // The body is the same, and so is the person: an answer given again shows them again.
            let patient = self.person_of(&mut tx, &choix.patient).await?;
            drop(tx);
            self.trace(contexte, patient, ECRIRE).await?;
            return Ok(answered);
        }
        let projet = self.prepare(&mut tx, contexte, choix).await?;
        let now = self.clock.now();
        let locked = patients::lock(&mut tx, projet.famille.patient.id, now).await?;
        // Merged between the reading above and the lock.
        let instant = locked
            .ok_or_else(|| ServiceError::champ("/patient", "patient_fusionne", PATIENT_ATTENDU))?;
        let declaration =
            self.lodge(&mut tx, contexte, (projet, None), &choix.signatures, instant).await?;
        self.finish(tx, contexte, demande, declaration, instant, rendre).await
    }

    /// Writes a declaration with the signatures already taken, and its effect when none is missing.
    pub(super) async fn lodge(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        (projet, rectifiee): (Projet, Option<&Declaration>),
        recues: &[SignatureRecue],
        instant: DateTime<Utc>,
    ) -> Result<Declaration, ServiceError> {
        let now = self.clock.now();
        let famille = projet.famille.clone();
        let mut declaration = self.new_declaration(&contexte.acteur, projet, now, instant)?;
        if let Some(wrong) = rectifiee {
            // The same paper, read better: the same public number.
            declaration.numero = wrong.numero;
            declaration.rectifie = Some(wrong.id);
        }
        let mut taken = recues
            .iter()
            .map(|recue| self.signature(&declaration, &contexte.acteur, recue, now))
            .collect::<Result<Vec<_>, _>>()?;
        taken.sort_by_key(|signature| signature.signe_le);
        for signature in taken {
            let conditions = self.conditions(&famille, &declaration, signature.signe_le, now)?;
            declaration.sign(signature, &contexte.acteur, &conditions)?;
        }
        declarations::insert(tx, self.db.coffre(), &declaration).await?;
        for signature in &declaration.signatures {
            signatures::insert(tx, &declaration, signature, instant).await?;
        }
        self.record(tx, contexte, &declaration, "declaration.deposee", instant).await?;
        if declaration.etat == Etat::Active {
            self.take_effect(tx, contexte, &declaration, instant).await?;
        }
        Ok(declaration)
    }

    /// The person of a request that was answered before, whatever the perimeter has become.
    async fn person_of(
        &self,
        conn: &mut Connection,
        designated: &RefPatient,
    ) -> Result<PatientId, ServiceError> {
        match designated {
            RefPatient::Id(id) => Ok(*id),
            RefPatient::Cle(cle) => {
                let found = patients::find(conn, self.db.coffre(), cle).await?;
                // Whose access cannot be traced is not shown.
                let [id] = found[..] else { return Err(ServiceError::TraceImpossible) };
                Ok(id)
            }
        }
    }

    fn new_declaration(
        &self,
        acteur: &Acteur,
        projet: Projet,
        now: DateTime<Utc>,
        instant: DateTime<Utc>,
    ) -> Result<Declaration, ServiceError> {
        let waiting_days = self.valeur(Parametre::MtDelaiEntreSignatures, self.clock.today())?;
        let waiting = Days::new(u64::try_from(waiting_days).unwrap_or_default());
        Ok(Declaration {
            id: DeclarationId::from_uuid(self.ids.uuid()),
            patient_id: projet.famille.patient.id,
            numero: NumeroDeclaration::from_random(self.ids.random()),
            canal: match acteur {
                Acteur::Medecin(_) => Canal::Teleservice,
                Acteur::Patient(_) => Canal::Portail,
                Acteur::Caisse(_) => Canal::Papier,
            },
            medecins: projet.medecins,
            en_place: projet.en_place,
            rectifie: None,
            contenu: projet.contenu,
            contenu_sha256: projet.contenu_sha256,
            expire_le: now.checked_add_days(waiting).unwrap_or(now),
            enregistre_le: instant,
            etat: Etat::EnAttente,
            motif: None,
            version: 1,
            signatures: Vec::new(),
        })
    }

    /// Finds the people of a choice and writes what they are to sign.
    pub(super) async fn prepare(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        choix: &NouveauChoix,
    ) -> Result<Projet, ServiceError> {
        let id = match &choix.patient {
            RefPatient::Id(id) => {
                self.verify_represented_perimeter(conn, &contexte.acteur, *id)
                    .await
                    .map_err(|e| e.into_champ("/patient", "patient_inconnu", PATIENT_ATTENDU))?;
                *id
            }
            RefPatient::Cle(cle) => self
                .resolve(conn, contexte, cle)
                .await
                .map_err(|e| e.into_champ("/patient", "patient_inconnu", PATIENT_ATTENDU))?,
        };
        if let Acteur::Medecin(rpps) = contexte.acteur
            && !choix.medecins.iter().any(|medecin| medecin.rpps == rpps)
        {
            return Err(ServiceError::Interdit(
                "un médecin ne dépose que les déclarations qui le désignent",
            ));
        }
        let famille = self.famille(conn, id).await?;
        let jour = choix
            .signatures
            .iter()
            .filter_map(|signature| signature.signe_le.or(signature.signe_a.map(paris_day)))
            .max()
            .unwrap_or_else(|| self.clock.today());
        self.verify_caisse_le(conn, &contexte.acteur, id, jour).await?;
        let Designes { medecins, membres, declares } =
            self.designated_all(conn, &choix.medecins, jour).await?;
        self.verify_joint(&membres, jour)?;
        let (medecins, en_place) = if choix.avenant {
            let (joining, en_place) = self.amendment(conn, id, medecins, jour).await?;
            (joining, Some(en_place))
        } else {
            (medecins, None)
        };
        let identite = famille.patient.identite_le(jour).ok_or(ServiceError::Introuvable)?;
        let declared = PatientDeclare {
            date_naissance: identite.date_naissance.to_string(),
            id: id.to_string(),
            nom: identite.nom.clone(),
            prenom: identite.prenom.clone(),
        };
        let form = if choix.avenant { Contenu::avenant } else { Contenu::new };
        let (contenu, contenu_sha256) = form(declared, declares).canonical()?;
        Ok(Projet { famille, medecins, en_place, contenu, contenu_sha256 })
    }

    /// Of the doctors that an amendment names, those who join the designation in force on a day,
    /// and those who are in place: all of these must be named.
    async fn amendment(
        &self,
        conn: &mut Connection,
        patient: PatientId,
        named: Vec<MedecinDesigne>,
        jour: NaiveDate,
    ) -> Result<(Vec<MedecinDesigne>, BTreeSet<MedecinId>), ServiceError> {
        let current = designations::current(conn, patient, jour).await?;
        let en_place: BTreeSet<MedecinId> = current
            .iter()
            .flat_map(|designation| designation.membres_le(jour))
            .map(|membre| membre.medecin_id)
            .collect();
        let (present, joining): (Vec<_>, Vec<_>) =
            named.into_iter().partition(|medecin| en_place.contains(&medecin.medecin_id));
        if en_place.is_empty() || present.len() != en_place.len() || joining.is_empty() {
            return Err(DeclarationRefusee::AvenantInadapte { jour }.into());
        }
        Ok((joining, en_place))
    }

    /// The doctors of a choice, in the order of their RPPS.
    async fn designated_all(
        &self,
        conn: &mut Connection,
        wanted: &[RefMedecin],
        jour: NaiveDate,
    ) -> Result<Designes, ServiceError> {
        let mut ordered: Vec<(usize, &RefMedecin)> = wanted.iter().enumerate().collect();
        ordered.sort_by_key(|(_, medecin)| medecin.rpps);
        let mut all = Designes::default();
        for (index, medecin) in ordered {
            if all.membres.last().is_some_and(|last| last.rpps == medecin.rpps) {
                let pointer = format!("/medecins/{index}/rpps");
                return Err(ServiceError::champ(pointer, "en_double", "chaque médecin une fois"));
            }
            let (designe, membre, declare) = self.designated(conn, index, medecin, jour).await?;
            all.medecins.push(designe);
            all.membres.push(membre);
            all.declares.push(declare);
        }
        Ok(all)
    }

    /// A doctor of a choice, who must practise as one who can be designated.
    async fn designated(
        &self,
        conn: &mut Connection,
        index: usize,
        wanted: &RefMedecin,
        jour: NaiveDate,
    ) -> Result<(MedecinDesigne, MembreConjoint, MedecinDeclare), ServiceError> {
        let medecin =
            medecins::find(conn, &wanted.rpps, latest_knowledge()).await?.ok_or_else(|| {
                ServiceError::champ(
                    format!("/medecins/{index}/rpps"),
                    "medecin_inconnu",
                    "le RPPS d'un médecin enregistré",
                )
            })?;
        let refused = || DeclarationRefusee::MedecinNonDesignable { rpps: wanted.rpps, jour };
        let exercice = medecin.exercice_designable(jour, wanted.lieu_id).ok_or_else(refused)?;
        let membre = membre(&medecin, jour, wanted.lieu_id).ok_or_else(refused)?;
        let nom = medecin.nom_le(jour).ok_or_else(refused)?;
        let lieu = &exercice.lieu;
        Ok((
            MedecinDesigne { medecin_id: medecin.id, rpps: medecin.rpps, lieu_id: lieu.id },
            membre.clone(),
            MedecinDeclare {
                lieu: LieuDeclare {
                    adresse: lieu.adresse.clone(),
                    commune: lieu.commune.to_string(),
                    finess_et: lieu.finess_et.map(|finess| finess.to_string()),
                    nom: lieu.nom.clone(),
                },
                nom: nom.nom.clone(),
                prenom: nom.prenom.clone(),
                rpps: medecin.rpps.to_string(),
                specialite: membre.specialite.libelle(),
            },
        ))
    }
}
