// The story of the README, once it was played, read by fhir-kit-client, then by fhirclient: what a resource refers to is followed as it is.
import { CapabilityTool, Client } from "fhir-kit-client";
import FHIR from "fhirclient";
import type * as fhir from "fhir/r4.js";

const base = `${process.env.API}/fhir/r4`;
const as = (bearerToken?: string) => new Client({ baseUrl: base, bearerToken });
const anybody = as();
const doctor = as(process.env.MEDECIN!);
const alice = as(process.env.ALICE!);
const NIR = "urn:oid:1.2.250.1.213.1.4.8";
const RPPS = "99900001233";

type Search = Parameters<Client["resourceSearch"]>[0]["searchParams"];

function same(what: string, found: unknown, expected: unknown) {
  if (found !== expected) throw new Error(`${what}: ${JSON.stringify(found)} is not ${JSON.stringify(expected)}`);
}

// What the library does not type is typed by the definitions of HL7.
const given = async <T>(answer: Promise<unknown>) => (await answer) as T;

function found<T extends fhir.FhirResource>(bundle: fhir.Bundle): T[] {
  return (bundle.entry ?? []).map((entry) => {
    const { resourceType, id } = entry.resource!;
    same("where a resource is", entry.fullUrl, `${base}/${resourceType}/${id}`);
    return entry.resource as T;
  });
}

async function search<T extends fhir.FhirResource>(client: Client, resourceType: string, searchParams: Search) {
  const all = await given<fhir.Bundle>(client.resourceSearch({ resourceType, searchParams }));
  // A form asks the same.
  const options = { postSearch: true };
  const posted = await given<fhir.Bundle>(client.resourceSearch({ resourceType, searchParams, options }));
  same(`${resourceType}, by a form`, found(posted).length, found(all).length);
  return found<T>(all);
}

async function refused(what: string, asked: Promise<unknown>, status: number, code: string) {
  const error = await asked.then(
    () => undefined,
    (error) => error as { response: { status: number; data: fhir.OperationOutcome } },
  );
  same(`${what}, its status`, error?.response.status, status);
  same(`${what}, its outcome`, error?.response.data.resourceType, "OperationOutcome");
  same(`${what}, its code`, error?.response.data.issue[0]?.code, code);
}

// What the service can do, to anybody.
const statement = await anybody.capabilityStatement();
const can = new CapabilityTool(statement as never);
same("the version of FHIR", (statement as { fhirVersion?: unknown }).fhirVersion, "4.0.1");
for (const [resource, interaction] of [
  ["Patient", "search-type"], ["Patient", "history-instance"], ["CareTeam", "vread"], ["Practitioner", "read"], ["Claim", "search-type"],
] as const) {
  same(`${resource}, ${interaction}`, can.resourceCan(resource, interaction), true);
}
same("nothing is written", can.resourceCan("Patient", "create"), false);

// Alice, by her card: in a form, since an address never holds a number.
const card = { identifier: `${NIR}|172080100199557`, birthdate: "1972-08-09" };
const byCard = await given<fhir.Bundle>(
  doctor.resourceSearch({ resourceType: "Patient", searchParams: card, options: { postSearch: true } }),
);
const [person] = found<fhir.Patient>(byCard);
same("whose card it is", person?.birthDate, "1972-08-09");
const patient = `Patient/${person!.id}`;
await refused("a number in an address", doctor.resourceSearch({ resourceType: "Patient", searchParams: card }), 400, "invalid");

// Her médecin traitant, by what her record refers to.
const read = await given<fhir.Patient>(alice.read({ resourceType: "Patient", id: person!.id! }));
const { response } = Client.httpFor(read as never);
same("the type of an answer", response!.headers.get("content-type"), "application/fhir+json");
same("the version of a record", response!.headers.get("etag"), `W/"${read.meta!.versionId}"`);
const reference = read.generalPractitioner![0]!.reference!;
const practitioner = await given<fhir.Practitioner>(alice.resolve({ reference }));
same("the médecin traitant", practitioner.identifier![0]!.value, RPPS);
const roles = await search<fhir.PractitionerRole>(alice, "PractitionerRole", { practitioner: reference });
const place = await given<fhir.Location>(
  alice.resolve({ reference: roles[0]!.location![0]!.reference!, context: roles[0] as never }),
);
same("where he practises", place.resourceType, "Location");

