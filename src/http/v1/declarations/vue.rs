//! The shape of a declaration.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::declaration::{
    Action, Canal, Contestation, Etat, JamaisCompte, ModePreuve, MoyenSignature, OrigineSaisie,
    Reprise, RoleSignataire, Signature, SignatureManquante, Situation, SituationDeclaration,
};
use crate::domain::designation::{MotifDepart, MotifFin};
use crate::domain::digest::Empreinte;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DeclarationId, DesignationId, LieuId, PatientId, RepresentationId};
use crate::http::error::jour;
use crate::http::schemas::formes;
use crate::http::v1::medecins_traitants::DesignationVue;
use crate::http::vue::vue;
use crate::services::declarations::{Apercu, Dossier};

vue! {
    /// Ce que les parties signeront.
    pub(crate) struct ApercuVue(apercu: &Apercu) {
        /// Contenu canonique (RFC 8785), tel que son empreinte le couvre ; null pour qui n'a pas encore à savoir
        /// qui est le patient : son logiciel l'établit avec les noms que la carte lui donne.
        #[schema(example = "{\"engagement\":\"…\"}")]
        contenu_canonique: Option<String> = apercu.nomme.then(|| apercu.contenu.clone()),
        /// Le même contenu, à montrer, sans les noms du patient et de ses représentants pour le même appelant.
        #[schema(value_type = ContenuVue)]
        contenu: Value = shown(&apercu.contenu, apercu.nomme),
        /// Empreinte que chaque signature répète.
        contenu_sha256: Empreinte = apercu.contenu_sha256,
    }
}

/// The canonical content of a declaration, as its form has it.
struct ContenuVue;

formes!(ContenuVue);

vue! {
    /// Déclaration de choix du médecin traitant.
    pub(crate) struct DeclarationVue(dossier: &Dossier) {
        let declaration = &dossier.declaration;
        let cote = dossier.cote.as_ref();
        let missing = cote.map(|cote| declaration.manquantes(cote)).unwrap_or_default();
        let signature = |one: &Signature| SignatureVue::new(one, declaration.signataire(one));

        /// Identifiant.
        id: DeclarationId = declaration.id,
        /// Numéro public, le même sur le papier, au téléphone et à l'écran.
        #[schema(example = "MT-7Q4K-9D2M-XK5C")]
        numero: String = declaration.numero.to_string(),
        /// Patient.
        patient_id: PatientId = declaration.patient_id,
        /// Médecins choisis ; pour un avenant, ceux qui rejoignent les médecins en place.
        medecins: Vec<MedecinDesigneVue> = declaration
            .medecins
            .iter()
            .map(|medecin| MedecinDesigneVue { rpps: medecin.rpps, lieu_id: medecin.lieu_id })
            .collect(),
        /// Cette déclaration ajoute des médecins à la désignation en vigueur.
        avenant: bool = declaration.en_place.is_some(),
        /// Provenance.
        canal: Canal = declaration.canal,
        /// D'où elle a été reprise : elle n'a alors pas de signature ici.
        reprise: Option<ProvenanceVue> = declaration.reprise.as_ref().map(ProvenanceVue::new),
        /// État.
        etat: Etat = declaration.etat,
        /// Ce qu'elle vaut aujourd'hui, et pourquoi.
        situation: SituationVue = SituationVue::new(&dossier.situation),
        /// Version : le début de l'ETag de la déclaration.
        #[schema(example = 1)]
        version: i32 = declaration.version,
        /// Contestation par le patient, et ce que sa caisse en a décidé.
        contestation: Option<Contestation> = declaration.contestation,
        /// Motif du refus, de l'annulation, de la rectification ou de la contestation.
        motif: Option<String> = declaration.motif.clone(),
        /// Contenu à signer.
        #[schema(value_type = ContenuVue)]
        contenu: Value = shown(&declaration.contenu, dossier.nomme),
        /// Empreinte que chaque signature répète.
        contenu_sha256: Empreinte = declaration.contenu_sha256,
        /// Signatures reçues.
        signatures: Vec<SignatureVue> = declaration.signatures.iter().map(signature).collect(),
        /// Signatures attendues.
        signatures_manquantes: Vec<SignatureManquanteVue> =
            missing.iter().map(SignatureManquanteVue::new).collect(),
        /// Les signatures manquantes sont attendues jusqu'à cet instant ; null quand rien n'est attendu.
        expire_le: Option<DateTime<Utc>> =
            Some(declaration.expire_le).filter(|_| declaration.etat == Etat::EnAttente),
        /// Création.
        enregistree_le: DateTime<Utc> = declaration.enregistre_le,
        /// Désignation ouverte par cette déclaration, telle que connue maintenant.
        designation: Option<DesignationVue> = dossier.designation.as_ref().map(DesignationVue::new),
        /// Désignation du même médecin, déjà en vigueur, que cette déclaration confirme sans rien changer.
        confirme_designation: Option<DesignationId> =
            dossier.confirmee.as_ref().map(|known| known.id),
        /// Déclaration mal saisie que celle-ci rectifie, sous le même numéro.
        rectifie: Option<DeclarationId> = declaration.rectifie,
        /// Déclaration qui rectifie celle-ci.
        rectifiee_par: Option<DeclarationId> = dossier.rectifiee_par,
        /// Ce que l'appelant peut faire maintenant.
        actions: Vec<Action> = dossier.actions.clone(),
    }
}

