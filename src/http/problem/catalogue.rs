//! Every kind of refusal: its status, its title and what the caller can do.

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
    RequeteIllisible = 400 "requete_illisible" "Requête qui n'est pas du HTTP"
        "Retirer des en-têtes et de l'adresse les caractères de contrôle ; laisser une bibliothèque HTTP les écrire.",
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
    FormeIndisponible = 406 "forme_indisponible" "Forme que ce service n'écrit pas"
        "Demander par Accept une forme que l'opération écrit, ou rien ; de FHIR, application/fhir+json.",
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
        "Lire le patient, que « ressources » et l'en-tête Location donnent à sa caisse, au lieu de le créer ; ou le prendre en charge par une mutation.",
    PatientAmbigu = 409 "patient_ambigu" "Plusieurs patients sous la même carte"
        "Désigner le patient par son propre numéro ; sa caisse fusionne ces dossiers, que « ressources » donne, ou corrige l'un des numéros.",
    MedecinExistant = 409 "medecin_existant" "Médecin déjà enregistré"
        "Lire le médecin par son RPPS au lieu de le créer.",
    FacturationExistante = 409 "facturation_existante" "Numéro de facturation d'un autre médecin"
        "Vérifier le numéro : celui d'un professionnel n'est qu'à lui ; un remplaçant n'en a pas besoin.",
    FeuilleExistante = 409 "feuille_existante" "Feuille de soins déjà reçue"
        "Lire la feuille déjà reçue, que « ressources » et l'en-tête Location donnent, ou corriger le numéro de facture.",
    NonMedecinTraitant = 409 "non_medecin_traitant" "Ce médecin n'est pas médecin traitant du patient ce jour"
        "Relire la déclaration : sa désignation dit de quel jour à quel jour.",
    OperationExistante = 409 "operation_existante" "Opération déjà enregistrée"
        "Lire l'opération, que « ressources » et l'en-tête Location donnent.",
    AnnulationImpossible = 409 "annulation_impossible" "Cette opération ne peut pas être annulée"
        "Annuler d'abord les opérations plus récentes sur ce médecin, ou corriger ses faits.",
    PreuveDejaUtilisee = 409 "preuve_deja_utilisee" "Cette preuve a déjà servi"
        "Recueillir une nouvelle signature : chaque signature a sa preuve.",
    ConciliationOuverte = 409 "conciliation_ouverte" "Une conciliation est déjà ouverte pour ce patient"
        "Lire la conciliation ouverte, que « ressources » et l'en-tête Location donnent, et y ajouter les médecins contactés.",
    CleEnCours = 409 "cle_idempotence_en_cours" "Une requête de même clé est en cours"
        "Attendre puis renvoyer la même requête avec la même clé.",
    FusionImpossible = 409 "fusion_impossible" "Ces deux dossiers ne peuvent pas être fusionnés ou séparés"
        "Lire « detail » : l'obstacle y est nommé.",
    ConflitClos = 409 "conflit_clos" "Conflit déjà clos"
        "Relire le conflit : il a été résolu, ou la fusion qui l'avait fait naître a été annulée.",
    TraitementLimite = 409 "traitement_limite" "Le traitement des données de cette personne est limité"
        "Attendre que sa caisse lève la limitation ; ce que demande la personne, ses soins et leur remboursement continuent.",
    PatientFusionne = 410 "patient_fusionne" "Dossier fusionné avec un autre"
        "Lire le dossier conservé, que « ressources » et l'en-tête Location donnent.",
    CurseurPerime = 410 "curseur_perime" "Curseur d'avant une purge"
        "Relire l'état des personnes suivies, ou demander un export, puis reprendre le fil sans curseur.",
    VersionPerimee = 412 "version_perimee" "Version périmée"
        "Relire la ressource et recommencer avec son ETag.",
    CorpsTropGrand = 413 "corps_trop_grand" "Corps trop grand"
        "Envoyer un document plus petit.",
    TypeDeContenu = 415 "type_de_contenu" "Type de contenu non accepté"
        "Ajouter l'en-tête Content-Type: application/json.",
    EncodageInconnu = 415 "encodage_inconnu" "Encodage du corps non accepté"
        "Envoyer le corps tel quel, ou dans un seul des encodages de l'en-tête Accept-Encoding de la réponse.",
    ChampsInvalides = 422 "champs_invalides" "Champs invalides"
        "Corriger chaque champ listé dans « erreurs ».",
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
    DebitDepasse = 429 "debit_depasse" "Trop de requêtes"
        "Attendre le délai de l'en-tête Retry-After ; les en-têtes RateLimit annoncent ce qui reste.",
    EnTetesTropGrands = 431 "en_tetes_trop_grands" "Adresse ou en-têtes trop grands"
        "Envoyer une adresse plus courte, moins d'en-têtes ou de plus courts : ni témoins (cookies), ni jeton démesuré.",
    ErreurInterne = 500 "erreur_interne" "Erreur interne"
        "Signaler l'identifiant de corrélation à l'exploitant.",
    ConflitDeRegles = 500 "conflit_de_regles" "Deux règles se contredisent"
        "Erreur de ce service, signalée à l'exploitant ; la feuille n'est pas touchée.",
    ServiceIndisponible = 503 "service_indisponible" "Service momentanément indisponible"
        "Recommencer après le délai de l'en-tête Retry-After, avec la même clé d'idempotence.",
    Surcharge = 503 "surcharge" "Trop de demandes à la fois"
        "Recommencer après le délai de l'en-tête Retry-After, avec la même clé d'idempotence : rien n'a été fait.",
    DelaiDepasse = 503 "delai_depasse" "Réponse trop longue à établir"
        "Recommencer avec la même clé d'idempotence : rien n'est fait deux fois.",
);

impl Code {
    /// The code of a written form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// Where the one resource is that a refusal speaks of.
    pub(crate) fn collection(self) -> Option<&'static str> {
        let known = [
            (Self::PatientExistant, "patients"),
            (Self::PatientFusionne, "patients"),
            (Self::FeuilleExistante, "feuilles-de-soins"),
            (Self::OperationExistante, "operations"),
            (Self::ConciliationOuverte, "conciliations"),
        ];
        known.iter().find(|(code, _)| *code == self).map(|(_, collection)| *collection)
    }

    /// Whether the same request may succeed a little later.
    pub(crate) const fn may_be_tried_again(self) -> bool {
        matches!(
            self,
            Self::ServiceIndisponible
                | Self::Surcharge
                | Self::DelaiDepasse
                | Self::CleEnCours
                | Self::TropDEssais
                | Self::DebitDepasse
        )
    }
}
