//! What callers send about a declaration.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::join_all;
use serde_json::json;

use crate::auth::Preuves;
use crate::domain::declaration::{MoyenSignature, Preuve, RoleSignataire};
use crate::domain::digest::Empreinte;
use crate::domain::identifiers::{DateNaissanceAmo, IdentifiantPersonne, RangGemellaire, Rpps};
use crate::domain::ids::{LieuId, PatientId, RepresentationId};
use crate::domain::patient::ClePatient;
use crate::domain::visite::Visite;
use crate::http::lecture::{Jws, Liste, Reference, Texte, lecture};
use crate::services::ChampInvalide;
use crate::services::declarations::{
    NouveauChoix, Rectification, RefMedecin, RefPatient, Remplacement, SignatureRecue,
};

/// One doctor, or several jointly.
type MedecinsDemande = Liste<MedecinChoisiDemande, 1, 20>;

/// At most one signature a party.
type SignaturesDemande = Liste<SignatureDemande, 0, 22>;

lecture! {
    /// Choix d'un médecin traitant.
    #[schema(example = json!(exemple()))]
    pub(crate) struct ChoixDemande {
        /// Patient.
        patient: PatientDesigneDemande,
        /// Médecins choisis : un seul, ou plusieurs désignés conjointement.
        medecins: MedecinsDemande,
        /// Avenant : les médecins nommés qui ne sont pas en place rejoignent ceux qui le sont, tous nommés ;
        /// le patient et les nouveaux venus signent. Faux par défaut.
        avenant: Option<bool>,
        /// Jour dont le contenu est voulu : celui que porte un papier signé avant. Par défaut, celui de la dernière
        /// signature transmise, sinon aujourd'hui.
        signe_le: Option<NaiveDate>,
        /// Signatures déjà recueillies.
        signatures: Option<SignaturesDemande>,
    }

    /// Patient : par son identifiant interne, comme sa carte Vitale le désigne, ou par la visite en cours.
    #[schema(as = PatientChoixDemande)]
    pub(crate) struct PatientDesigneDemande {
        /// Identifiant interne.
        id: Option<PatientId>,
        /// Numéro du patient ou de l'assuré.
        identifiant: Option<IdentifiantPersonne>,
        /// Date de naissance connue de l'Assurance maladie.
        date_naissance: Option<DateNaissanceAmo>,
        /// Rang gémellaire, 1 par défaut.
        rang: Option<RangGemellaire>,
        /// Visite, telle que la consultation d'une famille la rend.
        visite: Option<Visite>,
    }

    /// Médecin choisi.
    #[schema(as = MedecinChoixDemande)]
    pub(crate) struct MedecinChoisiDemande {
        /// RPPS.
        rpps: Rpps,
        /// Lieu d'exercice ; le principal par défaut.
        lieu_id: Option<LieuId>,
    }

    /// Signature d'une partie.
    #[schema(example = json!({
        "role": "assure", "moyen": "carte_vitale",
        "contenu_sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    }))]
    pub(crate) struct SignatureDemande {
        /// Qualité du signataire.
        role: RoleSignataire,
        /// RPPS du médecin qui signe ; inutile quand la déclaration n'en désigne qu'un, ou quand il appelle.
        rpps: Option<Rpps>,
        /// Lien du titulaire de l'autorité parentale ou du représentant qui signe ; inutile s'il n'y en a
        /// qu'un de cette qualité.
        representation_id: Option<RepresentationId>,
        /// Moyen.
        moyen: MoyenSignature,
        /// Niveau de l'identification, tel que son émetteur le nomme.
        niveau: Option<Texte<1, 40>>,
        /// Instant de la signature ; maintenant par défaut. Refusé pour le papier.
        signe_a: Option<DateTime<Utc>>,
        /// Jour de la signature, obligatoire pour le papier et refusé pour les autres moyens.
        signe_le: Option<NaiveDate>,
        /// Empreinte du contenu signé.
        contenu_sha256: Empreinte,
        /// Preuve du moyen.
        preuve: Option<PreuveDemande>,
    }

    /// Preuve du moyen. D'un moyen électronique : « jws ». D'un papier : son témoin ou son archive. Jamais un
    /// numéro de personne.
    pub(crate) struct PreuveDemande {
        /// Preuve d'un émetteur reconnu : un JWS compact de type « preuve-signature+jwt ».
        jws: Option<Jws>,
        /// Empreinte d'une preuve conservée ailleurs.
        empreinte_sha256: Option<Empreinte>,
        /// Qui l'a émise.
        emetteur: Option<Reference<128>>,
        /// Identifiant du jeton.
        identifiant_jeton: Option<Reference<128>>,
        /// Pseudonyme de la carte.
        numero_serie_support: Option<Reference<64>>,
        /// Archive du papier.
        reference_archive: Option<Reference<128>>,
        /// Agent qui a vu le papier.
        temoin: Option<Texte<1, 64>>,
    }

    /// Motif d'un refus ou d'une annulation, facultatif.
    #[schema(example = json!({}))]
    pub(crate) struct MotifDemande {
        /// Motif, sans donnée médicale.
        motif: Option<Texte<1, 200>>,
    }

    /// Contestation d'un choix.
    #[schema(example = json!({ "motif": "je n'ai pas rencontré ce médecin" }))]
    pub(crate) struct ContestationDemande {
        /// Motif, sans donnée médicale.
        pub(super) motif: Texte<1, 200>,
    }

    /// Décision de la caisse.
    #[schema(example = json!({ "retenue": true, "motif": "la carte était déclarée perdue" }))]
    pub(crate) struct DecisionDemande {
        /// Vrai : le choix n'a jamais compté. Faux : il compte.
        pub(super) retenue: bool,
        /// Motif, sans donnée médicale.
        pub(super) motif: Texte<1, 200>,
    }

    /// Rectification d'une déclaration mal saisie.
    #[schema(example = json!({ "motif": "saisie au dossier d'une autre personne" }))]
    pub(crate) struct RectificationDemande {
        /// Motif, sans donnée médicale.
        motif: Texte<1, 200>,
        /// Ce qui devait être saisi ; absent quand rien ne devait l'être.
        remplacement: Option<RemplacementDemande>,
    }

    /// Déclaration telle qu'elle devait être saisie, avec toutes ses signatures.
    pub(crate) struct RemplacementDemande {
        /// Médecins choisis.
        medecins: MedecinsDemande,
        /// Avenant à la désignation en vigueur. Faux par défaut.
        avenant: Option<bool>,
        /// Signatures.
        signatures: SignaturesDemande,
    }
}

