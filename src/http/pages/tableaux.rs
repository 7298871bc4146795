//! Lists of answers as tables.

use serde_json::Value;

use super::ecriture::{euros, libelle, texte};
use super::phrases::phrase;
use super::{echappe, suite};

/// How many lines are shown.
const LIGNES: usize = 50;

/// The columns of a table: their names, and where they are in each item.
pub(super) type Colonnes = [(&'static str, &'static str)];

/// A list, or the sentence that says that there is nothing in it.
pub(super) fn liste(document: &Value, colonnes: &Colonnes) -> String {
    let all = document.get("donnees").and_then(Value::as_array).map(Vec::as_slice);
    let all = all.unwrap_or_default();
    if all.is_empty() {
        return "<p>Il n'y a rien.</p>\n".to_owned();
    }
    let heads = suite(colonnes.iter().map(|(name, _)| format!("<th scope=\"col\">{name}</th>")));
    let rows = suite(all.iter().take(LIGNES).map(|one| {
        let cells = colonnes.iter().map(|(name, pointer)| {
            format!(
                "<td data-nom=\"{name}\">{}</td>",
                echappe(&cellule(pointer, one.pointer(pointer)))
            )
        });
        format!("<tr>{}</tr>\n", suite(cells))
    }));
    format!(
        "<table class=\"large\"><thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n"
    )
}

/// A value, as French people read it; what is not there is a dash.
fn cellule(pointer: &str, value: Option<&Value>) -> String {
    match value {
        Some(Value::Number(number)) => match number.as_i64() {
            Some(cents) if pointer.ends_with("_centimes") => euros(cents),
            _ => number.to_string(),
        },
        Some(Value::String(text)) if est_un_mot(text) => {
            if let Some(said) = phrase(text) {
                return said.to_owned();
            }
            let words: Vec<String> = text.split('.').map(libelle).collect();
            words.join(" : ")
        }
        Some(Value::String(text)) => texte(text),
        Some(Value::Bool(true)) => "oui".to_owned(),
        Some(Value::Bool(false)) => "non".to_owned(),
        None | Some(Value::Null | Value::Array(_) | Value::Object(_)) => "—".to_owned(),
    }
}

/// Whether a text is a word of a closed list.
fn est_un_mot(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'.' || byte == b'_')
}

/// The instruction of an evaluation: each rule, what became of it, and why.
pub(super) fn instruction(document: &Value) -> String {
    let actes = document.get("actes").and_then(Value::as_array).into_iter().flatten();
    suite(actes.map(|acte| {
        let text = |of: &Value, name: &str| {
            echappe(of.get(name).and_then(Value::as_str).unwrap_or_default())
        };
        let rules = acte.get("regles").and_then(Value::as_array).into_iter().flatten();
        let rules = suite(rules.map(|rule| {
            format!(
                "<tr><td><code>{}</code> {}</td><td>{}</td><td>{}</td></tr>\n",
                text(rule, "code"),
                text(rule, "titre"),
                libelle(&text(rule, "issue")),
                text(rule, "pourquoi")
            )
        }));
        format!(
            "<table class=\"large\"><caption>La loi du {}</caption>\n<thead><tr><th scope=\"col\">Règle</th>\
             <th scope=\"col\">Issue</th><th scope=\"col\">Pourquoi</th></tr></thead>\n<tbody>\n{rules}</tbody></table>\n",
            texte(&text(acte, "date_loi"))
        )
    }))
}
