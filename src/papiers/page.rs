//! Sheets of A4: sentences, fields, frames to sign in, a code. Places are in points, from the top left corner.

use std::num::NonZeroU16;

use chrono::{DateTime, Datelike, Timelike, Utc};
use krilla::Document;
use krilla::SerializeSettings;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::{DateTime as PdfDate, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, Tag, TagGroup, TagKind, TagTree,
};
use krilla::text::{Font, TextDirection};
use qrcode::{Color, QrCode};

/// Liberation Sans, under the SIL Open Font License (`src/papiers/polices/LICENCE`).
static REGULIER: &[u8] = include_bytes!("polices/LiberationSans-Regular.ttf");
static GRAS: &[u8] = include_bytes!("polices/LiberationSans-Bold.ttf");

/// Width and height of A4.
const A4: (u16, u16) = (595, 842);
/// Left and right margins.
const MARGE: u16 = 56;
/// Where values of fields begin.
const VALEUR: u16 = 196;
/// Below, nothing but the foot of the page.
const BAS: u16 = 770;
/// Side of the code.
const CODE: u16 = 92;

/// A paper that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the paper could not be made: {0}")]
pub struct PapierError(pub(super) String);

/// What a sheet has, from top to bottom.
#[derive(Debug)]
enum Bloc {
    Titre { niveau: u16, texte: String },
    Champ { nom: String, valeur: Vec<String> },
    Phrase(Vec<String>),
    Cadre { titre: String, lignes: Vec<String> },
    Code { contenu: String, dit: String },
}

impl Bloc {
    /// How much of the sheet it takes.
    fn hauteur(&self) -> u16 {
        let lignes = |all: &[String], une: u16| {
            une.saturating_mul(u16::try_from(all.len()).unwrap_or(u16::MAX))
        };
        match self {
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

/// A paper that is being written.
#[derive(Debug)]
pub(super) struct Papier {
    titre: String,
    pied: String,
    feuilles: Vec<Vec<Bloc>>,
    place: u16,
}

impl Papier {
    /// A paper with its title, on its first sheet, and what the foot of each sheet repeats.
    pub(super) fn new(titre: &str, pied: &str) -> Self {
        let mut new =
            Self { titre: lisible(titre), pied: lisible(pied), feuilles: Vec::new(), place: 0 };
        new.feuille(titre);
        new
    }

    /// Begins a sheet, with its title.
    pub(super) fn feuille(&mut self, titre: &str) {
        self.feuilles.push(Vec::new());
        self.place = MARGE;
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
            self.feuilles.push(Vec::new());
            self.place = MARGE;
        }
        self.place = self.place.saturating_add(hauteur);
        if let Some(feuille) = self.feuilles.last_mut() {
            feuille.push(bloc);
        }
    }

    /// The paper, made at an instant.
    pub(super) fn ecrire(&self, instant: DateTime<Utc>, id: &str) -> Result<Vec<u8>, PapierError> {
        let wrong = |what: &str| PapierError(what.to_owned());
        let configuration = ConfigurationBuilder::new()
            .with_archival_validator(Archival::A2_A)
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|error| PapierError(format!("{error:?}")))?;
        let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
        let mut document = Document::new_with(settings);
        let font = |data: &'static [u8]| Font::new(data.into(), 0).ok_or_else(|| wrong("a font"));
        let plume = Plume { regulier: font(REGULIER)?, gras: font(GRAS)? };
        let mut arbre = TagTree::new().with_lang(Some("fr-FR".to_owned()));
        let mut sommaire = Outline::new();
        for (rang, blocs) in self.feuilles.iter().enumerate() {
            let size = PageSettings::from_wh(pt(A4.0), pt(A4.1)).ok_or_else(|| wrong("a page"))?;
            let mut page = document.start_page_with(size);
            let mut surface = page.surface();
            plume.dessiner(&mut surface, blocs, &mut arbre);
            plume.pied(&mut surface, &self.pied);
            surface.finish();
            page.finish();
            let heading = blocs.iter().find_map(|bloc| match bloc {
                Bloc::Titre { texte, .. } => Some(texte.clone()),
                Bloc::Champ { .. } | Bloc::Phrase(_) | Bloc::Cadre { .. } | Bloc::Code { .. } => {
                    None
                }
            });
            let place = XyzDestination::new(rang, Point::from_xy(pt(0), pt(0)));
            sommaire
                .push_child(OutlineNode::new(heading.unwrap_or_else(|| self.titre.clone()), place));
        }
        document.set_tag_tree(arbre);
        document.set_outline(sommaire);
        document.set_metadata(
            Metadata::new()
                .title(self.titre.clone())
                .language("fr-FR".to_owned())
                .creator("Traitant".to_owned())
                .document_id(id.to_owned())
                .creation_date(pdf_date(instant)),
        );
        document.finish().map_err(|error| PapierError(format!("{error:?}")))
    }
}

/// Fonts, and how each kind of block is drawn.
struct Plume {
    regulier: Font,
    gras: Font,
}

impl Plume {
    fn dessiner(&self, surface: &mut Surface<'_>, blocs: &[Bloc], arbre: &mut TagTree) {
        let mut y = MARGE;
        for bloc in blocs {
            let (tag, id): (TagKind, Identifier) = match bloc {
                Bloc::Titre { niveau, texte } => {
                    let (taille, bas) = if *niveau == 1 { (17, 18) } else { (12, 22) };
                    let place = y.saturating_add(bas);
                    let id = marque(surface, |surface| {
                        self.ligne(surface, true, (MARGE, place), taille, texte);
                    });
                    if *niveau > 1 {
                        ornement(surface, |surface| {
                            trait_horizontal(surface, place.saturating_add(4));
                        });
                    }
                    let niveau = NonZeroU16::new(*niveau).unwrap_or(NonZeroU16::MIN);
                    (Tag::Hn(niveau, Some(texte.clone())).into(), id)
                }
                Bloc::Champ { nom, valeur } => {
                    let id = marque(surface, |surface| {
                        let first = y.saturating_add(11);
                        self.ligne(surface, false, (MARGE, first), 10, &format!("{nom} :"));
                        for (place, texte) in (first..).step_by(15).zip(valeur) {
                            self.ligne(surface, true, (VALEUR, place), 11, texte);
                        }
                    });
                    (Tag::P.into(), id)
                }
                Bloc::Phrase(lignes) => {
                    let id = marque(surface, |surface| {
                        for (place, texte) in (y.saturating_add(11)..).step_by(14).zip(lignes) {
                            self.ligne(surface, false, (MARGE, place), 10, texte);
                        }
                    });
                    (Tag::P.into(), id)
                }
                Bloc::Cadre { titre, lignes } => {
                    ornement(surface, |surface| cadre(surface, y));
                    let id = marque(surface, |surface| {
                        let first = y.saturating_add(17);
                        self.ligne(surface, true, (MARGE + 8, first), 10, titre);
                        for (place, texte) in (first.saturating_add(16)..).step_by(15).zip(lignes) {
                            self.ligne(surface, false, (MARGE + 8, place), 10, texte);
                        }
                    });
                    (Tag::P.into(), id)
                }
                Bloc::Code { contenu, dit } => {
                    let place = (A4.0 - MARGE - CODE, y.saturating_sub(CODE / 2));
                    let Some(path) = code(contenu, place) else { continue };
                    let id = marque(surface, |surface| remplir(surface, &path));
                    (Tag::Figure(Some(dit.clone())).into(), id)
                }
            };
            arbre.push(TagGroup::with_children(tag, vec![id.into()]));
            y = y.saturating_add(bloc.hauteur());
        }
    }

