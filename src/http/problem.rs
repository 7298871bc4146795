//! Problems (RFC 9457): every refusal has a stable code, a status and a sentence in French.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::schemas::{CodeChamp, CodeProbleme};
use crate::domain::droits::Portee;
use crate::domain::ids::RequestId;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::ChampInvalide;

/// Declares the catalogue: one line a code, with its status, its title and what to do about it.
macro_rules! catalogue {
    ($( $name:ident = $status:literal $code:literal $title:literal $help:literal ),+ $(,)?) => {
        /// A kind of refusal. Programs match the code, never a sentence.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Code {
            $( #[doc = $title] $name ),+
        }

        impl Code {
            /// Every code, by status.
            pub(crate) const ALL: &'static [Self] = &[$( Self::$name ),+];

            /// The stable code.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $code ),+ }
            }

            /// HTTP status.
            pub(crate) const fn status(self) -> u16 {
                match self { $( Self::$name => $status ),+ }
            }

            /// Title, the same for every occurrence.
            pub(crate) const fn title(self) -> &'static str {
                match self { $( Self::$name => $title ),+ }
            }

            /// What the caller can do, for the documentation.
            pub(crate) const fn help(self) -> &'static str {
                match self { $( Self::$name => $help ),+ }
            }
        }
    };
}

