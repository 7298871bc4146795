//! The médecin traitant establishes a referral.

use chrono::NaiveDate;

use super::champs::invalide;
use super::{AdressageLu, ContenuAdressage, NouvelAdressage, RefCorrespondant};
use crate::domain::acteur::Acteur;
use crate::domain::adressage::{
    Adressage, Correspondant, EtatAdressage, LimitesAdressage, NatureAdressage, ProjetAdressage,
};
use crate::domain::calendar::Periode;
use crate::domain::ids::{AdressageId, MedecinId, PatientId};
use crate::law::LawError;
use crate::law::parameters::Parametre;
use crate::services::{
    ChampInvalide, Contexte, Demande, Memoire, Rendu, ServiceError, Services, latest_knowledge,
};
use crate::storage::{Connection, adressages, designations, medecins, patients};

impl Services {
    /// Establishes a referral: only who is the médecin traitant on that day does.
    pub async fn create_adressage(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        patient: PatientId,
        nouveau: NouvelAdressage,
        rendre: impl Fn(&AdressageLu) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        const RESERVE: ServiceError =
            ServiceError::Interdit("seul le médecin traitant de ce jour établit un adressage");
        let Acteur::Medecin(rpps) = contexte.acteur else { return Err(RESERVE) };
        let mut tx = self.db.begin("adressage.create").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        self.verify_perimeter(&mut tx, &contexte.acteur, patient).await?;
        let locked = patients::lock(&mut tx, patient, self.clock.now()).await?;
        let instant = locked.ok_or(ServiceError::Introuvable)?;
        let today = self.clock.today();
        let etabli_le = nouveau.etabli_le.unwrap_or(today);
        if etabli_le > today {
            let message = "attendu : un jour passé ou présent";
            return Err(ServiceError::champ("/etabli_le", "date_future", message));
        }
        let traitants = designations::current(&mut tx, patient, etabli_le).await?;
        let author = traitants
            .iter()
            .flat_map(|known| known.membres_le(etabli_le))
            .find(|membre| membre.rpps == rpps)
            .ok_or(RESERVE)?;
        let (projet, effet) = self
            .projet(&mut tx, patient, (nouveau.nature, etabli_le, etabli_le), nouveau.contenu)
            .await?;
        let adressage = Adressage {
            id: AdressageId::from_uuid(self.ids.uuid()),
            patient_id: patient,
            medecin_id: author.medecin_id,
            rpps,
            nature: nouveau.nature,
            etabli_le,
            version: 1,
            etat: EtatAdressage::Actif,
            motif_cloture: None,
            effet,
            correspondants: projet.correspondants,
            soins: projet.soins,
            retours: Vec::new(),
            enregistre_le: instant,
            remplace_le: None,
        };
        adressages::insert(&mut tx, &adressage).await?;
        self.record_adressage(&mut tx, contexte, &adressage, "adressage.etabli", instant).await?;
        self.finish_adressage(tx, contexte, demande, adressage, rendre).await
    }

    /// What an author wrote, with its people found and its period; `fixe` is what the content does
    /// not say: kind, day of establishment, first day by default.
    pub(super) async fn projet(
        &self,
        conn: &mut Connection,
        patient: PatientId,
        fixe: (NatureAdressage, NaiveDate, NaiveDate),
        contenu: ContenuAdressage,
    ) -> Result<(ProjetAdressage, Periode), ServiceError> {
        let (nature, etabli_le, premier_jour) = fixe;
        let effet_du = contenu.effet_du.unwrap_or(premier_jour);
        let traitants: Vec<MedecinId> = designations::current(conn, patient, etabli_le)
            .await?
            .iter()
            .flat_map(|known| known.membres_le(etabli_le))
            .map(|membre| membre.medecin_id)
            .collect();
        let projet = ProjetAdressage {
            nature,
            effet_du,
            effet_au: contenu.effet_au,
            correspondants: self.correspondants(conn, &contenu.correspondants, effet_du).await?,
            soins: contenu.soins,
        };
        let limites = self.limites_adressage(nature, effet_du)?;
        let effet = projet.verify(etabli_le, &traitants, limites).map_err(invalide)?;
        Ok((projet, effet))
    }

    /// The parameters of the first day; a kind asks only for those that limit it.
    fn limites_adressage(
        &self,
        nature: NatureAdressage,
        jour: NaiveDate,
    ) -> Result<LimitesAdressage, ServiceError> {
        let months = |wanted: NatureAdressage, parametre| -> Result<i32, ServiceError> {
            if wanted != nature {
                return Ok(0);
            }
            let value = self.law.valeur(parametre, jour).map_err(LawError::from)?;
            Ok(i32::try_from(value).unwrap_or(i32::MAX))
        };
        Ok(LimitesAdressage {
            avis_ponctuel: months(NatureAdressage::AvisPonctuel, Parametre::AvisPonctuelDelai)?,
            protocole_ald: months(NatureAdressage::ProtocoleAld, Parametre::ProtocoleAldDureeMax)?,
        })
    }

    /// The correspondents: doctors who practise on the first day, or specialties of doctors.
    async fn correspondants(
        &self,
        conn: &mut Connection,
        wanted: &[RefCorrespondant],
        jour: NaiveDate,
    ) -> Result<Vec<Correspondant>, ServiceError> {
        let (mut found, mut wrong) = (Vec::with_capacity(wanted.len()), Vec::new());
        let mut complain = |rang: usize, membre: &str, code, message: &str| {
            let pointeur = format!("/correspondants/{rang}/{membre}");
            wrong.push(ChampInvalide::new(pointeur, code, format!("attendu : {message}")));
        };
        for (rang, one) in wanted.iter().enumerate() {
            match one {
                RefCorrespondant::Specialite(code) if code.est_medecin() => {
                    found.push(Correspondant::Specialite(*code));
                }
                RefCorrespondant::Specialite(_) => {
                    let message = "la spécialité d'un médecin";
                    complain(rang, "specialite", "profession_non_medecin", message);
                }
                RefCorrespondant::Medecin(rpps) => {
                    match medecins::find(conn, rpps, latest_knowledge()).await? {
                        None => {
                            let message = "le RPPS d'un médecin enregistré";
                            complain(rang, "rpps", "medecin_inconnu", message);
                        }
                        Some(medecin) if medecin.exercices_le(jour).next().is_none() => {
                            let message = "un médecin qui exerce le premier jour de l'adressage";
                            complain(rang, "rpps", "medecin_sans_exercice", message);
                        }
                        Some(medecin) => {
                            found.push(Correspondant::Medecin { id: medecin.id, rpps: *rpps });
                        }
                    }
                }
            }
        }
        if wrong.is_empty() { Ok(found) } else { Err(ServiceError::Invalide(wrong)) }
    }
}
