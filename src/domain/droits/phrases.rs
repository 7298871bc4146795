//! Why something is refused to a role, or to whoever may read and not this, in the words that are answered.

/// What a child is told who would speak for themselves.
pub const ENFANT: &str =
    "avant seize ans, qui exerce l'autorité parentale ou représente l'enfant agit pour lui";
pub(super) const DOSSIER: &str = "seule la caisse dont le patient dépend tient son dossier";
pub(super) const CHANGEMENT: &str =
    "seule une des deux caisses du dernier changement l'annule, dans les vingt-sept mois";
pub(super) const RECTIFICATION: &str =
    "seul le patient, ou qui agit pour lui, demande une rectification";
pub(super) const RECTIFICATIONS: &str =
    "une demande de rectification est entre le patient, ou qui agit pour lui, et sa caisse";
pub(super) const REPRESENTANTS: &str = "seule une caisse tient les représentants d'un patient";
pub(super) const REPRESENTANTS_ACTUELLE: &str =
    "seule la caisse dont le patient dépend tient ses représentants";
pub(super) const ADRESSAGE_ETABLI: &str =
    "seul le médecin traitant de ce jour établit un adressage";
pub(super) const CONCILIATION: &str = "une conciliation est entre le patient et sa caisse";
pub(super) const CONCILIATION_ACTUELLE: &str = "seule la caisse actuelle du patient agit pour lui";
pub(super) const CONTESTATION: &str = "seul le patient, ou qui agit pour lui, conteste un choix";
pub(super) const CREANCES: &str = "les créances se lisent par le patient et par sa caisse";
pub(super) const RECOUVREMENT: &str = "seule la caisse du patient recouvre une créance";
pub(super) const RECOUVREMENT_ACTUELLE: &str =
    "seule la caisse actuelle du patient recouvre une créance";
pub(super) const OPERATIONS: &str =
    "seuls une caisse et le référentiel enregistrent ce qui arrive à un médecin";
pub(super) const TERRITOIRE: &str = "une caisse agit sur l'exercice d'un médecin dans son département, et pour ses propres patients";
pub(super) const SIENS: &str = "pour une caisse, la fin d'un exercice pour ses seuls assurés ; le reste, quand tous les lieux sont de son département";
pub(super) const SIENNES: &str = "pour une caisse, ce qu'elle a enregistré, ou un acte national qui touche ses assurés, et pour eux seuls";
pub(super) const REEVALUATIONS: &str = "seule une caisse fait réévaluer des feuilles";
pub(super) const ABONNEMENT: &str =
    "un abonnement est à une caisse, au logiciel d'un médecin ou au référentiel";
pub(super) const COURRIERS: &str = "seule une caisse écrit à ses assurés";