catalogue!(
    CorpsIllisible = 400 "corps_illisible" "Corps illisible"
        "Envoyer un document JSON bien formé, en UTF-8.",
    ParametreInvalide = 400 "parametre_invalide" "Paramètre invalide"
        "Corriger le paramètre ou l'en-tête nommé dans « erreurs ».",
    CleAbsente = 400 "cle_idempotence_absente" "Clé d'idempotence absente"
        "Ajouter l'en-tête Idempotency-Key (un UUID par création), le même à chaque nouvel essai.",
    JetonAbsent = 401 "jeton_absent" "Jeton absent"
        "Ajouter l'en-tête Authorization: Bearer <jeton>.",
    JetonInvalide = 401 "jeton_invalide" "Jeton refusé"
        "Obtenir un nouveau jeton : celui-ci est expiré, mal signé ou fait pour un autre service.",
    RoleInterdit = 403 "role_interdit" "Action interdite à ce rôle"
        "Faire agir la personne ou l'organisme qui en a le droit.",
    PorteeInsuffisante = 403 "portee_insuffisante" "Portée insuffisante"
        "Demander un jeton qui porte la portée nommée dans « detail ».",
    MemeAgent = 403 "meme_agent" "L'agent qui a préparé cet acte ne le confirme pas"
        "Faire confirmer l'opération par un autre agent du référentiel.",
    TransmissionInterdite = 403 "transmission_interdite" "Signature non transmissible par cet appelant"
        "Un médecin transmet sa signature et celle du patient dont la carte est lue ; un patient, la sienne ; une caisse, le papier.",
    Introuvable = 404 "introuvable" "Introuvable"
        "Vérifier l'identifiant : la ressource n'existe pas, ou n'est pas visible pour cet appelant.",
    MethodeInterdite = 405 "methode_interdite" "Méthode non prévue ici"
        "Consulter la documentation de cette adresse.",
    CorpsTropLent = 408 "corps_trop_lent" "Corps trop lent à arriver"
        "Envoyer la requête entière sans s'interrompre ; avec la même clé d'idempotence s'il y en a une.",
    TransitionInterdite = 409 "transition_interdite" "L'état de la ressource ne permet pas cette action"
        "Relire la ressource : « actions » liste ce qui est possible maintenant.",
    DejaSignee = 409 "deja_signee" "Déjà signée"
        "Rien à faire : cette signature est enregistrée.",
    ContenuDifferent = 409 "contenu_different" "Un autre contenu a été signé"
        "Relire le contenu, le montrer aux deux parties et signer son empreinte.",
    DeclarationExpiree = 409 "declaration_expiree" "Le délai de signature est dépassé"
        "Établir une nouvelle déclaration.",
    MedecinNonMembre = 409 "medecin_non_membre" "Ce médecin n'est pas de cette désignation ce jour-là"
        "Relire la désignation et ses médecins.",
    MedecinSeul = 409 "medecin_seul" "Ce médecin est le seul de la désignation"
        "Seul un médecin désigné avec d'autres la quitte en les y laissant.",
    RepresentationExistante = 409 "representation_existante" "Représentant déjà enregistré"
        "Lire les représentants du patient : ce lien existe sur un jour commun.",
    PatientExistant = 409 "patient_existant" "Patient déjà enregistré"
        "Rechercher le patient par son identifiant au lieu de le créer, ou le prendre en charge par une mutation.",
    PatientAmbigu = 409 "patient_ambigu" "Plusieurs patients sous la même carte"
        "Désigner le patient par son propre numéro ; la caisse fusionne les deux dossiers ou corrige l'un des numéros.",
    MedecinExistant = 409 "medecin_existant" "Médecin déjà enregistré"
        "Lire le médecin par son RPPS au lieu de le créer.",
    FacturationExistante = 409 "facturation_existante" "Numéro de facturation d'un autre médecin"
        "Vérifier le numéro : celui d'un professionnel n'est qu'à lui ; un remplaçant n'en a pas besoin.",
    FeuilleExistante = 409 "feuille_existante" "Feuille de soins déjà reçue"
        "Lire la feuille déjà reçue, ou corriger le numéro de facture.",
    NonMedecinTraitant = 409 "non_medecin_traitant" "Ce médecin n'est pas médecin traitant du patient ce jour"
        "Relire la déclaration : sa désignation dit de quel jour à quel jour.",
    OperationExistante = 409 "operation_existante" "Opération déjà enregistrée"
        "Lire l'opération dont l'identifiant est dans « detail ».",
    AnnulationImpossible = 409 "annulation_impossible" "Cette opération ne peut pas être annulée"
        "Annuler d'abord les opérations plus récentes sur ce médecin, ou corriger ses faits.",
    PreuveDejaUtilisee = 409 "preuve_deja_utilisee" "Cette preuve a déjà servi"
        "Recueillir une nouvelle signature : chaque signature a sa preuve.",
    ConciliationOuverte = 409 "conciliation_ouverte" "Une conciliation est déjà ouverte pour ce patient"
        "Lire la conciliation ouverte et y ajouter les médecins contactés.",
    CleEnCours = 409 "cle_idempotence_en_cours" "Une requête de même clé est en cours"
        "Attendre puis renvoyer la même requête avec la même clé.",
    FusionImpossible = 409 "fusion_impossible" "Ces deux dossiers ne peuvent pas être fusionnés ou séparés"
        "Lire « detail » : l'obstacle y est nommé.",
    ConflitClos = 409 "conflit_clos" "Conflit déjà clos"
        "Relire le conflit : il a été résolu, ou la fusion qui l'avait fait naître a été annulée.",
    PatientFusionne = 410 "patient_fusionne" "Dossier fusionné avec un autre"
        "Lire le dossier conservé, dont l'identifiant est dans « detail ».",
    VersionPerimee = 412 "version_perimee" "Version périmée"
        "Relire la ressource et recommencer avec son ETag.",
    CorpsTropGrand = 413 "corps_trop_grand" "Corps trop grand"
        "Envoyer un document plus petit.",
    TypeDeContenu = 415 "type_de_contenu" "Type de contenu non accepté"
        "Ajouter l'en-tête Content-Type: application/json.",
    EncodageInconnu = 415 "encodage_inconnu" "Encodage du corps non accepté"
        "Envoyer le corps tel quel, ou dans un seul des encodages de l'en-tête Accept-Encoding de la réponse.",
    ChampsInvalides = 422 "champs_invalides" "Champs invalides"
        "Corriger chaque champ listé dans « erreurs » ; tous y sont.",
    CleReutilisee = 422 "cle_idempotence_reutilisee" "Clé d'idempotence déjà utilisée pour une autre requête"
        "Utiliser une clé nouvelle pour chaque création.",
    CurseurAutreRequete = 422 "curseur_autre_requete" "Ce curseur vient d'une autre requête"
        "Reprendre avec les mêmes filtres que la page précédente, ou sans curseur.",
    HorsCouverture = 422 "hors_couverture" "Date de soins hors de la période couverte"
        "Aucune règle n'est supposée hors de la période indiquée.",
    ParametreInconnu = 422 "parametre_inconnu" "Valeur de la loi inconnue à cette date"
        "Les sources ne donnent pas la valeur nécessaire : la réponse n'est pas devinée.",
    SituationNonCouverte = 422 "situation_non_couverte" "Situation sans règle dans cette version"
        "Cette version n'a pas encore de règle pour le fait nommé : la réponse n'est pas devinée.",
    SignataireNonPartie = 422 "signataire_non_partie" "Le signataire n'est pas partie à la déclaration"
        "Faire signer une personne attendue : voir « signatures_manquantes ».",
    MoyenInadapte = 422 "moyen_inadapte" "Moyen de signature inadapté à la qualité du signataire"
        "Un médecin signe par CPS, e-CPS ou Pro Santé Connect ; un patient par carte Vitale ou FranceConnect.",
    PapierSansTemoin = 422 "papier_sans_temoin" "Signature sur papier sans témoin ni archive"
        "Indiquer « preuve.temoin » ou « preuve.reference_archive ».",
    PreuveRequise = 422 "preuve_requise" "Signature électronique sans preuve"
        "Transmettre dans « preuve.jws » ce que l'émetteur du moyen a signé ; au bac à sable : traitant preuve.",
    PreuveRefusee = 422 "preuve_refusee" "Preuve de signature non admise"
        "Lire « erreurs » : la raison y est. Une preuve vaut pour une signature, un contenu et un instant.",
    SignatureTardive = 422 "signature_tardive" "Signature électronique transmise trop tard"
        "Faire signer à nouveau, ou sur papier : la caisse de l'assuré saisit le papier.",
    SignatureFuture = 422 "signature_future" "Signature datée dans le futur"
        "Vérifier la date ou l'horloge du poste.",
    SignatureAvantNaissance = 422 "signature_avant_naissance" "Signature antérieure à la naissance du patient"
        "Vérifier la date de signature.",
    SignatureApresDeces = 422 "signature_apres_deces" "Signature postérieure au décès du patient" "Vérifier la date, ou le décès.",
    SignatureAvantRattachement = 422 "signature_avant_rattachement" "Signature antérieure au rattachement du patient à une caisse"
        "Vérifier la date de signature, ou faire enregistrer l'affiliation de ce jour.",
    PatientMineur = 422 "patient_mineur" "Le patient est trop jeune pour signer"
        "Avant 16 ans, un titulaire de l'autorité parentale signe pour l'enfant.",
    EnfantAvantOuverture = 422 "enfant_avant_ouverture" "Aucune déclaration n'était possible pour un enfant à cette date"
        "Vérifier la date de signature : une déclaration pour un enfant existe depuis le 28 janvier 2016.",
    RepresentantInconnu = 422 "representant_inconnu" "Aucun lien de cette qualité ce jour-là"
        "Faire enregistrer le lien par la caisse, avec la nature de sa preuve.",
    RepresentantAmbigu = 422 "representant_ambigu" "Plusieurs personnes peuvent signer en cette qualité"
        "Indiquer « representation_id » : celle qui a signé.",
    ConjointImpossible = 422 "conjoint_impossible" "Ces médecins ne peuvent pas être désignés conjointement"
        "Chaque condition qui manque est dans « erreurs », avec le médecin qu'elle concerne.",
    ConjointAvantOuverture = 422 "conjoint_avant_ouverture" "Aucune désignation conjointe n'était possible à cette date"
        "Vérifier la date de signature : la désignation conjointe existe depuis le 20 décembre 2005.",
    AvenantInadapte = 422 "avenant_inadapte" "L'avenant ne complète pas la désignation en vigueur"
        "Nommer tous les médecins en place le jour de la signature, et au moins un autre.",
    MedecinNonDesignable = 422 "medecin_non_designable" "Ce médecin ne peut pas être désigné à cette date"
        "Le médecin doit exercer à ce lieu le jour de la signature, autrement que comme remplaçant.",
    VersionAbsente = 428 "version_absente" "Version absente"
        "Ajouter l'en-tête If-Match avec l'ETag de la ressource lue.",
    TropDEssais = 429 "trop_d_essais" "Trop d'essais avec ce numéro"
        "Vérifier le numéro et la date de naissance ; recommencer après le délai de l'en-tête Retry-After.",
    ErreurInterne = 500 "erreur_interne" "Erreur interne"
        "Signaler l'identifiant de corrélation à l'exploitant.",
    ConflitDeRegles = 500 "conflit_de_regles" "Deux règles se contredisent"
        "Erreur de ce service, signalée à l'exploitant ; la feuille n'est pas touchée.",
    ServiceIndisponible = 503 "service_indisponible" "Service momentanément indisponible"
        "Recommencer après le délai de l'en-tête Retry-After, avec la même clé d'idempotence.",
    DelaiDepasse = 503 "delai_depasse" "Réponse trop longue à établir"
        "Recommencer avec la même clé d'idempotence : rien n'est fait deux fois.",
);

