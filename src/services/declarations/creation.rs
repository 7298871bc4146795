//! A choice is shown to its parties, then declared.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::transitions::ECRIRE;
use super::{Apercu, Dossier, NouveauChoix, RefMedecin, RefPatient};
use crate::domain::acteur::Acteur;
use crate::domain::clock::paris_day;
use crate::domain::declaration::{
    Canal, Contenu, Declaration, DeclarationRefusee, Etat, LieuDeclare, MedecinDeclare,
    MedecinDesigne, NumeroDeclaration, PatientDeclare, Signee,
};
use crate::domain::digest::Empreinte;
use crate::domain::ids::{DeclarationId, PatientId};
use crate::domain::patient::Patient;
use crate::law::LawError;
use crate::law::parameters::Parametre;
use crate::services::{
    Contexte, Demande, Memoire, PATIENT_ATTENDU, Rendu, ServiceError, Services, latest_knowledge,
};
use crate::storage::{Connection, declarations, medecins, patients, signatures};

/// A choice whose people are known.
struct Projet {
    patient: Patient,
    medecins: Vec<MedecinDesigne>,
    contenu: String,
    contenu_sha256: Empreinte,
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
        self.trace(contexte, projet.patient.id, "declaration.apercu").await?;
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
        let locked = patients::lock(&mut tx, projet.patient.id, now).await?;
        // Merged between the reading above and the lock.
        let instant = locked
            .ok_or_else(|| ServiceError::champ("/patient", "patient_fusionne", PATIENT_ATTENDU))?;
        let patient = projet.patient.clone();
        let mut declaration = self.new_declaration(&contexte.acteur, projet, now, instant)?;
        let mut complete = false;
        for recue in &choix.signatures {
            let signature = self.signature(&declaration, recue, now)?;
            let conditions = self.conditions(&patient, signature.signe_le, now)?;
            complete = matches!(
                declaration.sign(signature, &contexte.acteur, &conditions)?,
                Signee::Complete(_)
            );
        }
        declarations::insert(&mut tx, self.db.coffre(), &declaration).await?;
        for signature in &declaration.signatures {
            signatures::insert(&mut tx, &declaration, signature, instant).await?;
        }
        self.record(&mut tx, contexte, &declaration, "declaration.deposee", instant).await?;
        if complete {
            self.take_effect(&mut tx, contexte, &declaration, instant).await?;
        }
        self.finish(tx, contexte, demande, declaration, instant, rendre).await
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
        let waiting_days = self
            .law
            .valeur(Parametre::MtDelaiEntreSignatures, self.clock.today())
            .map_err(LawError::from)?;
        let waiting = Days::new(u64::try_from(waiting_days).unwrap_or_default());
        Ok(Declaration {
            id: DeclarationId::from_uuid(self.ids.uuid()),
            patient_id: projet.patient.id,
            numero: NumeroDeclaration::from_random(self.ids.random()),
            canal: match acteur {
                Acteur::Medecin(_) => Canal::Teleservice,
                Acteur::Patient(_) => Canal::Portail,
                Acteur::Caisse(_) => Canal::Papier,
            },
            medecins: projet.medecins,
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
    async fn prepare(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        choix: &NouveauChoix,
    ) -> Result<Projet, ServiceError> {
        let id = match &choix.patient {
            RefPatient::Id(id) => {
                self.verify_perimeter(conn, &contexte.acteur, *id)
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
        let patient = patients::get(conn, self.db.coffre(), id, latest_knowledge())
            .await?
            .ok_or(ServiceError::Introuvable)?;
        let jour = choix
            .signatures
            .iter()
            .filter_map(|signature| signature.signe_le.or(signature.signe_a.map(paris_day)))
            .max()
            .unwrap_or_else(|| self.clock.today());
        let mut designes = Vec::new();
        let mut declares = Vec::new();
        for (index, wanted) in choix.medecins.iter().enumerate() {
            let (designe, declare) = self.designated(conn, index, wanted, jour).await?;
            designes.push(designe);
            declares.push(declare);
        }
        self.verify_caisse_le(conn, &contexte.acteur, id, jour).await?;
        let identite = patient.identite_le(jour).ok_or(ServiceError::Introuvable)?;
        let declared = PatientDeclare {
            date_naissance: identite.date_naissance.to_string(),
            id: id.to_string(),
            nom: identite.nom.clone(),
            prenom: identite.prenom.clone(),
        };
        let (contenu, contenu_sha256) = Contenu::new(declared, declares).canonical()?;
        Ok(Projet { patient, medecins: designes, contenu, contenu_sha256 })
    }

    /// A doctor of a choice, who must practise as one who can be designated.
    async fn designated(
        &self,
        conn: &mut Connection,
        index: usize,
        wanted: &RefMedecin,
        jour: NaiveDate,
    ) -> Result<(MedecinDesigne, MedecinDeclare), ServiceError> {
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
        let specialite = medecin.specialite_le(jour).ok_or_else(refused)?;
        let nom = medecin.nom_le(jour).ok_or_else(refused)?;
        let lieu = &exercice.lieu;
        Ok((
            MedecinDesigne { medecin_id: medecin.id, rpps: medecin.rpps, lieu_id: lieu.id },
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
                specialite: specialite.libelle(),
            },
        ))
    }
}