/// The example of the documentation: a choice to preview.
fn exemple() -> serde_json::Value {
    json!({
        "patient": {
            "identifiant": { "type": "nir", "valeur": "172080100199557" },
            "date_naissance": "1972-08-09"
        },
        "medecins": [{ "rpps": "99900001233" }]
    })
}

impl MotifDemande {
    pub(super) fn into_domain(self) -> Option<String> {
        self.motif.map(|text| text.0)
    }
}

impl ChoixDemande {
    pub(super) async fn into_domain(
        self,
        preuves: &Preuves,
    ) -> Result<NouveauChoix, Vec<ChampInvalide>> {
        let mut wrong = self.patient.incoherences();
        let signatures = self.signatures.iter().flat_map(|list| list.0.iter().enumerate());
        for (index, signature) in signatures {
            wrong.extend(signature.incoherences(&format!("/signatures/{index}")));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let patient = self.patient.into_domain()?;
        Ok(NouveauChoix {
            patient,
            medecins: self.medecins.into_domain(),
            avenant: self.avenant.unwrap_or_default(),
            signe_le: self.signe_le,
            signatures: match self.signatures {
                Some(all) => all.into_domain(preuves).await,
                None => Vec::new(),
            },
        })
    }
}

impl MedecinsDemande {
    fn into_domain(self) -> Vec<RefMedecin> {
        self.0
            .into_iter()
            .map(|medecin| RefMedecin { rpps: medecin.rpps, lieu_id: medecin.lieu_id })
            .collect()
    }
}

impl SignaturesDemande {
    async fn into_domain(self, preuves: &Preuves) -> Vec<SignatureRecue> {
        join_all(self.0.into_iter().map(|one| one.into_domain(preuves))).await
    }
}

impl RectificationDemande {
    pub(super) async fn into_domain(self, preuves: &Preuves) -> Rectification {
        let remplacement = match self.remplacement {
            None => None,
            Some(right) => Some(Remplacement {
                medecins: right.medecins.into_domain(),
                avenant: right.avenant.unwrap_or_default(),
                signatures: right.signatures.into_domain(preuves).await,
            }),
        };
        Rectification { motif: self.motif.0, remplacement }
    }
}

impl PatientDesigneDemande {
    /// What is wrong with the way the patient is designated, whatever the rest.
    fn incoherences(&self) -> Vec<ChampInvalide> {
        let by_card = (self.identifiant.is_some(), self.date_naissance.is_some());
        match (self.id, self.visite, by_card, self.rang) {
            (Some(_), None, (false, false), None)
            | (None, Some(_), (false, false), None)
            | (None, None, (true, true), _) => Vec::new(),
            _ => vec![Self::un_seul_des_deux()],
        }
    }