    fn pied(&self, surface: &mut Surface<'_>, texte: &str) {
        ornement(surface, |surface| {
            for (place, ligne) in (BAS + 26..).step_by(11).zip(couper(texte, 128)) {
                self.ligne(surface, false, (MARGE, place), 8, &ligne);
            }
        });
    }

    fn ligne(
        &self,
        surface: &mut Surface<'_>,
        gras: bool,
        (x, y): (u16, u16),
        taille: u16,
        texte: &str,
    ) {
        let font = if gras { &self.gras } else { &self.regulier };
        surface.set_stroke(None);
        surface.set_fill(Some(Fill::default()));
        let place = Point::from_xy(pt(x), pt(y));
        // The last word of a line and the first of the next one are two words for who does not see the lines.
        let texte = format!("{texte} ");
        surface.draw_text(
            place,
            font.clone(),
            pt(taille),
            &texte,
            false,
            TextDirection::LeftToRight,
        );
    }
}

/// Draws something that is read.
fn marque(surface: &mut Surface<'_>, draw: impl FnOnce(&mut Surface<'_>)) -> Identifier {
    let id = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
    draw(surface);
    surface.end_tagged();
    id
}

/// Draws something that is only seen.
fn ornement(surface: &mut Surface<'_>, draw: impl FnOnce(&mut Surface<'_>)) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Other)));
    draw(surface);
    surface.end_tagged();
}

fn trait_horizontal(surface: &mut Surface<'_>, y: u16) {
    let mut path = PathBuilder::new();
    path.move_to(pt(MARGE), pt(y));
    path.line_to(pt(A4.0 - MARGE), pt(y));
    tracer(surface, path);
}

fn cadre(surface: &mut Surface<'_>, y: u16) {
    let mut path = PathBuilder::new();
    let (right, bottom) = (pt(A4.0 - MARGE), pt(y.saturating_add(76)));
    if let Some(rect) = Rect::from_ltrb(pt(MARGE), pt(y), right, bottom) {
        path.push_rect(rect);
    }
    tracer(surface, path);
}

fn tracer(surface: &mut Surface<'_>, path: PathBuilder) {
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke::default()));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn remplir(surface: &mut Surface<'_>, path: &Path) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill::default()));
    surface.draw_path(path);
}

/// The dark squares of a code, as large as its side allows.
fn code(contenu: &str, (x, y): (u16, u16)) -> Option<Path> {
    let code = QrCode::new(contenu.as_bytes()).ok()?;
    let width = u16::try_from(code.width()).ok()?;
    let side = CODE.checked_div(width)?.max(1);
    let mut path = PathBuilder::new();
    for (row, line) in (0..width).zip(code.to_colors().chunks(code.width())) {
        for (column, _) in (0..width).zip(line).filter(|(_, color)| **color == Color::Dark) {
            let (left, top) = (x + column * side, y + row * side);
            path.push_rect(Rect::from_ltrb(pt(left), pt(top), pt(left + side), pt(top + side))?);
        }
    }
    path.finish()
}

/// A text in lines of so many letters at most, cut between words where it can be.
fn couper(texte: &str, largeur: usize) -> Vec<String> {
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

fn pdf_date(instant: DateTime<Utc>) -> PdfDate {
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    PdfDate::new(u16::try_from(instant.year()).unwrap_or_default())
        .month(small(instant.month()))
        .day(small(instant.day()))
        .hour(small(instant.hour()))
        .minute(small(instant.minute()))
        .second(small(instant.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

/// A measure as the library wants it.
#[expect(clippy::disallowed_types, reason = "a place on a page, which is no amount of money")]
fn pt(points: u16) -> f32 {
    f32::from(points)
}
