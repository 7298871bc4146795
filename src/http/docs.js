// French words for the documentation, which its library says in English, and the tokens of the sandbox at one click.
const MOTS = {
  "Try it out": "Essayer", "Try it out ": "Essayer", Cancel: "Fermer", Execute: "Envoyer", Clear: "Effacer", Authorize: "Jeton",
  Logout: "Oublier", Close: "Fermer", "Available authorizations": "Jeton", Parameters: "Paramètres", "No parameters": "Aucun paramètre",
  Name: "Nom", Description: "Description", Responses: "Réponses", Response: "Réponse", Code: "Code", Links: "Liens",
  "No links": "Aucun", "Request body": "Corps", required: "obligatoire", "Example Value": "Exemple", Schema: "Forme",
  "Media type": "Type", "Controls Accept header.": "Choisit l'en-tête Accept.", "Server response": "Réponse du service",
  "Response body": "Corps", "Response headers": "En-têtes", "Request URL": "Adresse", Download: "Télécharger", Details: "Détail",
  Examples: "Exemples", "Send empty value": "Envoyer vide", Reset: "Remettre", Schemas: "Formes", "Edit Value": "Corriger",
  "Headers:": "En-têtes :", Type: "Type", "Loading": "En cours", Undocumented: "Non documenté", Servers: "Serveur", License: "Licence", "Filter by tag": "Chercher un sujet",
};

function traduit(place) {
  const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (text.parentElement?.closest("pre, code, textarea, .markdown, .opblock-summary-description")) continue;
    const french = MOTS[text.data.trim()];
    if (french && french !== text.data) text.data = french;
  }
}

// What the library leaves in English, or without a name.
function nomme(place) {
  for (const button of place.querySelectorAll(".copy-to-clipboard button:not([aria-label])")) button.setAttribute("aria-label", "Copier");
  for (const text of place.querySelectorAll("pre:not([tabindex])")) text.tabIndex = 0;
  // A subject is called as its description begins.
  for (const tag of place.querySelectorAll(".opblock-tag")) {
    const [said, name] = [tag.querySelector("small p"), tag.querySelector("a span")?.firstChild];
    const french = said?.textContent.split(" : ")[0];
    if (name && french && name.data !== french) name.data = french;
  }
  for (const field of place.querySelectorAll("[placeholder]")) field.placeholder = MOTS[field.placeholder] ?? field.placeholder;
  for (const field of place.querySelectorAll("input:not([aria-label]), select:not([aria-label]), textarea:not([aria-label])")) {
    const near = field.closest("tr")?.dataset.paramName ?? field.placeholder;
    field.setAttribute("aria-label", near || "Valeur");
  }
}

const tokens = fetch("/bac-a-sable/liste").then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);

async function jetons(place) {
  const liste = await tokens;
  if (!liste || document.getElementById("jetons")) return;
  const all = [
    ...liste.medecins.map((one) => [`Dr ${one.prenom} ${one.nom}`, one]),
    ...liste.patients.map((one) => [`${one.prenom} ${one.nom}`, one]),
    ...liste.autres.map((one) => [`${one.role} ${one.cle}`, one]),
  ];
  const box = document.createElement("p");
  box.id = "jetons";
  const label = document.createElement("label");
  label.htmlFor = "porteur";
  label.textContent = "Bac à sable, agir comme ";
  const list = document.createElement("select");
  list.id = "porteur";
  for (const [name, one] of all) list.add(new Option(`${name} — ${one.sert_a}`, one.jeton));
  const button = document.createElement("button");
  button.className = "btn";
  button.textContent = "Prendre ce jeton";
  button.addEventListener("click", () => {
    window.ui.preauthorizeApiKey("jeton", list.value);
    button.textContent = `Jeton de ${list.selectedOptions[0].text.split(" — ")[0]}`;
  });
  box.append(label, list, " ", button);
  place.before(box);
}

addEventListener("load", () => {
  const place = document.getElementById("swagger-ui");
  jetons(place);
  let asked = false;
  new MutationObserver(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      traduit(place);
      nomme(place);
    });
  }).observe(place, { childList: true, subtree: true, characterData: true });
});