impl Code {
    /// The code of a written form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// Whether the same request may succeed a little later.
    pub(crate) const fn may_be_tried_again(self) -> bool {
        matches!(
            self,
            Self::ServiceIndisponible | Self::DelaiDepasse | Self::CleEnCours | Self::TropDEssais
        )
    }
}

/// Champ ou paramètre refusé.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ErreurChamp {
    /// Pointeur JSON (RFC 6901) du champ dans le corps.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/actes/0/date_execution", nullable = false)]
    pub(crate) pointeur: Option<String>,
    /// Nom du paramètre d'adresse ou de l'en-tête, quand l'erreur n'est pas dans le corps.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "en_vigueur_le", nullable = false)]
    pub(crate) parametre: Option<String>,
    /// Code stable.
    #[schema(value_type = CodeChamp)]
    pub(crate) code: &'static str,
    /// Ce qui est attendu, en français.
    #[schema(example = "attendu : une date qui existe dans le calendrier")]
    pub(crate) message: String,
}

/// Refus d'une requête (RFC 9457, `application/problem+json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Probleme {
    /// Adresse relative de la page qui documente ce code.
    #[serde(rename = "type")]
    #[schema(example = "/docs/problemes#champs_invalides")]
    kind: String,
    /// Titre, constant pour un code.
    title: &'static str,
    /// Statut HTTP.
    status: u16,
    /// Explication pour ce cas, en français.
    detail: String,
    /// Cette occurrence.
    #[schema(example = "urn:uuid:0192f0c4-7a0e-7c55-9d0f-3a1b2c4d5e6f")]
    instance: String,
    /// Code stable, à comparer par les programmes.
    #[schema(value_type = CodeProbleme)]
    code: &'static str,
    /// Identifiant à donner à l'exploitant ; le même que l'en-tête X-Request-Id.
    #[schema(value_type = String, format = Uuid)]
    identifiant_correlation: RequestId,
    /// Champs refusés, tous à la fois.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    erreurs: Vec<ErreurChamp>,
}

