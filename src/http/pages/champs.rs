//! The questions of the simulator: what each is called, what may be answered, what was.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::echappe;

/// How a question is answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Saisie {
    /// One word of a list, each with what the reader sees.
    Choix(&'static [(&'static str, &'static str)]),
    /// A civil day.
    Jour,
    /// A short text, with the keyboard that suits.
    Texte(&'static str),
    /// A text of several lines.
    Long,
}

/// A question.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) nom: &'static str,
    libelle: &'static str,
    aide: &'static str,
    pub(super) saisie: Saisie,
}

pub(super) const fn question(
    nom: &'static str,
    libelle: &'static str,
    aide: &'static str,
    saisie: Saisie,
) -> Question {
    Question { nom, libelle, aide, saisie }
}

/// Asked of whoever may see this doctor without a letter, for some care only.
pub(super) const POUR: Question = question(
    "pour",
    "Est-ce pour des soins de ce genre ?",
    "Ceux que ce médecin donne sans lettre, et que la réponse nomme.",
    Saisie::Choix(&[("", "Je ne sais pas"), ("direct", "Oui"), ("autre", "Non")]),
);

/// The questions, by subject.
pub(super) const QUESTIONS: [(&str, &[Question]); 3] = [
    (
        "Les soins",
        &[
            question("date", "Quel jour ?", "Depuis le 1er janvier 2006.", Saisie::Jour),
            question(
                "soin",
                "Qu'est-ce qui a été fait ?",
                "",
                Saisie::Choix(&[
                    ("consultation", "Une consultation"),
                    ("avis", "Un avis ponctuel, demandé par un autre médecin"),
                    ("teleconsultation", "Une téléconsultation"),
                    ("visite", "Une visite à domicile"),
                ]),
            ),
            question(
                "lieu",
                "Où ?",
                "",
                Saisie::Choix(&[
                    ("cabinet", "Au cabinet"),
                    ("centre_de_sante", "Dans un centre de santé"),
                    ("etablissement", "À l'hôpital ou en clinique, sans y être hospitalisé"),
                ]),
            ),
            question(
                "prix",
                "À quel prix ?",
                "En euros, par exemple 30 ou 52,50.",
                Saisie::Texte("decimal"),
            ),
        ],
    ),
    (
        "Le médecin",
        &[
            question(
                "qui",
                "Quel médecin ?",
                "",
                Saisie::Choix(&[
                    ("01", "Généraliste"),
                    ("03", "Cardiologue"),
                    ("05", "Dermatologue"),
                    ("07", "Gynécologue"),
                    ("11", "Oto-rhino-laryngologiste (ORL)"),
                    ("12", "Pédiatre"),
                    ("15", "Ophtalmologiste"),
                    ("14", "Rhumatologue"),
                    ("33", "Psychiatre"),
                    ("42", "Endocrinologue"),
                ]),
            ),
            question(
                "secteur",
                "Son secteur ?",
                "Il est affiché au cabinet, et sur annuairesante.ameli.fr.",
                Saisie::Choix(&[
                    ("1", "Secteur 1"),
                    ("optam", "Secteur 2 avec OPTAM"),
                    ("2", "Secteur 2 sans OPTAM"),
                    ("3", "Non conventionné (secteur 3)"),
                ]),
            ),
            question(
                "mt",
                "Votre médecin traitant ?",
                "Celui qui est déclaré à votre caisse.",
                Saisie::Choix(&[
                    ("lui", "C'est ce médecin"),
                    ("adresse", "Un autre, qui m'a adressé à ce médecin"),
                    ("sans", "Un autre, qui ne m'a pas adressé"),
                    ("aucun", "Je n'en ai pas déclaré"),
                    ("parti", "Il est parti ou a pris sa retraite il y a moins d'un an"),
                ]),
            ),
        ],
    ),
    (
        "Vous",
        &[
            question(
                "age",
                "Votre âge le jour des soins ?",
                "En années.",
                Saisie::Texte("numeric"),
            ),
            question(
                "ald",
                "Une affection de longue durée (ALD) ?",
                "",
                Saisie::Choix(&[
                    ("non", "Non, ou ces soins n'ont pas de rapport"),
                    ("oui", "Oui, en rapport avec ces soins"),
                ]),
            ),
            question(
                "complementaire",
                "Votre complémentaire ?",
                "",
                Saisie::Choix(&[
                    ("amc", "Une mutuelle ou une assurance, contrat responsable"),
                    ("aucune", "Aucune"),
                    ("c2s_sans_participation", "Complémentaire santé solidaire, gratuite"),
                    (
                        "c2s_avec_participation",
                        "Complémentaire santé solidaire, avec participation",
                    ),
                    ("ame", "Aide médicale de l'État"),
                ]),
            ),
            question(
                "base",
                "Le tarif de base, s'il est demandé",
                "À laisser vide : il est cherché. Après les soins, il est écrit sur votre relevé (« base du remboursement »).",
                Saisie::Texte("decimal"),
            ),
        ],
    ),
];

