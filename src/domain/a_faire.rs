//! What waits for somebody: the headings of an inbox.

use super::acteur::Role;
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// Why something is in the inbox of whoever calls.
    Rubrique ("rubrique") {
        /// A declaration names the doctor, who has not signed it.
        SignatureAttendue = 1 "signature_attendue",
        /// A referral sends to the doctor, who has not reported back.
        RetourAttendu = 2 "retour_attendu",
        /// A person became a patient of the doctor lately.
        PatientArrive = 3 "patient_arrive",
        /// A person is no longer one since lately.
        PatientParti = 4 "patient_parti",
        /// A declaration waits for the signature of the person, or of who acts for them.
        SignatureDemandee = 5 "signature_demandee",
        /// A choice was recorded lately in the name of the person, by somebody else.
        ChoixEnSonNom = 6 "choix_en_son_nom",
        /// Something else about the person was recorded lately by somebody else.
        Enregistre = 7 "enregistre",
        /// A declaration of an insured person waits for a signature.
        DeclarationEnAttente = 8 "declaration_en_attente",
        /// A choice is contested.
        ContestationOuverte = 9 "contestation_ouverte",
        /// Two merged records named different doctors.
        ConflitOuvert = 10 "conflit_ouvert",
        /// A person looks for a doctor.
        ConciliationOuverte = 11 "conciliation_ouverte",
        /// An operation on a doctor has not reached all his patients.
        OperationEnCours = 12 "operation_en_cours",
        /// A national act waits for a second agent.
        OperationAConfirmer = 13 "operation_a_confirmer",
        /// A person came from another caisse lately, or left for one, and this caisse did not record it.
        Mutation = 14 "mutation",
        /// A number of the person was written for somebody else too: perhaps two records of one person.
        DoublonPossible = 15 "doublon_possible",
        /// Something recorded lately may change decisions already made about feuilles.
        FeuillesARevoir = 16 "feuilles_a_revoir",
        /// A choice of the person came to nothing lately: refused, out of time, or its doctor has left.
        ChoixSansSuite = 17 "choix_sans_suite",
        /// The processing of the data of an insured person is limited.
        LimitationEnCours = 18 "limitation_en_cours",
        /// An insured person asks that something be put right.
        RectificationDemandee = 19 "rectification_demandee",
        /// Something comes that nobody recorded about the person: the médecin traitant does not practise, or moves; a protection
        /// ends; a birthday.
        ASavoir = 20 "a_savoir",
        /// Who signed a choice for an insured person turned out not to represent them.
        ChoixAVerifier = 21 "choix_a_verifier",
    }
);

impl Rubrique {
    /// Whose inbox it is of.
    pub const fn est_pour(self, role: Role) -> bool {
        match self {
            Self::SignatureAttendue
            | Self::RetourAttendu
            | Self::PatientArrive
            | Self::PatientParti => matches!(role, Role::Medecin),
            Self::SignatureDemandee
            | Self::ChoixEnSonNom
            | Self::ChoixSansSuite
            | Self::Enregistre
            | Self::ASavoir => matches!(role, Role::Patient),
            Self::DeclarationEnAttente
            | Self::ContestationOuverte
            | Self::ChoixAVerifier
            | Self::ConflitOuvert
            | Self::ConciliationOuverte
            | Self::OperationEnCours
            | Self::Mutation
            | Self::DoublonPossible
            | Self::FeuillesARevoir
            | Self::LimitationEnCours
            | Self::RectificationDemandee => matches!(role, Role::Caisse),
            Self::OperationAConfirmer => matches!(role, Role::Caisse | Role::Referentiel),
        }
    }
}