/// The most wrong fields listed at once; the sentence says how many there are.
const MAX_ERREURS: usize = 100;

/// A refusal about to be answered. What is private stays in the logs.
#[derive(Debug, Clone)]
pub(crate) struct Refus {
    pub(crate) code: Code,
    pub(crate) detail: String,
    pub(crate) erreurs: Vec<ErreurChamp>,
    /// The scope that the token should have carried.
    portee: Option<Portee>,
    /// After how many seconds to try again, where that makes sense.
    delai: i64,
}

impl Refus {
    /// A refusal with its sentence.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), erreurs: Vec::new(), portee: None, delai: 2 }
    }

    /// Fields of the body.
    pub(crate) fn champs(wrong: Vec<ChampInvalide>) -> Self {
        let detail = match wrong.len() {
            1 => "Un champ est invalide.".to_owned(),
            count @ 2..=MAX_ERREURS => format!("{count} champs sont invalides."),
            count => format!(
                "{count} champs sont invalides ; seuls les {MAX_ERREURS} premiers sont listés."
            ),
        };
        let erreurs = wrong
            .into_iter()
            .take(MAX_ERREURS)
            .map(|champ| ErreurChamp {
                pointeur: Some(champ.pointeur),
                parametre: None,
                code: champ.code,
                message: champ.message,
            })
            .collect();
        Self { erreurs, ..Self::new(Code::ChampsInvalides, detail) }
    }

    /// A parameter of the address, or a header.
    pub(crate) fn parametre(name: &str, code: &'static str, message: impl Into<String>) -> Self {
        let (parametre, message) = (Some(name.to_owned()), message.into());
        let erreur = ErreurChamp { pointeur: None, parametre, code, message };
        let detail = format!("Le paramètre « {name} » est invalide.");
        Self { erreurs: vec![erreur], ..Self::new(Code::ParametreInvalide, detail) }
    }

    /// The same refusal, of fields that came as parameters of the address.
    pub(crate) fn en_parametres(mut self) -> Self {
        if self.code != Code::ChampsInvalides {
            return self;
        }
        self.code = Code::ParametreInvalide;
        self.detail = self.detail.replace("champ", "paramètre");
        for erreur in &mut self.erreurs {
            erreur.parametre =
                erreur.pointeur.take().map(|pointer| pointer.trim_start_matches('/').to_owned());
            erreur.message = erreur.message.replace("champ", "paramètre");
        }
        self
    }

    /// The refusal of a token without the scope of an operation.
    pub(crate) fn portee(portee: Portee) -> Self {
        let detail = format!(
            "Le jeton ne porte pas la portée « {} » : en demander un qui la porte.",
            portee.mot()
        );
        Self { portee: Some(portee), ..Self::new(Code::PorteeInsuffisante, detail) }
    }

    /// The refusal of one try too many, for some seconds and what is begun of the next.
    pub(crate) fn trop_d_essais(secondes: i64) -> Self {
        let detail =
            "Ce numéro a été donné plusieurs fois sans désigner personne : il faut attendre.";
        Self { delai: secondes.saturating_add(1), ..Self::new(Code::TropDEssais, detail) }
    }

    /// What a client of OAuth reads of a refusal (RFC 6750, 3).
    fn challenge(&self) -> Option<HeaderValue> {
        let text = match (self.code, self.portee) {
            (Code::JetonAbsent, _) => "Bearer".to_owned(),
            (Code::JetonInvalide, _) => r#"Bearer error="invalid_token""#.to_owned(),
            (_, Some(portee)) => {
                format!(r#"Bearer error="insufficient_scope", scope="{}""#, portee.mot())
            }
            _ => return None,
        };
        HeaderValue::from_str(&text).ok()
    }

    /// The document of this refusal.
    pub(crate) fn probleme(&self, requete_id: RequestId) -> Probleme {
        Probleme {
            kind: format!("/docs/problemes#{}", self.code.as_str()),
            title: self.code.title(),
            status: self.code.status(),
            detail: self.detail.clone(),
            instance: format!("urn:uuid:{requete_id}"),
            code: self.code.as_str(),
            identifiant_correlation: requete_id,
            erreurs: self.erreurs.clone(),
        }
    }
}

impl IntoResponse for Refus {
    /// The refusal travels in the extensions; the outermost layer, which knows the request's id,
    /// writes the document.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the document of a refusal.
pub(crate) fn respond(refus: &Refus, requete_id: RequestId) -> Response {
    let status =
        StatusCode::from_u16(refus.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(&refus.probleme(requete_id)).unwrap_or_default();
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("application/problem+json");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(challenge) = refus.challenge() {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    if refus.code.may_be_tried_again() {
        headers.insert(header::RETRY_AFTER, refus.delai.into());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_unique_and_says_something_in_french() {
        let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!((400..=599).contains(&code.status()), "{code:?}");
            assert!(code.help().ends_with('.'), "{code:?}");
            assert_eq!(Code::parse(code.as_str()), Some(*code));
        }
        assert!(Code::ALL.is_sorted_by_key(|code| code.status()));
    }
}