/// Médecin choisi.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MedecinDesigneVue {
    /// RPPS.
    rpps: Rpps,
    /// Lieu d'exercice.
    lieu_id: LieuId,
}

vue! {
    /// Provenance d'un choix repris.
    pub(crate) struct ProvenanceVue(reprise: &Reprise) {
        /// Premier jour, tel que repris.
        effet_du: NaiveDate = reprise.effet_du,
        /// Jour des signatures, s'il était connu.
        signe_le: Option<NaiveDate> = reprise.signe_le,
        /// Comment elle avait été saisie.
        origine: OrigineSaisie = reprise.origine,
        /// Où est sa preuve.
        #[schema(example = "archive 2012/0457")]
        reference: Option<String> = reprise.reference.clone(),
    }

    /// Signature reçue.
    pub(crate) struct SignatureVue(signature: &Signature, rpps: Option<Rpps>) {
        /// Qualité.
        role: RoleSignataire = signature.role,
        /// RPPS du médecin qui a signé.
        rpps: Option<Rpps> = rpps,
        /// Lien du titulaire de l'autorité parentale ou du représentant qui a signé.
        representation_id: Option<RepresentationId> = signature.representation_id,
        /// Moyen.
        moyen: MoyenSignature = signature.moyen,
        /// Comment elle est prouvée.
        preuve: ModePreuve = signature.mode_preuve(),
        /// Jour.
        signe_le: NaiveDate = signature.signe_le,
        /// Instant, quand une machine l'a pris.
        signe_a: Option<DateTime<Utc>> = signature.signe_a,
        /// Réception.
        recue_le: DateTime<Utc> = signature.recue_le,
    }

    /// Signature attendue.
    pub(crate) struct SignatureManquanteVue(wanted: &SignatureManquante) {
        /// Qualité.
        role: RoleSignataire = wanted.role,
        /// Autre qualité qui convient aussi : celle du tuteur ou du curateur d'un adulte protégé, ou du tuteur d'un mineur.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        sinon: Option<RoleSignataire> = wanted.sinon,
        /// RPPS du médecin attendu.
        rpps: Option<Rpps> = wanted.rpps,
        /// Le patient a signé avant sa majorité : devenu majeur, il confirme seul.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        confirmation: Option<bool> = wanted.confirme.then_some(true),
    }

    /// Ce que vaut une déclaration aujourd'hui.
    pub(crate) struct SituationVue(situation: &SituationDeclaration) {
        /// En un mot.
        code: Situation = situation.situation,
        /// Premier jour où elle a compté.
        du: Option<NaiveDate> = situation.du,
        /// Premier jour où elle ne compte plus, passé ou annoncé.
        au: Option<NaiveDate> = situation.au,
        /// Pourquoi elle a pris fin, ou prendra fin.
        motif_fin: Option<MotifFin> = situation.fin.map(|fin| fin.motif),
        /// En une phrase.
        #[schema(example = "Remplacée le 16/06/2025 par un autre choix.")]
        phrase: String = phrase(situation),
    }

    /// Déclarations d'un patient.
    pub(crate) struct DeclarationsVue(dossiers: &[Dossier]) {
        /// La dernière enregistrée d'abord.
        donnees: Vec<DeclarationVue> = dossiers.iter().map(DeclarationVue::new).collect(),
    }
}