/// What was answered, by question.
pub(super) type Reponses = BTreeMap<&'static str, String>;
/// What is wrong, by question.
pub(super) type Fautes = BTreeMap<&'static str, String>;

/// Every question.
pub(super) fn questions() -> impl Iterator<Item = &'static Question> {
    QUESTIONS.iter().flat_map(|(_, questions)| questions.iter())
}

/// The answers of a query; other names are nothing to us, and a field left empty was not answered.
pub(super) fn reponses(query: &str) -> Reponses {
    let mut found = Reponses::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let known = questions().chain([&POUR]).find(|question| question.nom == name);
        if let Some(question) = known.filter(|_| !value.trim().is_empty()) {
            found.insert(question.nom, value.trim().chars().take(40).collect());
        }
    }
    found
}

impl Question {
    /// The question with its answer, and what is wrong with it beside; its place in the page begins with `avant`.
    pub(super) fn html(&self, avant: &str, answer: Option<&str>, wrong: Option<&str>) -> String {
        let id = format!("{avant}{}", self.nom);
        let mut html = format!("<label for=\"{id}\">{}", self.libelle);
        let mut described = Vec::new();
        if self.aide.is_empty() {
            html.push_str("</label>\n");
        } else {
            html = format!(
                "{html}</label>\n<span class=\"aide\" id=\"{id}-aide\">{}</span>\n",
                self.aide
            );
            described.push(format!("{id}-aide"));
        }
        if let Some(wrong) = wrong {
            html = format!("{html}<p class=\"erreur\" id=\"{id}-erreur\">{}</p>\n", echappe(wrong));
            described.push(format!("{id}-erreur"));
        }
        let mut attributes = format!("id=\"{id}\" name=\"{}\"", self.nom);
        if wrong.is_some() {
            attributes.push_str(" aria-invalid=\"true\"");
        }
        if !described.is_empty() {
            attributes = format!("{attributes} aria-describedby=\"{}\"", described.join(" "));
        }
        let value = echappe(answer.unwrap_or_default());
        match self.saisie {
            Saisie::Choix(all) => {
                let options: String = all.iter().fold(String::new(), |mut html, (word, seen)| {
                    let chosen = if answer == Some(*word) { " selected" } else { "" };
                    let done = writeln!(html, "<option value=\"{word}\"{chosen}>{seen}</option>");
                    debug_assert!(done.is_ok(), "a text is written");
                    html
                });
                html + &format!("<select {attributes}>\n{options}</select>\n")
            }
            Saisie::Jour => {
                html + &format!(
                    "<input {attributes} type=\"date\" min=\"2006-01-01\" value=\"{value}\">\n"
                )
            }
            Saisie::Texte(keyboard) => {
                html + &format!(
                    "<input {attributes} type=\"text\" inputmode=\"{keyboard}\" autocomplete=\"off\" size=\"12\" value=\"{value}\">\n"
                )
            }
            Saisie::Long => {
                html + &format!(
                    "<textarea {attributes} rows=\"16\" spellcheck=\"false\" autocomplete=\"off\">{value}</textarea>\n"
                )
            }
        }
    }
}

/// The whole form; `pour` adds the question of direct access to those of the doctor.
pub(super) fn formulaire(answers: &Reponses, wrong: &Fautes, pour: bool) -> String {
    let mut html = "<form method=\"get\" action=\"/simulateur\">\n".to_owned();
    for (subject, questions) in QUESTIONS {
        html = format!("{html}<fieldset><legend>{subject}</legend>\n");
        let has_doctor = questions.iter().any(|question| question.nom == "qui");
        let more = (pour && has_doctor).then_some(&POUR);
        for question in questions.iter().chain(more) {
            let answer = answers.get(question.nom).map(String::as_str);
            html.push_str(&question.html("", answer, wrong.get(question.nom).map(String::as_str)));
        }
        html.push_str("</fieldset>\n");
    }
    html + "<button>Calculer</button>\n</form>\n"
}
