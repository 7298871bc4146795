//! How somebody chooses a médecin traitant: alone, with a parent, by a parent, or without any need to.

use chrono::NaiveDate;
use serde_json::Value;

use super::echappe;
use super::ecriture::texte;
use crate::domain::calendar::{age_revolu, en_toutes_lettres, veille};
use crate::domain::identifiers::{DateNaissanceAmo, Organisme};
use crate::domain::vie::sommeil::{MotifSommeil, StatutPatient, motif_de};
use crate::domain::vocabulary::Vocabulaire;

/// The ages of the law: from which one chooses, and from which nobody else has to agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ages {
    pub(super) choix: i64,
    pub(super) sans_accord: i64,
}

/// What decides how somebody chooses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Assure {
    age: Option<u8>,
    sommeil: Option<MotifSommeil>,
}

impl Assure {
    /// What a record says on a day.
    pub(super) fn lit(dossier: &Value, jour: NaiveDate) -> Self {
        let birth = du_jour(dossier, "identites", jour)
            .and_then(|one| DateNaissanceAmo::parse(one.get("date_naissance")?.as_str()?).ok());
        let statut = du_jour(dossier, "statuts", jour)
            .and_then(|one| StatutPatient::du_mot(one.get("statut")?.as_str()?));
        let organisme = du_jour(dossier, "affiliations", jour).and_then(|one| {
            let part = |name: &str| one.get("organisme")?.get(name)?.as_str();
            let code = format!("{}{}{}", part("regime")?, part("caisse")?, part("centre")?);
            Organisme::parse(&code).ok()
        });
        Self {
            age: birth.map(|birth| age_revolu(birth.pour_calcul_age(), jour)),
            sommeil: motif_de(statut, organisme.as_ref(), jour),
        }
    }

    fn moins_de(self, age: i64) -> bool {
        self.age.is_some_and(|own| i64::from(own) < age)
    }

    /// What somebody without médecin traitant can do.
    pub(super) fn choisir(self, ages: Ages) -> String {
        let useless =
            "pour le remboursement, vous n'avez pas besoin de choisir un médecin traitant";
        match self.sommeil {
            Some(MotifSommeil::Ame) => {
                return format!("Vous avez l'aide médicale de l'État : {useless}.");
            }
            Some(MotifSommeil::CaisseExclue) => {
                return format!(
                    "Dans votre caisse, la règle du médecin traitant ne s'applique pas : {useless}."
                );
            }
            Some(MotifSommeil::Passage) => {
                return format!("Vous êtes de passage en France : {useless}.");
            }
            Some(MotifSommeil::SansDroits | MotifSommeil::HorsDeFrance) => {
                return "D'après votre caisse, vos droits à l'Assurance maladie ne sont pas ouverts en France : \
                        vérifiez-le d'abord avec elle."
                    .to_owned();
            }
            None => {}
        }
        let age = ages.choix;
        if self.moins_de(age) {
            format!(
                "Avant {age}\u{a0}ans, c'est un de vos parents, titulaire de l'autorité parentale, qui choisit pour vous : \
                 le médecin et ce parent signent ensemble une déclaration, sans frais."
            )
        } else if self.moins_de(ages.sans_accord) {
            "Vous choisissez vous-même, avec l'accord d'un de vos parents, titulaire de l'autorité parentale : le médecin \
             de votre choix, ce parent et vous signez ensemble une déclaration, sans frais."
                .to_owned()
        } else {
            "Le médecin de votre choix et vous signez ensemble une déclaration, sans frais."
                .to_owned()
        }
    }

    /// How somebody changes the médecin traitant that they have.
    pub(super) fn changer(self, ages: Ages) -> &'static str {
        if self.moins_de(ages.choix) {
            "Un de vos parents, titulaire de l'autorité parentale, peut en changer quand il veut, sans donner de raison : un \
             nouveau choix remplace l'ancien."
        } else if self.moins_de(ages.sans_accord) {
            "Vous en changez quand vous voulez, avec l'accord d'un de vos parents, sans donner de raison : un nouveau choix \
             remplace l'ancien."
        } else {
            "Vous en changez quand vous voulez, sans donner de raison : un nouveau choix remplace l'ancien."
        }
    }

    /// Until when somebody whose doctor left bears nothing for it, by the list of these periods.
    pub(super) fn protege(self, periodes: &Value, jour: NaiveDate, ages: Ages) -> Option<String> {
        if self.sommeil.is_some() || self.moins_de(ages.choix) {
            return None;
        }
        let one = du_jour_dans(periodes.get("donnees")?, jour)?;
        let end: NaiveDate = one.get("effet_au")?.as_str()?.parse().ok()?;
        Some(format!(
            "Depuis le départ de votre médecin, ne pas avoir de médecin traitant ne vous coûte rien de plus, jusqu'au {} \
             inclus. Choisissez-en un avant le {}, pour que rien ne change.",
            en_toutes_lettres(veille(end)?),
            en_toutes_lettres(end)
        ))
    }
}

/// How the person chooses, and until when nothing is borne for a doctor who left.
pub(super) struct Choix {
    pub(super) assure: Assure,
    pub(super) ages: Ages,
    pub(super) protege: Option<String>,
}

