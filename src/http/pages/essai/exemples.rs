//! Feuilles that are ready to be sent: what each changes in a consultation of today.

use serde_json::Value;

/// A feuille: its key, what it is, what it changes.
pub(super) const EXEMPLES: [(&str, &str, &str); 7] = [
    ("consultation", "Consultation du jour", "{}"),
    ("traitant", "Dite « par le médecin traitant »", r#"{"parcours": {"indicateur": "T"}}"#),
    ("direct", "En accès direct spécifique", r#"{"parcours": {"indicateur": "D"}}"#),
    ("urgence", "En urgence", r#"{"parcours": {"indicateur": "U"}}"#),
    (
        "adresse",
        "Adressé par son médecin traitant",
        r#"{"parcours": {"indicateur": "O", "orienteur": {"nom": "ESSAI-MARTIN", "prenom": "CAMILLE"}}}"#,
    ),
    (
        "ald",
        "En rapport avec une affection de longue durée",
        r#"{"beneficiaire": {"exoneration": {"code_exoneration": "4"}}}"#,
    ),
    (
        "c2s",
        "Avec la complémentaire santé solidaire",
        r#"{"beneficiaire": {"complementaire": "c2s_sans_participation"}}"#,
    ),
];

/// Makes of a consultation the feuille of this example.
pub(super) fn exemple(feuille: &mut Value, cle: &str) {
    let changes = EXEMPLES.iter().find(|(known, ..)| *known == cle).map(|(.., changes)| *changes);
    complete(feuille, changes.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default());
}

/// Adds members to an object, whose own objects are completed and not replaced.
fn complete(place: &mut Value, more: Value) {
    match (place, more) {
        (Value::Object(place), Value::Object(more)) => {
            for (name, value) in more {
                complete(place.entry(name).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (place, more) => *place = more,
    }
}
