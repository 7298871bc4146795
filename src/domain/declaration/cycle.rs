//! The states of a declaration, and every way from one to another: a table, and nothing else.

use super::super::vocabulary::vocabulaire;

vocabulaire!(
    /// State of a declaration.
    Etat ("etat_declaration") {
        /// A signature is missing.
        EnAttente = 1 "en_attente",
        /// Signed by all: the choice counts.
        Active = 2 "active",
        /// Refused by a doctor.
        Refusee = 3 "refusee",
        /// Cancelled before its effect.
        Annulee = 4 "annulee",
        /// Not signed in time.
        Expiree = 5 "expiree",
        /// Wrongly entered: a rectification says what should have been entered, or that nothing
        /// should have been. It never counted.
        Rectifiee = 6 "rectifiee",
        /// Nothing is waited for any more: the patient's side has since expressed another choice, which counts, or the
        /// doctor has left, or the patient is dead.
        Caduque = 7 "caduque",
    }

    /// What somebody may do to a declaration.
    Action ("action_declaration") {
        Signer = 1 "signer",
        Refuser = 2 "refuser",
        Annuler = 3 "annuler",
        /// Let expire: the service itself, in time.
        Expirer = 4 "expirer",
        Rectifier = 5 "rectifier",
        /// Withdraw: a doctor who is a médecin traitant, or the patient who names nobody else.
        Retirer = 6 "retirer",
        /// Contest a choice that was made in the patient's name.
        Contester = 7 "contester",
        /// Decide what was contested, and uphold or reject it.
        Trancher = 8 "trancher",
        /// Overtake: the service itself, when a choice expressed later counts.
        Depasser = 9 "depasser",
        /// Take back a withdrawal or a departure that was recorded by mistake: the days that it ended come back.
        AnnulerRetrait = 10 "annuler_retrait",
        /// The service itself, when the doctor has left or the patient is dead.
        RendreCaduque = 11 "rendre_caduque",
        /// Wait again: the service itself, when that was taken back.
        Reprendre = 12 "reprendre",
    }

    /// What became of a choice that the patient says not to have made.
    Contestation ("contestation") {
        /// The caisse has not decided yet.
        Ouverte = 1 "ouverte",
        /// The caisse agreed: the declaration never counted.
        Retenue = 2 "retenue",
        /// The caisse did not: the declaration counts.
        Rejetee = 3 "rejetee",
    }
);

/// Every transition: from a state, by an action, to a state. What is not in this table is refused.
/// A signature that is not the last one leaves the declaration waiting; a withdrawal ends the line
/// of a doctor, and the declaration stays the act that opened it.
pub const TRANSITIONS: [(Etat, Action, Etat); 14] = [
    (Etat::EnAttente, Action::Signer, Etat::EnAttente),
    (Etat::EnAttente, Action::Signer, Etat::Active),
    (Etat::EnAttente, Action::Refuser, Etat::Refusee),
    (Etat::EnAttente, Action::Annuler, Etat::Annulee),
    (Etat::EnAttente, Action::Expirer, Etat::Expiree),
    (Etat::EnAttente, Action::Depasser, Etat::Caduque),
    (Etat::EnAttente, Action::RendreCaduque, Etat::Caduque),
    (Etat::Caduque, Action::Reprendre, Etat::EnAttente),
    (Etat::Active, Action::Rectifier, Etat::Rectifiee),
    (Etat::Active, Action::Retirer, Etat::Active),
    (Etat::Active, Action::AnnulerRetrait, Etat::Active),
    (Etat::Active, Action::Contester, Etat::Active),
    (Etat::Active, Action::Trancher, Etat::Active),
    (Etat::Active, Action::Trancher, Etat::Rectifiee),
];

impl Etat {
    /// Whether a state allows an action.
    pub fn permet(self, action: Action) -> bool {
        TRANSITIONS.iter().any(|(from, by, _)| *from == self && *by == action)
    }
}
