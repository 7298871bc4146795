//! Something to try: who does it, what is asked first, the requests that it is made of, how the answer is shown.

use super::super::champs::Question;
use super::super::tableaux::Colonnes;

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The person.
    Patient,
    /// Somebody who may choose for the person.
    Representant,
    Medecin,
    Caisse,
    /// An agent of the national register of doctors.
    Referentiel,
    Statistiques,
}

/// One step of a gesture. Texts in braces are what is known there: the person, the doctor, the answers of the form, what was kept of
/// an earlier answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Etape {
    /// A `GET`.
    Lire(&'static str),
    /// A `POST` that creates nothing, with its body.
    Demander(&'static str, &'static str),
    /// A `POST` under a new idempotency key.
    Creer(&'static str, &'static str),
    /// The same, on the version that was read; no body when it is empty.
    Agir(&'static str, &'static str),
    /// Of the list that was answered, the first item on which this may be done; the first one when there is none.
    Choisir(&'static str),
    /// Of the list that was answered, the last item.
    Dernier,
    /// Something of the last answer, by its pointer, to be known by a name.
    Garder(&'static str, &'static str),
    /// The card or the account of somebody signs `{contenu}`: quality, means, the name of the signature.
    Signer(&'static str, &'static str, &'static str),
    /// The body of the form as it was written, by this method, to this address.
    Envoyer(&'static str, &'static str),
}

/// How an answer is shown beside its JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vue {
    /// As JSON alone.
    Json,
    /// A history: what was in force, as it was known.
    Frise,
    /// An evaluation, in the words of the patient.
    Explication,
    /// An evaluation, rule by rule.
    Instruction,
    /// A list, with these columns: their names and where they are.
    Liste(&'static Colonnes),
}

/// Something to try.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geste {
    pub(super) cle: &'static str,
    pub(super) titre: &'static str,
    pub(super) aide: &'static str,
    /// Who may; everybody when it is empty.
    pub(super) qui: &'static [Role],
    pub(super) champs: &'static [Question],
    pub(super) etapes: &'static [Etape],
    pub(super) vue: Vue,
}

pub(super) const fn geste(
    cle: &'static str,
    titre: &'static str,
    qui: &'static [Role],
    etapes: &'static [Etape],
) -> Geste {
    Geste { cle, titre, aide: "", qui, champs: &[], etapes, vue: Vue::Json }
}

impl Geste {
    pub(super) const fn demande(self, champs: &'static [Question]) -> Self {
        Self { champs, ..self }
    }

    pub(super) const fn montre(self, vue: Vue) -> Self {
        Self { vue, ..self }
    }

    pub(super) const fn aide(self, aide: &'static str) -> Self {
        Self { aide, ..self }
    }

    /// Whether this role has it.
    pub(super) fn pour(&self, role: Role) -> bool {
        self.qui.is_empty() || self.qui.contains(&role)
    }
}