/// What a declaration is worth, in a sentence.
pub(super) fn phrase(known: &SituationDeclaration) -> String {
    let day = |day: Option<NaiveDate>| day.map(jour).unwrap_or_default();
    let why = known.fin.map_or("", |fin| match (fin.motif, fin.depart) {
        (MotifFin::Remplacement, _) => "un autre choix",
        (MotifFin::Patient, _) => "le patient a quitté ce médecin",
        (MotifFin::Medecin | MotifFin::Cessation, Some(depart)) => depart.en_mots(),
        (MotifFin::Medecin, None) => "le médecin s'est retiré",
        (MotifFin::Cessation, None) => "le médecin n'exerce plus là où il a été choisi",
        (MotifFin::Deces, _) => "décès du patient",
    });
    match known.situation {
        Situation::EnAttente => "En attente de signature.".to_owned(),
        Situation::EnVigueur if known.au.is_some() => {
            format!("En vigueur depuis le {}, jusqu'au {} exclu : {why}.", day(known.du), day(known.au))
        }
        Situation::EnVigueur => format!("En vigueur depuis le {}.", day(known.du)),
        Situation::Remplacee => format!("Remplacée le {} par {why}.", day(known.au)),
        Situation::Terminee => format!("Terminée le {} : {why}.", day(known.au)),
        Situation::JamaisEnVigueur => match known.jamais {
            Some(JamaisCompte::Deces(mort)) => {
                format!("Jamais en vigueur : signée après le décès du patient, le {}.", jour(mort))
            }
            Some(JamaisCompte::FinDuJour(motif)) => {
                let by_patient = motif == MotifDepart::Patient;
                let why =
                    if by_patient { "le patient a quitté ce médecin" } else { motif.en_mots() };
                format!("Jamais en vigueur : elle a pris fin le jour même, {why}.")
            }
            Some(JamaisCompte::PlusEnPlace) => {
                "Jamais en vigueur : les médecins qu'elle complète n'étaient plus médecins traitants.".to_owned()
            }
            Some(JamaisCompte::AutreChoix) | None => {
                "Jamais en vigueur : un autre choix l'emporte sur tous ses jours.".to_owned()
            }
        },
        Situation::EnConflit => {
            "Sans effet : deux dossiers fusionnés se contredisent, la caisse doit choisir.".to_owned()
        }
        Situation::Refusee => "Refusée par le médecin.".to_owned(),
        Situation::Annulee => "Annulée avant son effet.".to_owned(),
        Situation::Expiree => "Expirée : une signature n'est pas venue à temps.".to_owned(),
        Situation::Caduque => {
            "Caduque : un autre choix compte, ou le motif dit pourquoi rien n'est plus attendu.".to_owned()
        }
        Situation::Rectifiee => "Rectifiée : elle n'a jamais compté.".to_owned(),
    }
}

/// The canonical content as a value, to be shown; without the names of the patient's side to whom may not
/// know them.
pub(super) fn shown(contenu: &str, nomme: bool) -> Value {
    let mut value: Value = serde_json::from_str(contenu).unwrap_or(Value::Null);
    if !nomme {
        value.get_mut("patient").into_iter().for_each(without_names);
        let people = value.get_mut("representants").and_then(Value::as_array_mut);
        people.into_iter().flatten().for_each(without_names);
    }
    value
}

fn without_names(person: &mut Value) {
    for name in ["nom", "prenom"] {
        person.as_object_mut().and_then(|members| members.remove(name));
    }
}