    fn un_seul_des_deux() -> ChampInvalide {
        ChampInvalide::new(
            "/patient",
            "un_seul_des_deux",
            "attendu : « id » seul, « visite » seule, ou « identifiant » et « date_naissance » (et « rang »)",
        )
    }

    fn into_domain(self) -> Result<RefPatient, Vec<ChampInvalide>> {
        if let Some(visite) = self.visite {
            return Ok(RefPatient::Visite(visite));
        }
        match (self.id, self.identifiant, self.date_naissance) {
            (Some(id), None, None) => Ok(RefPatient::Id(id)),
            (None, Some(numero), Some(date_naissance)) => Ok(RefPatient::Cle(ClePatient {
                numero,
                date_naissance,
                rang: self.rang.unwrap_or(RangGemellaire::ONE),
            })),
            _ => Err(vec![Self::un_seul_des_deux()]),
        }
    }
}

impl PreuveDemande {
    /// The names of the references that it gives.
    fn references(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            ("empreinte_sha256", self.empreinte_sha256.is_some()),
            ("emetteur", self.emetteur.is_some()),
            ("identifiant_jeton", self.identifiant_jeton.is_some()),
            ("numero_serie_support", self.numero_serie_support.is_some()),
            ("reference_archive", self.reference_archive.is_some()),
            ("temoin", self.temoin.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name)
    }
}

impl SignatureDemande {
    /// Paper has a day, a machine an instant: what says otherwise would be lost in silence.
    pub(super) fn incoherences(&self, pointeur: &str) -> Vec<ChampInvalide> {
        let wrong = |name: &str, code, message: &str| {
            ChampInvalide::new(format!("{pointeur}/{name}"), code, message)
        };
        let mut found = Vec::new();
        if self.moyen.est_papier() {
            if self.signe_le.is_none() {
                let message = "attendu : le jour écrit sur le papier ; ce champ est obligatoire";
                found.push(wrong("signe_le", "champ_requis", message));
            }
            if self.signe_a.is_some() {
                let message = "attendu : aucun instant pour du papier, mais « signe_le »";
                found.push(wrong("signe_a", "champ_inadapte", message));
            }
        } else if self.signe_le.is_some() {
            let message =
                "attendu : aucun jour pour ce moyen, mais « signe_a », ou rien pour maintenant";
            found.push(wrong("signe_le", "champ_inadapte", message));
        }
        if let Some(preuve) = &self.preuve
            && preuve.jws.is_some()
        {
            if self.moyen.est_papier() {
                let message = "attendu : aucun JWS pour du papier, mais son témoin ou son archive";
                found.push(wrong("preuve/jws", "champ_inadapte", message));
            }
            for name in preuve.references() {
                let message = "attendu : « jws » seul, qui dit déjà tout de la preuve";
                found.push(wrong(&format!("preuve/{name}"), "champ_inadapte", message));
            }
        }
        found
    }

    pub(super) async fn into_domain(self, preuves: &Preuves) -> SignatureRecue {
        let mut jws = None;
        let references = self.preuve.map_or_else(Preuve::default, |preuve| {
            jws = preuve.jws;
            Preuve {
                empreinte_sha256: preuve.empreinte_sha256.map(|digest| digest.to_string()),
                emetteur: preuve.emetteur.map(|text| text.0),
                identifiant_jeton: preuve.identifiant_jeton.map(|text| text.0),
                numero_serie_support: preuve.numero_serie_support.map(|text| text.0),
                reference_archive: preuve.reference_archive.map(|text| text.0),
                temoin: preuve.temoin.map(|text| text.0),
                ..Preuve::default()
            }
        });
        let jws = jws.as_ref().map(|jws| jws.0.as_str());
        let preuve = preuves.receive(self.moyen, jws, references).await;
        SignatureRecue {
            role: self.role,
            rpps: self.rpps,
            representation_id: self.representation_id,
            moyen: self.moyen,
            niveau: self.niveau.map(|text| text.0),
            signe_a: self.signe_a,
            signe_le: self.signe_le,
            contenu_sha256: self.contenu_sha256,
            preuve,
        }
    }
}
