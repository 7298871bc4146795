//! A person, as callers read one.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::{CommuneExercice, DateNaissanceAmo, Organisme, RangGemellaire};
use crate::domain::ids::{DeclarationId, PatientId};
use crate::domain::patient::{IdentifiantPatient, Identite, Sexe, UsageIdentifiant};
use crate::domain::vie::sommeil::StatutPatient;
use crate::domain::vie::{
    ActionPatient, Adresse, ApresDeces, DossierPatient, Limitation, MotifLimitation, SourceDeces,
};
use crate::http::schemas::TypeIdentifiant;
use crate::http::vue::vue;

vue! {
    /// Patient et ses faits datés. Ses numéros ne sont jamais rendus.
    pub(crate) struct PatientVue(dossier: &DossierPatient) {
        let patient = &dossier.patient;

        /// Identifiant interne.
        patient_id: PatientId = patient.id,
        /// Version du dossier, à rendre dans If-Match pour agir sur lui.
        #[schema(example = 1)]
        version: i32 = dossier.version,
        /// Noms, naissance et sexe.
        identites: Vec<IdentiteVue> = patient.identites.iter().map(IdentiteVue::new).collect(),
        /// Numéros, par nature et usage.
        identifiants: Vec<IdentifiantVue> =
            patient.identifiants.iter().map(IdentifiantVue::new).collect(),
        /// Caisses.
        affiliations: Vec<AffiliationVue> =
            patient.affiliations.iter().map(AffiliationVue::new).collect(),
        /// Adresses ; jamais rendues à un médecin.
        adresses: Vec<AdressePatientVue> =
            dossier.adresses.iter().map(AdressePatientVue::new).collect(),
        /// Statuts au regard du parcours de soins, s'il y en eut d'autres que l'ordinaire ; jamais rendus
        /// à un médecin.
        statuts: Vec<StatutVue> = dossier.statuts.iter().map(StatutVue::new).collect(),
        /// Décès, s'il est connu.
        deces: Option<DecesVue> = dossier.deces.as_ref().map(|fait| DecesVue::new(fait, &dossier.apres_deces)),
        /// Depuis quand un autre organisme a enregistré le numéro de ce patient pour quelqu'un d'autre ; rendu à
        /// la seule caisse du patient.
        numero_dispute_depuis: Option<DateTime<Utc>> = dossier.numero_dispute_depuis,
        /// Le numéro du patient dit aujourd'hui un autre sexe que son identité : l'un des deux est à rectifier, ou le numéro
        /// n'a pas encore suivi l'état civil. Rendu à la seule caisse du patient ; faux pour les autres.
        sexe_autre_que_numero: bool = dossier.sexe_autre_que_numero,
        /// Limitation du traitement de ses données, si elle dure (RGPD, art. 18).
        limitation: Option<LimitationVue> = dossier.limitation.as_ref().map(LimitationVue::new),
        /// Ce que l'appelant peut faire maintenant.
        actions: Vec<ActionPatient> = dossier.actions.clone(),
    }

    /// Limitation du traitement.
    pub(crate) struct LimitationVue(limitation: &Limitation) {
        /// Pourquoi.
        motif: MotifLimitation = limitation.motif,
        /// Depuis quand.
        depuis: DateTime<Utc> = limitation.depuis,
    }

    /// Adresse, pendant une période.
    pub(crate) struct AdressePatientVue(fait: &FaitDate<Adresse>) {
        /// Numéro et voie.
        #[schema(example = "4 rue des Lilas")]
        voie: String = fait.valeur.voie.clone(),
        /// Complément.
        complement: Option<String> = fait.valeur.complement.clone(),
        /// Code postal.
        #[schema(example = "01000")]
        code_postal: String = fait.valeur.code_postal.clone(),
        /// Localité.
        #[schema(example = "Bourg-en-Bresse")]
        localite: String = fait.valeur.localite.clone(),
        /// Commune, code officiel géographique ; null à l'étranger.
        commune: Option<CommuneExercice> = fait.valeur.commune,
        /// Premier jour.
        effet_du: NaiveDate = fait.effet.du(),
        /// Premier jour qui n'en fait plus partie, ou null.
        effet_au: Option<NaiveDate> = fait.effet.au(),
    }

    /// Statut, pendant une période.
    pub(crate) struct StatutVue(fait: &FaitDate<StatutPatient>) {
        /// Statut.
        statut: StatutPatient = fait.valeur,
        /// Premier jour.
        effet_du: NaiveDate = fait.effet.du(),
        /// Premier jour qui n'en fait plus partie, ou null.
        effet_au: Option<NaiveDate> = fait.effet.au(),
    }

    /// Décès.
    pub(crate) struct DecesVue(fait: &FaitDate<SourceDeces>, apres: &ApresDeces) {
        /// Jour du décès : le dernier jour de la désignation.
        jour: NaiveDate = fait.effet.du(),
        /// D'où la caisse le tient.
        source: SourceDeces = fait.valeur,
        /// Le registre le sait depuis cet instant.
        enregistre_le: DateTime<Utc> = fait.enregistre_le,
        /// Déclarations signées après ce jour, qui n'ont jamais compté ; rendues à la seule caisse du patient.
        declarations_posterieures: Vec<DeclarationId> = apres.declarations.clone(),
        /// Nombre de feuilles de jours suivants, à revoir ; rendu à la seule caisse du patient.
        #[schema(example = 0)]
        feuilles_posterieures: i64 = apres.feuilles,
    }

    /// Noms, naissance et sexe, pendant une période.
    pub(crate) struct IdentiteVue(fait: &FaitDate<Identite>) {
        /// Nom de naissance.
        #[schema(example = "ESSAI-LECA")]
        nom: String = fait.valeur.nom.clone(),
        /// Premier prénom.
        #[schema(example = "ANGE")]
        prenom: String = fait.valeur.prenom.clone(),
        /// Date de naissance.
        date_naissance: DateNaissanceAmo = fait.valeur.date_naissance,
        /// Rang gémellaire.
        rang: RangGemellaire = fait.valeur.rang,
        /// Sexe à l'état civil ; null s'il n'est pas connu.
        sexe: Option<Sexe> = fait.valeur.sexe,
        /// Premier jour.
        effet_du: NaiveDate = fait.effet.du(),
        /// Premier jour qui n'en fait plus partie, ou null.
        effet_au: Option<NaiveDate> = fait.effet.au(),
    }

    /// Numéro d'une personne, sans sa valeur.
    pub(crate) struct IdentifiantVue(fait: &FaitDate<IdentifiantPatient>) {
        /// Type.
        #[serde(rename = "type")]
        #[schema(value_type = TypeIdentifiant)]
        kind: &'static str = fait.valeur.numero.kind(),
        /// Usage.
        usage: UsageIdentifiant = fait.valeur.usage,
        /// Premier jour.
        effet_du: NaiveDate = fait.effet.du(),
        /// Premier jour qui n'en fait plus partie, ou null.
        effet_au: Option<NaiveDate> = fait.effet.au(),
    }

    /// Caisse, pendant une période.
    pub(crate) struct AffiliationVue(fait: &FaitDate<Organisme>) {
        /// Organisme.
        organisme: OrganismeVue = OrganismeVue::new(&fait.valeur),
        /// Premier jour.
        effet_du: NaiveDate = fait.effet.du(),
        /// Premier jour qui n'en fait plus partie, ou null.
        effet_au: Option<NaiveDate> = fait.effet.au(),
    }

    /// Organisme de rattachement.
    pub(crate) struct OrganismeVue(organisme: &Organisme) {
        /// Régime.
        #[schema(example = "01")]
        regime: String = organisme.regime().to_owned(),
        /// Régime, en clair.
        #[schema(example = "régime général")]
        regime_libelle: &'static str = organisme.libelle_regime().unwrap_or_default(),
        /// Caisse.
        #[schema(example = "131")]
        caisse: String = organisme.caisse().to_owned(),
        /// Centre.
        #[schema(example = "0000")]
        centre: String = organisme.centre().to_owned(),
    }
}
