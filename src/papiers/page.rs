//! Sheets of A4: sentences, fields, frames to sign in, a code. Places are in points, from the top left corner.

use chrono::{Datelike, NaiveDate};
use krilla::Document;
use krilla::SerializeSettings;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::{DateTime as PdfDate, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::TagTree;
use krilla::text::Font;

use super::plume::Plume;

/// Liberation Sans, under the SIL Open Font License (`src/papiers/polices/LICENCE`).
static REGULIER: &[u8] = include_bytes!("polices/LiberationSans-Regular.ttf");
static GRAS: &[u8] = include_bytes!("polices/LiberationSans-Bold.ttf");

/// Width and height of A4.
pub(super) const A4: (u16, u16) = (595, 842);
/// Left and right margins.
pub(super) const MARGE: u16 = 56;
/// Below, nothing but the foot of the page.
pub(super) const BAS: u16 = 770;

/// A paper that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the paper could not be made: {0}")]
pub struct PapierError(pub(super) String);

/// What a sheet has, from top to bottom.
#[derive(Debug)]
pub(super) enum Bloc {
    /// Who sends, and to whom, where the window of an envelope shows it.
    EnTete {
        expediteur: Vec<String>,
        destinataire: Vec<String>,
    },
    Titre {
        niveau: u16,
        texte: String,
    },
    Champ {
        nom: String,
        valeur: Vec<String>,
    },
    Phrase(Vec<String>),
    Cadre {
        titre: String,
        lignes: Vec<String>,
    },
    Code {
        contenu: String,
        dit: String,
    },
}

impl Bloc {
    /// How much of the sheet it takes.
    pub(super) fn hauteur(&self) -> u16 {
        let lignes = |all: &[String], une: u16| {
            une.saturating_mul(u16::try_from(all.len()).unwrap_or(u16::MAX))
        };
        match self {
            Self::EnTete { .. } => 186,
            Self::Titre { niveau: 1, .. } => 34,
            Self::Titre { .. } => 30,
            Self::Champ { valeur, .. } => lignes(valeur, 15),
            Self::Phrase(all) => lignes(all, 14).saturating_add(6),
            Self::Cadre { .. } => 84,
            // Beside what follows it.
            Self::Code { .. } => 0,
        }
    }
}

/// One side of a sheet.
#[derive(Debug, Default)]
struct Feuille {
    /// Under which name it is found; none when it goes on with the one before, or is left blank.
    signet: Option<String>,
    blocs: Vec<Bloc>,
}

/// A paper that is being written.
#[derive(Debug)]
pub(super) struct Papier {
    titre: String,
    pied: String,
    feuilles: Vec<Feuille>,
    place: u16,
}

impl Papier {
    /// A paper without a sheet yet: its title, and what the foot of each sheet repeats.
    pub(super) fn new(titre: &str, pied: &str) -> Self {
        Self { titre: lisible(titre), pied: lisible(pied), feuilles: Vec::new(), place: MARGE }
    }

    /// Begins a sheet, found under its title.
    pub(super) fn feuille(&mut self, titre: &str) {
        self.commencer(titre);
        self.titre(titre);
    }

    /// Begins a sheet, with nothing on it.
    pub(super) fn commencer(&mut self, signet: &str) {
        self.feuilles.push(Feuille { signet: Some(lisible(signet)), blocs: Vec::new() });
        self.place = MARGE;
    }

    /// Leaves a side blank where the next one would be the back of a sheet.
    pub(super) fn recto(&mut self) {
        if !self.feuilles.len().is_multiple_of(2) {
            self.feuilles.push(Feuille::default());
        }
    }

    /// Who sends, and to whom.
    pub(super) fn en_tete(&mut self, expediteur: &[String], destinataire: &[String]) {
        let lines = |all: &[String], width| all.iter().flat_map(|one| couper(one, width)).collect();
        let (expediteur, destinataire) = (lines(expediteur, 40), lines(destinataire, 38));
        self.pose(Bloc::EnTete { expediteur, destinataire });
    }

    /// The title of a paper.
    pub(super) fn titre(&mut self, titre: &str) {
        self.pose(Bloc::Titre { niveau: 1, texte: lisible(titre) });
    }

    /// Begins a part of a sheet.
    pub(super) fn section(&mut self, titre: &str) {
        self.pose(Bloc::Titre { niveau: 2, texte: lisible(titre) });
    }

    /// A field of the form; without a value, a line to fill.
    pub(super) fn champ(&mut self, nom: &str, valeur: &str) {
        self.pose(Bloc::Champ { nom: lisible(nom), valeur: couper(valeur, 44) });
    }

    pub(super) fn phrase(&mut self, texte: &str) {
        self.pose(Bloc::Phrase(couper(texte, 102)));
    }

    /// A frame to sign in.
    pub(super) fn cadre(&mut self, titre: &str, lignes: &[&str]) {
        let lignes = lignes.iter().map(|ligne| lisible(ligne)).collect();
        self.pose(Bloc::Cadre { titre: lisible(titre), lignes });
    }

    /// A code that a telephone reads, at the right of what follows; `dit` is its text for who does not see it.
    pub(super) fn code(&mut self, contenu: &str, dit: &str) {
        self.pose(Bloc::Code { contenu: contenu.to_owned(), dit: lisible(dit) });
    }

    fn pose(&mut self, bloc: Bloc) {
        let hauteur = bloc.hauteur();
        if self.place.saturating_add(hauteur) > BAS {
            self.feuilles.push(Feuille::default());
            self.place = MARGE;
        }
        self.place = self.place.saturating_add(hauteur);
        if let Some(feuille) = self.feuilles.last_mut() {
            feuille.blocs.push(bloc);
        }
    }

    /// The paper of a day, whose hour nothing says: made again that day, it is the same bytes.
    pub(super) fn ecrire(&self, jour: NaiveDate, id: &str) -> Result<Vec<u8>, PapierError> {
        let wrong = |what: &str| PapierError(what.to_owned());
        let configuration = ConfigurationBuilder::new()
            .with_archival_validator(Archival::A2_A)
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|error| PapierError(format!("{error:?}")))?;
        let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
        let mut document = Document::new_with(settings);
        let font = |data: &'static [u8]| Font::new(data.into(), 0).ok_or_else(|| wrong("a font"));
        let plume = Plume::new(font(REGULIER)?, font(GRAS)?);
        let mut arbre = TagTree::new().with_lang(Some("fr-FR".to_owned()));
        let mut sommaire = Outline::new();
        for (rang, feuille) in self.feuilles.iter().enumerate() {
            let size = PageSettings::from_wh(pt(A4.0), pt(A4.1)).ok_or_else(|| wrong("a page"))?;
            let mut page = document.start_page_with(size);
            let mut surface = page.surface();
            if !feuille.blocs.is_empty() {
                plume.dessiner(&mut surface, &feuille.blocs, &mut arbre);
                plume.pied(&mut surface, &self.pied);
            }
            surface.finish();
            page.finish();
            if let Some(signet) = &feuille.signet {
                let place = XyzDestination::new(rang, Point::from_xy(pt(0), pt(0)));
                sommaire.push_child(OutlineNode::new(signet.clone(), place));
            }
        }
        document.set_tag_tree(arbre);
        document.set_outline(sommaire);
        document.set_metadata(
            Metadata::new()
                .title(self.titre.clone())
                .language("fr-FR".to_owned())
                .creator("Traitant".to_owned())
                .document_id(id.to_owned())
                .creation_date(pdf_date(jour)),
        );
        document.finish().map_err(|error| PapierError(format!("{error:?}")))
    }
}