/// Who it is today, and what can be done.
pub(super) fn aujourd_hui(document: &Value, nom: &dyn Fn(&str) -> String, choix: &Choix) -> String {
    let sleeps = document.get("en_sommeil").and_then(Value::as_bool) == Some(true);
    let doctors = document.pointer("/designation/medecins").and_then(Value::as_array);
    let doctors = doctors.into_iter().flatten().filter_map(|one| one.get("rpps")?.as_str());
    let doctors: Vec<String> = doctors.map(|rpps| echappe(&nom(rpps))).collect();
    let who = if doctors.is_empty() {
        let protege = choix.protege.as_deref();
        let protege =
            protege.map_or_else(String::new, |said| format!("<p>{}</p>\n", echappe(said)));
        format!(
            "<p>Vous n'avez pas de médecin traitant.</p>\n{protege}<p>{}</p>\n",
            echappe(&choix.assure.choisir(choix.ages))
        )
    } else {
        let since = document.pointer("/designation/effet_du").and_then(Value::as_str);
        format!(
            "<p class=\"grand\">{}</p>\n<p>Depuis le {}. {}</p>\n",
            doctors.join(" et "),
            texte(since.unwrap_or_default()),
            echappe(choix.assure.changer(choix.ages))
        )
    };
    let sleeps = if sleeps {
        "<p>En ce moment, la règle du médecin traitant ne vous concerne pas\u{a0}: votre choix est gardé, et il comptera de \
         nouveau dès qu'elle vous concernera.</p>\n"
    } else {
        ""
    };
    format!("{who}{sleeps}")
}

/// The fact of a list that is in force on a day.
fn du_jour<'a>(dossier: &'a Value, name: &str, jour: NaiveDate) -> Option<&'a Value> {
    du_jour_dans(dossier.get(name)?, jour)
}

fn du_jour_dans(faits: &Value, jour: NaiveDate) -> Option<&Value> {
    let day =
        |one: &Value, name: &str| -> Option<NaiveDate> { one.get(name)?.as_str()?.parse().ok() };
    faits.as_array()?.iter().find(|one| {
        day(one, "effet_du").is_some_and(|du| du <= jour)
            && day(one, "effet_au").is_none_or(|au| jour < au)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AGES: Ages = Ages { choix: 16, sans_accord: 18 };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn record(statut: &str) -> Value {
        json!({
            "identites": [{ "date_naissance": "2010-06-20", "effet_du": "2010-06-20", "effet_au": null }],
            "affiliations": [{ "organisme": { "regime": "01", "caisse": "011", "centre": "0000" },
                               "effet_du": "2010-06-20", "effet_au": null }],
            "statuts": [{ "statut": statut, "effet_du": "2010-06-20", "effet_au": "2030-01-01" }],
        })
    }

    #[test]
    fn who_chooses_changes_on_the_birthdays_of_the_law() {
        let record = record("ordinaire");
        for (jour, chosen, changed) in [
            ("2026-06-19", "Avant 16\u{a0}ans, c'est un de vos parents", "Un de vos parents"),
            (
                "2026-06-20",
                "Vous choisissez vous-même, avec l'accord",
                "avec l'accord d'un de vos parents",
            ),
            (
                "2028-06-19",
                "Vous choisissez vous-même, avec l'accord",
                "avec l'accord d'un de vos parents",
            ),
            (
                "2028-06-20",
                "Le médecin de votre choix et vous signez",
                "Vous en changez quand vous voulez, sans",
            ),
        ] {
            let assure = Assure::lit(&record, day(jour));
            let (said, then) = (assure.choisir(AGES), assure.changer(AGES));
            assert!(said.starts_with(chosen), "{jour}: {said}");
            assert!(then.contains(changed), "{jour}: {then}");
        }
    }

    #[test]
    fn nobody_is_invited_to_choose_whom_the_rule_does_not_concern() {
        let eve = day("2029-12-31");
        for (statut, why) in [("ame", "l'aide médicale"), ("passage", "de passage")] {
            let said = Assure::lit(&record(statut), eve).choisir(AGES);
            assert!(said.contains(why) && said.contains("vous n'avez pas besoin"), "{said}");
            // Its last day is over.
            let after = Assure::lit(&record(statut), day("2030-01-01")).choisir(AGES);
            assert!(after.starts_with("Le médecin de votre choix"), "{after}");
        }
        let abroad = Assure::lit(&record("sans_droits"), eve).choisir(AGES);
        assert!(abroad.contains("vos droits") && !abroad.contains("signez"), "{abroad}");
    }

    #[test]
    fn a_protection_is_told_with_its_last_day_and_not_after() {
        let periods =
            json!({ "donnees": [{ "effet_du": "2028-10-02", "effet_au": "2029-10-02" }] });
        let said = |jour: &str| {
            let said =
                Assure::lit(&record("ordinaire"), day(jour)).protege(&periods, day(jour), AGES);
            said.map(|said| said.replace('\u{a0}', " "))
        };
        assert_eq!(said("2028-10-01"), None);
        let first = said("2028-10-02").unwrap();
        assert!(first.contains("jusqu'au 1er octobre 2029 inclus"), "{first}");
        assert!(first.contains("avant le 2 octobre 2029"), "{first}");
        assert_eq!(said("2029-10-01"), Some(first));
        assert_eq!(said("2029-10-02"), None);
    }
}
