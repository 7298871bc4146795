//! The home page of the sandbox, and that of each of its people.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::requete::Requete;
use super::{echappe, html, site, suite};
use crate::domain::calendar::en_toutes_lettres;
use crate::http::AppState;
use crate::http::bac_a_sable::{Horloge, Liste, MedecinDuBac, PatientDuBac, of, panne};
use crate::http::extract::Chemin;
use crate::http::problem::{Code, Refus};

/// Whom the first request is asked by, and about.
const PREMIER: (&str, &str) = ("99900001233", "Bernard");

/// The way back.
const RETOUR: &str = "<nav aria-label=\"Pages\"><ul><li><a href=\"/\">Bac à sable</a></li>\
     <li><a href=\"/docs/\">Documentation de l'API</a></li></ul></nav>";

pub(super) async fn page(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Refus> {
    let bac = of(&state)?;
    let liste = bac.liste().await.map_err(|why| panne(&why))?;
    let Horloge { jour, avance_jours, .. } = bac.horloge();
    let avance = match avance_jours {
        0 => String::new(),
        1 => ", en avance d'un jour sur la machine".to_owned(),
        jours => format!(", en avance de {jours} jours sur la machine"),
    };
    let body = include_str!("accueil.html")
        .replace("{premiere}", &echappe(&premiere(&liste, &site(&headers))))
        .replace("{jour}", &jour.to_string())
        .replace("{jour_fr}", &en_toutes_lettres(jour))
        .replace("{avance}", &avance)
        .replace("{patients}", &liste.patients.iter().map(patient).collect::<String>())
        .replace("{medecins}", &liste.medecins.iter().map(medecin).collect::<String>())
        .replace(
            "{autres}",
            &liste
                .autres
                .iter()
                .map(|one| ligne(&one.cle, &format!("{} {}", one.role, one.cle), &one.sert_a))
                .collect::<String>(),
        );
    Ok(html(StatusCode::OK, "Bac à sable", &body))
}

fn premiere(liste: &Liste, site: &str) -> String {
    let jeton = liste.medecins.iter().find(|one| one.rpps == PREMIER.0);
    let jeton = jeton.map(|one| one.jeton.as_str()).unwrap_or_default();
    let asked = liste.patients.iter().find(|one| one.prenom == PREMIER.1).map(carte);
    curl(site, jeton, "/v1/medecins-traitants/consultation", asked.as_deref())
}

/// The body of a consultation with a card.
fn carte(one: &PatientDuBac) -> String {
    format!(
        "{{\"identifiant\":{{\"type\":\"{}\",\"valeur\":\"{}\"}},\"date_naissance\":\"{}\"}}",
        one.type_identifiant, one.identifiant, one.date_naissance
    )
}

/// A request, as a terminal takes it.
fn curl(site: &str, jeton: &str, chemin: &str, corps: Option<&str>) -> String {
    let asked = Requete::lecture(jeton, chemin);
    let asked = match corps {
        Some(corps) => asked.envoie(corps),
        None => asked,
    };
    asked.curl(site)
}

fn ligne(cle: &str, nom: &str, sert_a: &str) -> String {
    format!(
        "<li><a href=\"/bac-a-sable/personnes/{}\">{}</a><span>{}</span></li>\n",
        echappe(cle),
        echappe(nom),
        echappe(sert_a)
    )
}

fn patient(one: &PatientDuBac) -> String {
    ligne(&one.prenom.to_lowercase(), &format!("{} {}", one.prenom, one.nom), &one.sert_a)
}

fn medecin(one: &MedecinDuBac) -> String {
    ligne(&one.rpps, &format!("{} {}", one.prenom, one.nom), &one.sert_a)
}

/// Somebody: who they are, their token, what they may ask.
pub(super) async fn personne(
    State(state): State<AppState>,
    Chemin(cle): Chemin<String>,
    headers: HeaderMap,
) -> Result<Response, Refus> {
    let liste = of(&state)?.liste().await.map_err(|why| panne(&why))?;
    let site = site(&headers);
    let found = liste.patients.iter().find(|one| one.prenom.to_lowercase() == cle);
    if let Some(one) = found {
        let chemins =
            ["medecin-traitant", "declarations", "designations", "feuilles-de-soins", "acces"];
        let requetes = chemins.map(|suite| {
            let chemin = format!("/v1/patients/{}/{suite}", one.patient_id);
            curl(&site, &one.jeton, &chemin, None)
        });
        let faits = [
            ("Numéro", format!("{} {}", one.type_identifiant, one.identifiant)),
            ("Né(e) le", one.date_naissance.clone()),
            ("Caisse", one.organisme.clone()),
            ("Identifiant interne", one.patient_id.clone()),
        ];
        let nom = format!("{} {}", one.prenom, one.nom);
        let essai = format!("personne={cle}");
        return Ok(fiche(&nom, (&one.sert_a, &essai), &faits, (&one.jeton, &requetes)));
    }
    if let Some(one) = liste.medecins.iter().find(|one| one.rpps == cle) {
        let asked = liste.patients.iter().find(|one| one.prenom == PREMIER.1).map(carte);
        let consultation = "/v1/medecins-traitants/consultation";
        let requetes = [
            curl(&site, &one.jeton, &format!("/v1/medecins/{}", one.rpps), None),
            curl(&site, &one.jeton, "/v1/moi/patients", None),
            curl(&site, &one.jeton, "/v1/moi/patients/mouvements", None),
            curl(&site, &one.jeton, consultation, asked.as_deref()),
        ];
        let faits = [
            ("RPPS", one.rpps.clone()),
            ("Spécialité", one.specialite.clone()),
            ("Facture sous", one.numero_facturation.clone().unwrap_or_else(|| "—".to_owned())),
            ("Exerce", one.cabinet.clone()),
        ];
        let nom = format!("{} {}", one.prenom, one.nom);
        let essai = format!("medecin={cle}&qui=medecin");
        return Ok(fiche(&nom, (&one.sert_a, &essai), &faits, (&one.jeton, &requetes)));
    }
    let one = liste.autres.iter().find(|one| one.cle == cle);
    let one = one.ok_or_else(|| {
        Refus::new(Code::Introuvable, "Personne ne s'appelle ainsi dans le bac à sable ; voir /.")
    })?;
    let own = if one.role == "caisse" {
        "/v1/conflits-de-designations"
    } else {
        "/v1/medecins/99900001233"
    };
    let requetes = ["/v1/moi", own].map(|chemin| curl(&site, &one.jeton, chemin, None));
    let faits = [("Rôle", one.role.clone()), ("Clé", one.cle.clone())];
    let essai = match one.role.as_str() {
        "caisse" => format!("qui=caisse-{cle}"),
        _ => format!("qui={cle}"),
    };
    let nom = format!("{} {}", one.role, one.cle);
    Ok(fiche(&nom, (&one.sert_a, &essai), &faits, (&one.jeton, &requetes)))
}

fn fiche(
    nom: &str,
    (sert_a, essai): (&str, &str),
    faits: &[(&str, String)],
    (jeton, requetes): (&str, &[String]),
) -> Response {
    let fact =
        |(name, value): &(&str, String)| format!("<dt>{name}</dt><dd>{}</dd>\n", echappe(value));
    let request =
        |one: &String| format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", echappe(one));
    let (faits, requetes) = (suite(faits.iter().map(fact)), suite(requetes.iter().map(request)));
    let body = format!(
        "{RETOUR}\n<main id=\"contenu\">\n<h1>{}</h1>\n<p>{}</p>\n<p class=\"a-l-ecran\"><a href=\"/bac-a-sable?{}\">Essayer tout ainsi</a></p>\n<dl>\n{faits}</dl>\n\
         <h2>Son jeton</h2>\n<pre tabindex=\"0\"><code>{}</code></pre>\n\
         <h2>À essayer</h2>\n{requetes}</main>",
        echappe(nom),
        echappe(sert_a),
        echappe(essai),
        echappe(jeton)
    );
    html(StatusCode::OK, nom, &body)
}