/// A text in lines of so many letters at most, cut between words where it can be.
pub(super) fn couper(texte: &str, largeur: usize) -> Vec<String> {
    let mut lignes: Vec<String> = vec![String::new()];
    for mot in lisible(texte).split_whitespace() {
        let lettres: Vec<char> = mot.chars().collect();
        for part in lettres.chunks(largeur) {
            let part: String = part.iter().collect();
            if let Some(last) = lignes.last_mut()
                && (last.is_empty() || last.chars().count() + 1 + part.chars().count() <= largeur)
            {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(&part);
            } else {
                lignes.push(part);
            }
        }
    }
    lignes
}

/// A text in letters that the fonts have: those of the languages of Europe that are written as French is.
fn lisible(texte: &str) -> String {
    let known = |letter: char| matches!(letter, ' '..='~' | '\u{a0}'..='\u{17f}' | '–' | '—' | '’' | '“' | '”' | '…' | '€');
    texte
        .chars()
        .map(|letter| match letter {
            '\u{202f}' => '\u{a0}',
            letter if known(letter) => letter,
            letter if letter.is_whitespace() => ' ',
            _ => '?',
        })
        .collect()
}

fn pdf_date(jour: NaiveDate) -> PdfDate {
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    PdfDate::new(u16::try_from(jour.year()).unwrap_or_default())
        .month(small(jour.month()))
        .day(small(jour.day()))
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

/// A measure as the library wants it.
#[expect(clippy::disallowed_types, reason = "a place on a page, which is no amount of money")]
pub(super) fn pt(points: u16) -> f32 {
    f32::from(points)
}