// The designation, its versions and its evidence.
const [team] = await search<fhir.CareTeam>(alice, "CareTeam", { patient, status: "active" });
same("who is in it", team!.participant![0]!.member!.reference, reference);
const history = await given<fhir.Bundle>(alice.history({ resourceType: "CareTeam", id: team!.id! }));
same("the last version", found<fhir.CareTeam>(history)[0]!.meta!.versionId, team!.meta!.versionId);
const version = await given<fhir.CareTeam>(
  alice.vread({ resourceType: "CareTeam", id: team!.id!, version: team!.meta!.versionId! }),
);
same("a version", JSON.stringify(version), JSON.stringify(team));
const [proof] = await search<fhir.Provenance>(alice, "Provenance", { patient });
same("what was signed", proof!.target[0]!.reference, `CareTeam/${team!.id}`);
same("by whom", proof!.signature!.length, 2);
const past = found<fhir.Patient>(await given<fhir.Bundle>(alice.history({ resourceType: "Patient", id: person!.id! })));
same("the versions of a record", past[0]!.meta!.versionId, read.meta!.versionId);

// Her caisse, her feuille and what was paid back of it.
const [coverage] = await search<fhir.Coverage>(alice, "Coverage", { patient });
same("her caisse", coverage!.payor[0]!.identifier!.value, "011310000");
const [claim] = await search<fhir.Claim>(alice, "Claim", { patient });
same("who was seen", claim!.provider.reference, reference);
const [evaluated] = await search<fhir.ClaimResponse>(alice, "ClaimResponse", { patient });
same("of which feuille", evaluated!.request!.reference, `Claim/${claim!.id}`);
same("in the parcours", evaluated!.disposition, "dans_parcours");

// What another visit would be paid back.
const asked: fhir.CoverageEligibilityRequest = {
  resourceType: "CoverageEligibilityRequest",
  status: "active",
  purpose: ["benefits"],
  patient: { reference: patient },
  created: new Date().toISOString().slice(0, 10),
  provider: { reference },
  insurer: coverage!.payor[0]!,
  item: [
    {
      productOrService: { coding: [{ system: "urn:x-traitant:ngap", code: "G" }] },
      unitPrice: { value: 30, currency: "EUR" },
    },
  ],
};
const eligible = await given<fhir.CoverageEligibilityResponse>(
  doctor.operation({ resourceType: "CoverageEligibilityRequest", name: "submit", input: asked as never }),
);
const item = eligible.insurance![0]!.item![0]!;
same("in the network", item.network!.coding![0]!.code, "in");
same("her coverage", eligible.insurance![0]!.coverage.reference, `Coverage/${coverage!.id}`);

// Who looked, page after page.
async function pages(client: Client, resourceType: string, searchParams: Search) {
  let page: fhir.Bundle | undefined = await given<fhir.Bundle>(client.resourceSearch({ resourceType, searchParams }));
  const ids: string[] = [];
  let count = 0;
  while (page !== undefined) {
    ids.push(...found(page).map((one) => one.id!));
    count += 1;
    const next = client.nextPage({ bundle: page as never });
    page = next === undefined ? undefined : await given<fhir.Bundle>(next);
  }
  same(`${resourceType}, each once`, new Set(ids).size, ids.length);
  if (count < 2) throw new Error(`${resourceType}: one page of ${ids.length}`);
  return ids;
}
const looked = await pages(alice, "AuditEvent", { patient, _count: 2 });
const mine = await pages(doctor, "Patient", { "general-practitioner": reference, _count: 2 });
same("Alice is among his patients", mine.includes(person!.id!), true);

// Another library, which follows pages and references by itself.
const storage = { get: async () => undefined, set: async () => undefined, unset: async () => true };
const smart = FHIR({ headers: {}, url: "/" } as never, {} as never, storage as never).client({
  serverUrl: base,
  tokenResponse: { access_token: process.env.MEDECIN! },
});
const everybody = await smart.request<fhir.Patient[]>(`Patient?general-practitioner=${reference}&_count=2`, { pageLimit: 0, flat: true });
same("his patients, by the other library", everybody.map((one) => one.id).join(), mine.join());
const whole = await smart.request(patient, { resolveReferences: ["generalPractitioner.0"] });
same("whom her record refers to", whole.generalPractitioner[0].id, RPPS);

// Refusals, in the words of FHIR.
await refused("nobody's token", anybody.read({ resourceType: "Patient", id: person!.id! }), 401, "login");
await refused("the doctor's reading of her accesses", doctor.resourceSearch({ resourceType: "AuditEvent", searchParams: { patient } }), 403, "forbidden");
await refused("a record of nobody", alice.read({ resourceType: "Patient", id: "018cc92f-c400-7000-8000-000000000000" }), 404, "not-found");
await refused("an unknown parameter", alice.resourceSearch({ resourceType: "CareTeam", searchParams: { patient, name: "x" } }), 400, "invalid");
await refused("a writing", doctor.create({ resourceType: "CareTeam", body: team as never }), 405, "not-supported");
console.log(`fhir: ${looked.length} readings of Alice, ${mine.length} patients of her doctor`);
