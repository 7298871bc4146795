//! Days, amounts and names of members, as French people read them.

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::domain::fuseau::Fuseau;

/// Words of the names of columns and members, as they are written in French.
const MOTS: [(&str, &str); 120] = [
    ("a", "à"),
    ("abandonne", "abandonné"),
    ("abandonnee", "abandonnée"),
    ("absorbe", "absorbé"),
    ("absorbee", "absorbée"),
    ("acces", "accès"),
    ("activite", "activité"),
    ("ald", "ALD"),
    ("annee", "année"),
    ("annule", "annulé"),
    ("annulee", "annulée"),
    ("anterieur", "antérieur"),
    ("appliquee", "appliquée"),
    ("apres", "après"),
    ("autorise", "autorisé"),
    ("autorite", "autorité"),
    ("beneficiaire", "bénéficiaire"),
    ("cle", "clé"),
    ("cloture", "clôture"),
    ("complementaire", "complémentaire"),
    ("confirmee", "confirmée"),
    ("conserve", "conservé"),
    ("conservee", "conservée"),
    ("conteste", "contesté"),
    ("correlation", "corrélation"),
    ("creance", "créance"),
    ("creances", "créances"),
    ("cree", "créé"),
    ("debut", "début"),
    ("deces", "décès"),
    ("decidee", "décidée"),
    ("declaration", "déclaration"),
    ("declare", "déclaré"),
    ("declaree", "déclarée"),
    ("demandee", "demandée"),
    ("depassement", "dépassement"),
    ("derniere", "dernière"),
    ("designation", "désignation"),
    ("determine", "déterminé"),
    ("determinee", "déterminée"),
    ("donnees", "données"),
    ("duree", "durée"),
    ("ecart", "écart"),
    ("ecartee", "écartée"),
    ("echeance", "échéance"),
    ("ecrit", "écrit"),
    ("emetteur", "émetteur"),
    ("enregistre", "enregistré"),
    ("enregistree", "enregistrée"),
    ("etabli", "établi"),
    ("etablissement", "établissement"),
    ("etat", "état"),
    ("evaluation", "évaluation"),
    ("evaluations", "évaluations"),
    ("evenement", "événement"),
    ("executant", "exécutant"),
    ("execute", "exécuté"),
    ("executee", "exécutée"),
    ("execution", "exécution"),
    ("exoneration", "exonération"),
    ("fusionne", "fusionné"),
    ("identifie", "identifié"),
    ("identite", "identité"),
    ("justifie", "justifié"),
    ("localite", "localité"),
    ("majorite", "majorité"),
    ("medecin", "médecin"),
    ("medecins", "médecins"),
    ("mere", "mère"),
    ("milliemes", "millièmes"),
    ("moderateur", "modérateur"),
    ("neutralise", "neutralisé"),
    ("numero", "numéro"),
    ("numeros", "numéros"),
    ("operation", "opération"),
    ("particuliere", "particulière"),
    ("paye", "payé"),
    ("pere", "père"),
    ("periode", "période"),
    ("periodicite", "périodicité"),
    ("prenom", "prénom"),
    ("prevu", "prévu"),
    ("prevue", "prévue"),
    ("prevus", "prévus"),
    ("proprietaire", "propriétaire"),
    ("qualite", "qualité"),
    ("quantite", "quantité"),
    ("quitte", "quitté"),
    ("reception", "réception"),
    ("rectifie", "rectifié"),
    ("recu", "reçu"),
    ("recue", "reçue"),
    ("reevaluation", "réévaluation"),
    ("reference", "référence"),
    ("references", "références"),
    ("refusee", "refusée"),
    ("regime", "régime"),
    ("regle", "règle"),
    ("reglement", "règlement"),
    ("regles", "règles"),
    ("rembourse", "remboursé"),
    ("remplace", "remplacé"),
    ("repondu", "répondu"),
    ("reponse", "réponse"),
    ("representant", "représentant"),
    ("representation", "représentation"),
    ("resultat", "résultat"),
    ("resultats", "résultats"),
    ("role", "rôle"),
    ("scelle", "scellé"),
    ("securisation", "sécurisation"),
    ("sequence", "séquence"),
    ("signe", "signé"),
    ("signee", "signée"),
    ("specialite", "spécialité"),
    ("surclassee", "surclassée"),
    ("tache", "tâche"),
    ("temoin", "témoin"),
    ("terminee", "terminée"),
    ("verifie", "vérifié"),
];

/// The name of a column or of a member, in French.
pub(crate) fn libelle(nom: &str) -> String {
    let nom = nom.strip_suffix("_centimes").unwrap_or(nom);
    let mot = |mot: &str| {
        MOTS.iter().find(|(plain, _)| *plain == mot).map_or(mot, |(_, french)| *french).to_owned()
    };
    nom.split('_').map(mot).collect::<Vec<_>>().join(" ")
}

/// An amount of cents.
pub(crate) fn euros(cents: i64) -> String {
    let (whole, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    format!("{}{whole},{rest:02} €", if cents < 0 { "−" } else { "" })
}

/// A text; a day, an instant or a period of days as French people write them.
pub(crate) fn texte(text: &str) -> String {
    periode(text)
        .or_else(|| jour(text))
        .or_else(|| instant(text))
        .unwrap_or_else(|| text.to_owned())
}

fn lu(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10)
}

fn jour(text: &str) -> Option<String> {
    Some(lu(text)?.format("%d/%m/%Y").to_string())
}

/// An instant, at the time of Paris.
pub(crate) fn instant(text: &str) -> Option<String> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    let instant = Fuseau::PARIS.heure(instant);
    Some(instant.format("%d/%m/%Y à %H:%M").to_string())
}

/// A period as PostgreSQL writes it: its last day is the one before its end.
fn periode(text: &str) -> Option<String> {
    let (du, fin) = text.strip_prefix('[')?.strip_suffix(')')?.split_once(',')?;
    let du = jour(du)?;
    if fin.is_empty() {
        return Some(format!("depuis le {du}"));
    }
    let au = lu(fin)?.checked_sub_days(Days::new(1))?.format("%d/%m/%Y");
    Some(format!("du {du} au {au}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_french_people_read_them() {
        for (text, read) in [
            ("2024-02-29", "29/02/2024"),
            ("[2024-01-01,)", "depuis le 01/01/2024"),
            ("[2024-01-01,2024-03-01)", "du 01/01/2024 au 29/02/2024"),
            ("2025-06-16T10:00:00+00:00", "16/06/2025 à 12:00"),
            ("2025-02-30", "2025-02-30"),
            ("1950-13-01", "1950-13-01"),
        ] {
            assert_eq!(texte(text), read);
        }
        assert_eq!(libelle("reste_a_charge_centimes"), "reste à charge");
        assert_eq!(libelle("medecin_id"), "médecin id");
        assert_eq!(libelle("code_postal_localite"), "code postal localité");
    }
}
