// Each page of the service plays its story in a browser; what is wrong is told at the end, and makes this program fail.
import axe from "axe-core";
import puppeteer from "puppeteer-core";

const [, , site, images] = process.argv;
const NORMES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const FENETRES = [
  { nom: "telephone", width: 390, height: 844, isMobile: true, hasTouch: true },
  { nom: "ecran", width: 1280, height: 900 },
];
const fautes = [];
let vues = 0;

/** A page, and what is looked at on it. */
class Scene {
  constructor(page, histoire, fenetre) {
    Object.assign(this, { page, histoire, fenetre, images: 0 });
    page.on("console", (said) => {
      if (["error", "warn"].includes(said.type())) this.faute(`console: ${said.text()}`);
    });
    page.on("pageerror", (error) => this.faute(`script: ${error.message}`));
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (!["data:", "blob:"].includes(url.protocol) && url.origin !== site) this.faute(`asked of elsewhere: ${url}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 500) this.faute(`${response.status()} ${response.url()}`);
    });
  }

  faute(what) {
    fautes.push(`${this.histoire} (${this.fenetre.nom}): ${what}`);
  }

  async va(path) {
    await this.page.goto(site + path, { waitUntil: "networkidle0" });
  }

  /** Does what leads to another page. */
  async puis(act) {
    await Promise.all([this.page.waitForNavigation({ waitUntil: "networkidle0", timeout: 120_000 }), act()]);
  }

  /** Clicks the link or the button that bears this text. */
  async clique(text) {
    await this.puis(() =>
      this.page.evaluate((text) => {
        const all = [...document.querySelectorAll("main a, main button")];
        all.find((one) => one.textContent.includes(text)).click();
      }, text),
    );
  }

  async geste(cle) {
    await this.page.evaluate((cle) => document.getElementById(`g-${cle}`)?.setAttribute("open", ""), cle);
    await this.puis(() => this.page.locator(`button[name=geste][value=${cle}]`).click());
    const [, statut] = (await this.page.$$eval(".pas h3", (all) => all.at(-1).textContent)).match(/ : (\d+)/) ?? [];
    if (!(statut >= 200 && statut < 300)) this.faute(`${cle}: ${statut ?? "nothing was asked"}`);
  }

  /** Takes a picture, and looks for faults; on paper too. */
  async regarde(nom, { papier = false } = {}) {
    const { page } = this;
    vues += 1;
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) this.faute(`${nom}: ${wide} pixels too wide`);
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate((values) => globalThis.axe.run({ runOnly: { type: "tag", values } }), NORMES);
    for (const { id, help, nodes } of violations) {
      for (const { target, failureSummary } of nodes.slice(0, 8)) {
        this.faute(`${nom}: ${id}, ${help}: ${target.join(" ")} ${failureSummary.split("\n").at(1) ?? ""}`);
      }
    }
    const path = `${images}/${this.histoire}-${nom}-${this.fenetre.nom}`;
    await page.screenshot({ path: `${path}.png`, fullPage: true });
    if (papier) {
      await page.emulateMediaType("print");
      // Another kind of device would ask for the page again.
      await page.setViewport({ ...this.fenetre, width: 720, height: 1018 });
      await page.screenshot({ path: `${path}-papier.png`, fullPage: true });
      const out = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (out > 0) this.faute(`${nom}: ${out} pixels too wide on paper`);
      await page.emulateMediaType("screen");
      await page.setViewport(this.fenetre);
    }
  }
}

const HISTOIRES = {
  async accueil(scene) {
    await scene.va("/");
    await scene.regarde("accueil", { papier: true });
    await scene.clique("Lucas ESSAI-GIRARD");
    await scene.regarde("lucas");
    await scene.va("/docs/problemes");
    await scene.regarde("problemes");
  },

  async simulateur(scene) {
    await scene.va("/simulateur");
    await scene.regarde("questions");
    await scene.page.select("#mt", "aucun");
    await scene.clique("Calculer");
    await scene.regarde("reponse", { papier: true });
  },

  async essai(scene) {
    const { page } = scene;
    await scene.va("/bac-a-sable");
    await page.select("#personne", "corentin");
    await scene.puis(() => page.locator(".choix button").click());
    await scene.regarde("corentin");
    await scene.geste("signer");
    await scene.regarde("signe", { papier: true });
    const copied = await page.$$eval("button.copier", (all) => all.length);
    if (copied < 2) scene.faute("no button copies");
    await scene.clique("Dr Camille");
    await scene.page.evaluate(() => document.getElementById("g-feuille").setAttribute("open", ""));
    await scene.regarde("feuille");
    await scene.geste("feuille");
    await scene.regarde("evaluee");
    await scene.clique("Corentin (patient)");
    await scene.geste("explication");
    await scene.geste("acces");
    await scene.regarde("acces");
    await scene.clique("Sa caisse");
    await scene.geste("instruction");
    await scene.regarde("instruction");
    await scene.va("/bac-a-sable?personne=mireille&medecin=99900008048&qui=patient");
    await scene.geste("histoire");
    await scene.regarde("frise", { papier: true });
    await scene.va("/bac-a-sable?personne=mireille&medecin=99900008048&qui=agent-1");
    await scene.geste("retraite");
    await scene.clique("Référentiel, agent-2");
    await scene.geste("confirmer");
    await scene.regarde("retraite");
    await scene.geste("horloge");
    await scene.geste("zero");
    await scene.regarde("zero");
  },

  async dossier(scene) {
    await scene.va("/mon-medecin-traitant");
    await scene.regarde("demande");
    await scene.page.select("#personne", "ingrid");
    await scene.clique("Lire ce dossier");
    await scene.regarde("ingrid", { papier: true });
    await scene.va("/mon-medecin-traitant");
    await scene.page.select("#personne", "karine");
    await scene.clique("Lire ce dossier");
    await scene.regarde("karine");
  },

  async tableau(scene) {
    await scene.va("/tableau-de-bord");
    await scene.regarde("demande");
    await scene.clique("Voir des chiffres inventés");
    await scene.regarde("invente", { papier: true });
    await scene.va("/tableau-de-bord");
    await scene.clique("Voir ceux de ce bac à sable");
    await scene.regarde("bac");
  },

  async documentation(scene) {
    const { page } = scene;
    await scene.va("/docs/");
    await page.waitForSelector("#porteur");
    await page.waitForSelector(".opblock-tag-section");
    await scene.regarde("plan");
    const shown = await page.$$eval(".opblock", (all) => all.length);
    if (shown > 0) scene.faute("the subjects are not folded");
    await page.locator("#jetons button").click();
    await page.locator("#operations-tag-moi button, #operations-tag-moi").click();
    await page.waitForSelector("#operations-moi-lire_moi");
    await page.locator("#operations-moi-lire_moi .opblock-summary-control").click();
    await page.locator("#operations-moi-lire_moi .btn.execute").click();
    await page.waitForSelector(".live-responses-table");
    const status = await page.$eval(".live-responses-table tbody .response-col_status", (cell) => cell.textContent);
    if (!status.startsWith("200")) scene.faute(`the token is not taken: ${status}`);
    await scene.regarde("moi");
  },
};

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: process.getuid() === 0 ? ["--no-sandbox"] : [],
});
const asked = process.argv.slice(4);
try {
  for (const fenetre of FENETRES) {
    for (const [histoire, joue] of Object.entries(HISTOIRES)) {
      if (asked.length > 0 && !asked.includes(histoire)) continue;
      const page = await browser.newPage();
      await page.setViewport(fenetre);
      const scene = new Scene(page, histoire, fenetre);
      try {
        await joue(scene);
      } catch (error) {
        await page.screenshot({ path: `${images}/${histoire}-echec-${fenetre.nom}.png`, fullPage: true }).catch(() => {});
        scene.faute(`the story stops: ${error.message}`);
      }
      await page.close();
    }
  }
} finally {
  await browser.close();
}
console.log(`${vues} pages looked at, ${fautes.length} faults; pictures in ${images}`);
for (const faute of fautes) console.log(faute);
process.exit(fautes.length > 0 ? 1 : 0);
