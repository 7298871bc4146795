// The story of the README, told by the client that openapi-typescript and openapi-fetch make from openapi.yaml.
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const base = process.env.API!;
const anybody = createClient<paths>({ baseUrl: base });
const as = (token: string) =>
  createClient<paths>({ baseUrl: base, headers: { Authorization: `Bearer ${token}` } });
const doctor = as(process.env.MEDECIN!);
const alice = as(process.env.ALICE!);

function given<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.url}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

function same(what: string, found: unknown, expected: unknown) {
  if (found !== expected) throw new Error(`${what}: ${JSON.stringify(found)} is not ${JSON.stringify(expected)}`);
}

// What would it cost without a médecin traitant?
const simulated = given(
  await anybody.POST("/v1/simulations", {
    body: {
      date_soins: "2025-06-13",
      patient: { age: 52, complementaire: "amc" },
      medecin_traitant: "aucun",
      executant: { specialite: "01", convention: "secteur_1" },
      actes: [{ code: "G", honoraires_centimes: 3000, base_remboursement_centimes: 3000 }],
    },
  }),
);
same("without a médecin traitant", simulated.appartenance, "hors_parcours");
same("what is left to pay", simulated.totaux.reste_a_charge_centimes, 1260);

// Alice chooses: both sign the same content, whose digest a preview gives.
const choix = {
  patient: { identifiant: { type: "nir" as const, valeur: "172080100199557" }, date_naissance: "1972-08-09" },
  medecins: [{ rpps: "99900001233" }],
};
const seen = given(await doctor.POST("/v1/declarations/apercu", { body: choix }));
const digest = seen.contenu_sha256;
const { execFileSync } = await import("node:child_process");
const prove = (who: string) => execFileSync(process.env.TRAITANT!, ["preuve", who, digest], { encoding: "utf8" }).trim();
const declared = given(
  await doctor.POST("/v1/declarations", {
    params: { header: { "Idempotency-Key": "client-typescript-declaration" } },
    body: {
      ...choix,
      signatures: [
        { role: "assure", moyen: "carte_vitale", contenu_sha256: digest, preuve: { jws: prove("patient") } },
        { role: "medecin", moyen: "cps", contenu_sha256: digest, preuve: { jws: prove("medecin") } },
      ],
    },
  }),
);
same("the declaration", declared.etat, "active");

// What a consultation pays back now.
const jour = new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Paris" });
const feuille = given(
  await doctor.POST("/v1/feuilles-de-soins", {
    params: { header: { "Idempotency-Key": "client-typescript-feuille" } },
    body: {
      numero_facture: "1",
      support: "electronique",
      mode_securisation: "securise",
      date_etablissement: jour,
      beneficiaire: {
        identifiant_individuel: { type: "nir", valeur: "172080100199557" },
        identifiant_ouvrant_droit: { type: "nir", valeur: "172080100199557" },
        qualite: "0",
        date_naissance: "1972-08-09",
        organisme: { regime: "01", caisse: "131", centre: "0000" },
      },
      executant: {
        rpps: "99900001233",
        numero_facturation: { type: "num_am", valeur: "991999905" },
        specialite: "01",
        convention: "secteur_1",
      },
      parcours: { indicateur: "T" },
      assurance: { nature: "maladie" },
      actes: [
        {
          numero_ligne: 1,
          date_execution: jour,
          nomenclature: "ngap",
          code: "G",
          honoraires_centimes: 3000,
          base_remboursement_centimes: 3000,
        },
      ],
    },
  }),
);
same("with a médecin traitant", feuille.evaluations[0]?.appartenance, "dans_parcours");

// Alice reads who looked.
const acces = given(await alice.GET("/v1/moi/acces"));
if (acces.donnees.length < 2) throw new Error("Alice reads nothing");
// Who may not is told so, in the same words.
const refused = await doctor.GET("/v1/moi/acces");
same("the doctor's reading of his accesses", refused.response.status, 403);
console.log(`typescript: ${simulated.totaux.reste_a_charge_centimes} without, ${feuille.evaluations[0]?.totaux.reste_a_charge_centimes} with`);
