//! « Combien serai-je remboursé ? »: the questions that a patient can answer, the answer of `POST /v1/simulations` as
//! sentences. Nothing is kept: the address alone holds the answers, and no log has it.

mod mots;
mod prix;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use serde_json::{Value, json};

use self::prix::{Demande, Facture, Ligne, convient};
use super::champs::{Fautes, Question, Reponses, Saisie, formulaire, questions, reponses};
use super::recit::recit_sous;
use super::{echappe, html, suite};
use crate::domain::calendar::en_toutes_lettres;
use crate::domain::identifiers::Specialite;
use crate::domain::money::Centimes;
use crate::http::AppState;
use crate::http::json::Json;
use crate::http::lecture::lire_document;
use crate::http::problem::{Code, Refus};
use crate::http::v1::simulations::{SimulationDemande, simuler};
use crate::services::loi::Consultation;

/// Highest price that is taken for one, in cents.
const PRIX_MAX: i64 = 1_000_000;

pub(super) async fn page(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refus> {
    let query = query.unwrap_or_default();
    let mut answers = reponses(&query);
    if answers.is_empty() {
        let today = state.core.clock().today().to_string();
        answers.extend([("date", today), ("prix", "30".to_owned()), ("age", "40".to_owned())]);
        let form = formulaire(&answers, &Fautes::new(), false);
        return Ok(entiere(StatusCode::OK, &state, &form));
    }
    if let Some(day) = answers.get("date").and_then(|text| jour(text)) {
        // A browser without a calendar sends what was written; the field takes one form only.
        answers.insert("date", day.to_string());
    }
    let (asked, factures) = match demande(&answers, state.core.law().premier_jour()) {
        Ok(asked) => asked,
        Err(wrong) => return Ok(refusee(&state, &answers, &wrong, None)),
    };
    match tout(&state, &answers, asked, factures).await {
        Ok((mut found, direct)) => {
            let text = |name: &str| answers.get(name).map(String::as_str).unwrap_or_default();
            let coming = jour(text("date")).is_some_and(|day| day > state.core.clock().today());
            if found.facture.explicable {
                excuser(&mut found.said);
            }
            mots::redire(&mut found.said, coming);
            let open =
                direct.as_ref().map(|direct| acces_direct(direct, text("qui"), text("pour")));
            let answer = reponse(&found, &query, coming, open.as_deref().unwrap_or_default());
            let form = formulaire(&answers, &Fautes::new(), direct.is_some());
            Ok(entiere(StatusCode::OK, &state, &format!("{answer}{form}")))
        }
        Err(refus) => Ok(refusee(&state, &answers, &places(&refus), Some(&refus.detail))),
    }
}

/// What is told, and what direct access to this doctor would give when it is open to somebody whom nobody sent.
async fn tout(
    state: &AppState,
    answers: &Reponses,
    asked: Value,
    factures: Vec<Facture>,
) -> Result<(Evaluee, Option<Evaluee>), Refus> {
    let text = |name: &str| answers.get(name).map(String::as_str).unwrap_or_default();
    let mut direct = None;
    if text("mt") == "sans" && DIRECT.iter().any(|(qui, _)| *qui == text("qui")) {
        let mut asked = asked.clone();
        if let Some(fields) = asked.as_object_mut() {
            fields.insert("parcours".to_owned(), json!({ "indicateur": "D" }));
        }
        let found = evaluees(state, asked, factures.clone()).await?;
        let situation = found.said.get("situation_determinee").and_then(Value::as_str);
        direct = (situation == Some("acces_direct_specifique")).then_some(found);
    }
    match direct {
        Some(direct) if text("pour") == "direct" => Ok((direct.clone(), Some(direct))),
        direct => Ok((evaluees(state, asked, factures).await?, direct)),
    }
}

/// Who may be seen without a letter by somebody who has a médecin traitant, and for what.
const DIRECT: [(&str, &str); 3] = [
    (
        "07",
        "un examen gynécologique périodique ou de dépistage, la contraception, le suivi d'une grossesse ou une interruption \
         volontaire de grossesse",
    ),
    ("15", "des lunettes ou des lentilles, le dépistage ou le suivi d'un glaucome"),
    ("33", "tous ses soins, à votre âge"),
];

/// What direct access changes, for whoever did not say whether it is their case.
fn acces_direct(direct: &Evaluee, qui: &str, pour: &str) -> String {
    if !pour.is_empty() {
        return String::new();
    }
    let care = DIRECT.iter().find(|(known, _)| *known == qui).map_or("", |(_, care)| care);
    let rest = direct.said.pointer("/totaux/reste_a_charge_centimes").and_then(Value::as_i64);
    let rest = Centimes::new(rest.unwrap_or_default());
    let left = if rest > Centimes::ZERO {
        format!("il vous reste {} à payer", rest.in_euros())
    } else {
        "il ne vous reste rien à payer".to_owned()
    };
    let said = format!(
        "Avec un médecin traitant déclaré, on peut voir ce médecin directement, sans lettre, pour {care}. Si c'est votre cas, vous \
         êtes dans le parcours de soins et {left}. Dites-le dans le formulaire, à la question « Est-ce pour des soins de ce \
         genre ? »."
    );
    format!("<h3>Peut-être n'avez-vous pas besoin de lettre</h3>\n<p>{}</p>\n", echappe(&said))
}

/// A day as a browser sends it, or as it is written.
fn jour(text: &str) -> Option<NaiveDate> {
    let written = || NaiveDate::parse_from_str(text, "%d/%m/%Y").ok();
    text.parse().ok().or_else(written)
}

/// What is billed, the request of a program that says so, and its answer.
#[derive(Clone)]
struct Evaluee {
    facture: Facture,
    asked: Value,
    said: Value,
}

/// The evaluation of the first way of billing with which the law finds nothing wrong, or of the last.
async fn evaluees(
    state: &AppState,
    asked: Value,
    factures: Vec<Facture>,
) -> Result<Evaluee, Refus> {
    let mut kept = None;
    for facture in factures {
        let mut asked = asked.clone();
        if let Some(fields) = asked.as_object_mut() {
            let actes = facture.actes.iter().map(Ligne::json).collect();
            fields.insert("actes".to_owned(), Value::Array(actes));
        }
        let said = evaluer(state, &asked).await?;
        let right = convient(&said, &facture);
        kept = Some(Evaluee { facture, asked, said });
        if right {
            break;
        }
    }
    kept.ok_or_else(|| Refus::new(Code::ErreurInterne, "Simulation sans acte."))
}

/// The evaluation, as a program would read it.
async fn evaluer(state: &AppState, asked: &Value) -> Result<Value, Refus> {
    let text = asked.to_string();
    let read = Json::parse(text.as_bytes()).ok();
    let read = read.as_ref().map(lire_document::<SimulationDemande>);
    let demande = read.unwrap_or_else(|| Err(Vec::new())).map_err(Refus::champs)?;
    let vue = simuler(&state.core, demande, None).await?;
    Ok(serde_json::to_value(&vue).unwrap_or_default())
}

/// What is asked of the law, or what is wrong with each answer.
fn demande(answers: &Reponses, premier_jour: NaiveDate) -> Result<(Value, Vec<Facture>), Fautes> {
    let mut wrong = Fautes::new();
    for question in questions() {
        let Saisie::Choix(all) = question.saisie else { continue };
        let given = answers.get(question.nom);
        if !given.is_some_and(|given| all.iter().any(|(word, _)| word == given)) {
            wrong.insert(question.nom, "Choisissez une réponse de la liste.".to_owned());
        }
    }
    let text = |name: &str| answers.get(name).map(String::as_str).unwrap_or_default();
    let date = jour(text("date"));
    if date.is_none_or(|date| date < premier_jour) {
        let first = en_toutes_lettres(premier_jour);
        wrong
            .insert("date", format!("Donnez un jour à partir du {first}, par exemple 15/03/2026."));
    }
    let age = text("age").parse::<u8>().ok().filter(|age| *age <= 130);
    if age.is_none() {
        wrong.insert("age", "Donnez un âge entre 0 et 130 ans.".to_owned());
    }
    let prix = centimes(text("prix"));
    if prix.is_none() {
        wrong.insert("prix", "Donnez un prix en euros, par exemple 30 ou 52,50.".to_owned());
    }
    let known = (!text("base").is_empty()).then(|| centimes(text("base")));
    if known == Some(None) || known.flatten().is_some_and(|base| Some(base) > prix) {
        let expected = "Donnez un tarif en euros, qui ne dépasse pas le prix.";
        wrong.insert("base", expected.to_owned());
    }
    let (Some(date), Some(age), Some(prix), true) = (date, age, prix, wrong.is_empty()) else {
        return Err(wrong);
    };
    let Ok(specialite) = Specialite::parse(text("qui")) else { return Err(wrong) };
    let priced = Demande {
        soin: text("soin"),
        secteur: text("secteur"),
        qui: Consultation { specialite, age, jour: date },
        prix,
        base: known.flatten(),
    };
    let factures = priced.factures();
    if factures.is_empty() {
        let unknown = "Le tarif de base de ces soins n'est pas connu pour ce jour et ce médecin : demandez-le au médecin ou, après les soins, recopiez celui de votre relevé.";
        return Err(Fautes::from([("base", unknown.to_owned())]));
    }
    Ok((corps(answers, (date, age)), factures))
}

/// The body of the request that a program would send, but for its acts.
fn corps(answers: &Reponses, (date, age): (NaiveDate, u8)) -> Value {
    let text = |name: &str| answers.get(name).map(String::as_str).unwrap_or_default();
    let (convention, option) = match text("secteur") {
        "optam" => ("secteur_2", "optam"),
        "2" => ("secteur_2", "aucune"),
        "3" => ("non_conventionne", "aucune"),
        _ => ("secteur_1", "aucune"),
    };
    let lieu = match text("soin") {
        "visite" => "domicile",
        "teleconsultation" => "teleconsultation",
        _ => text("lieu"),
    };
    let relation = match text("mt") {
        "lui" => "executant",
        "aucun" => "aucun",
        "parti" => "parti",
        _ => "autre",
    };
    let exoneration = if text("ald") == "oui" { "4" } else { "0" };
    // Nobody is named: that there is somebody is what counts.
    let parcours = match text("mt") {
        "adresse" => {
            json!({ "indicateur": "O", "orienteur": { "nom": "MEDECIN", "prenom": "TRAITANT" } })
        }
        // A doctor writes so that nobody sent the patient: an authorised overrun needs it.
        "sans" => json!({ "indicateur": "S2" }),
        _ => json!({}),
    };
    json!({
        "date_soins": date,
        "patient": {
            "age": age, "complementaire": text("complementaire"), "exoneration": exoneration,
        },
        "medecin_traitant": relation,
        "parcours": parcours,
        "executant": {
            "specialite": text("qui"), "convention": convention, "option_tarifaire": option, "lieu": lieu,
        },
    })
}

/// An amount as people write it, in cents.
fn centimes(text: &str) -> Option<Centimes> {
    let text = text.trim_end_matches('€').trim().replace(',', ".");
    let (euros, cents) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if euros.is_empty() || euros.len() > 5 || cents.len() > 2 || !digits(euros) || !digits(cents) {
        return None;
    }
    let total = format!("{euros}{cents:0<2}").parse::<i64>().ok()?;
    (1..=PRIX_MAX).contains(&total).then(|| Centimes::new(total))
}

/// The questions whose answers the law refuses.
fn places(refus: &Refus) -> Fautes {
    let place = |pointer: &str| match pointer {
        "/date_soins" => Some("date"),
        "/patient/age" => Some("age"),
        "/actes/0/honoraires_centimes" => Some("prix"),
        "/actes/0/base_remboursement_centimes" => Some("base"),
        "/patient/complementaire" => Some("complementaire"),
        _ => None,
    };
    let named = refus
        .erreurs
        .iter()
        .filter_map(|erreur| Some((place(erreur.pointeur.as_deref()?)?, erreur.message.clone())));
    named.collect()
}

fn entiere(status: StatusCode, state: &AppState, content: &str) -> Response {
    let home = match &state.bac_a_sable {
        Some(_) => "<li><a href=\"/\">Bac à sable</a></li>",
        None => "",
    };
    let body = format!(
        "<nav aria-label=\"Pages\"><ul>{home}<li><a href=\"/docs/\">Documentation de l'API</a></li></ul></nav>\n\
         <main id=\"contenu\">\n<h1>Combien serai-je remboursé ?</h1>\n\
         <p class=\"a-l-ecran\">Rien de ce que vous répondez n'est gardé ni envoyé ailleurs : l'adresse de la page contient vos réponses, \
         et la refait. Le calcul applique la loi du jour des soins.</p>\n{content}</main>"
    );
    html(status, "Combien serai-je remboursé ?", &body)
}

/// The form again, with what is wrong said first and beside each question.
fn refusee(state: &AppState, answers: &Reponses, wrong: &Fautes, detail: Option<&str>) -> Response {
    let link = |question: &Question| {
        let message = wrong.get(question.nom)?;
        Some(format!("<li><a href=\"#{}\">{}</a></li>\n", question.nom, echappe(message)))
    };
    let links = suite(questions().filter_map(link));
    let said = match detail.filter(|_| wrong.is_empty()) {
        Some(detail) => format!("<p>{}</p>\n", echappe(detail)),
        None => format!("<ul>\n{links}</ul>"),
    };
    let content = format!(
        "<div class=\"bilan\" role=\"alert\"><h2>À corriger</h2>\n{said}</div>\n{}",
        formulaire(answers, wrong, false)
    );
    entiere(StatusCode::UNPROCESSABLE_ENTITY, state, &content)
}

/// The answer: the account of the patient, the way to ask again.
fn reponse(found: &Evaluee, query: &str, coming: bool, direct: &str) -> String {
    let (title, warned) = if coming {
        (
            "Ce qui le changerait",
            "<p>Ce jour est à venir : ce calcul applique les règles et les tarifs connus aujourd'hui, qui peuvent changer d'ici là.</p>\n",
        )
    } else {
        ("Ce qui l'aurait changé", "")
    };
    let body = serde_json::to_string_pretty(&found.asked).unwrap_or_default();
    format!(
        "<section class=\"reponse\" aria-labelledby=\"reponse\">\n<h2 id=\"reponse\">Réponse</h2>\n{warned}{}{}{direct}\
         <p><a href=\"/simulateur?{}\">L'adresse de ce calcul</a> le refait à l'identique.</p>\n\
         <details><summary>La même question, pour un programme</summary>\n\
         <pre tabindex=\"0\"><code>POST /v1/simulations\n{}</code></pre></details>\n</section>\n",
        recit_sous(&found.said, 3, title),
        composition(&found.facture),
        echappe(query),
        echappe(&body)
    )
}

/// How a price was read, when it is more than one line at its tariff.
fn composition(facture: &Facture) -> String {
    let said = match facture.actes.as_slice() {
        [first, rest @ ..] if !rest.is_empty() => {
            let more: Vec<String> = rest.iter().map(|ligne| ligne.base.in_euros()).collect();
            let more = more.join(" et ");
            let supplements = if rest.len() == 1 {
                format!("un supplément de {more}")
            } else {
                format!("des suppléments de {more}")
            };
            format!(
                "le tarif publié, {}, et {supplements} que la convention prévoit",
                first.base.in_euros()
            )
        }
        [alone] if alone.da => format!(
            "le tarif de {}, et {} de « dépassement autorisé » : un spécialiste de secteur 1 peut le demander à qui ne suit pas \
             le parcours de soins",
            alone.base.in_euros(),
            alone.honoraires.minus_or_zero(alone.base).in_euros()
        ),
        _ => return String::new(),
    };
    format!("<p>Ce calcul compte dans ce prix {}.</p>\n", echappe(&said))
}

/// Accuses nobody of a price that a supplement may explain.
fn excuser(said: &mut Value) {
    if let Some(phrases) =
        said.pointer_mut("/pour_le_patient/phrases").and_then(Value::as_array_mut)
    {
        for phrase in phrases {
            let accused = phrase.as_str().and_then(|text| text.split_once(SANS_MOTIF));
            if let Some((these, _)) = accused {
                *phrase = format!("{these}{PEUT_ETRE}").into();
            }
        }
    }
    if let Some(warnings) = said.get_mut("avertissements").and_then(Value::as_array_mut) {
        warnings.retain(|one| {
            one.get("code").and_then(Value::as_str) != Some("depassement_sans_motif")
        });
    }
}

/// How the account says that an overrun has no reason, and what is said when one is possible.
const SANS_MOTIF: &str = " au-dessus du tarif ne semblent pas permis";
const PEUT_ETRE: &str = " au-dessus du tarif peuvent être un supplément que ce calcul ne connaît pas, et qui serait \
                         remboursé\u{a0}: demandez au médecin ce que vous payez.";
