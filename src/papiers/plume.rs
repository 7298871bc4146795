//! How each kind of block is drawn on a sheet, and how it is told to who does not see it.

use std::num::NonZeroU16;

use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, Tag, TagGroup, TagKind, TagTree,
};
use krilla::text::{Font, TextDirection};
use qrcode::{Color, QrCode};

use super::page::{A4, BAS, Bloc, MARGE, couper, pt};

/// Where values of fields begin.
const VALEUR: u16 = 196;
/// Side of the code.
const CODE: u16 = 92;
/// First line of an address: 11 cm from the left and 5 cm from the top, within the window of a DL envelope.
const FENETRE: (u16, u16) = (312, 146);

/// Fonts, and how each kind of block is drawn.
pub(super) struct Plume {
    regulier: Font,
    gras: Font,
}

impl Plume {
    pub(super) const fn new(regulier: Font, gras: Font) -> Self {
        Self { regulier, gras }
    }

    /// Draws the blocks of a sheet, each with its place in what is read aloud.
    pub(super) fn dessiner(&self, surface: &mut Surface<'_>, blocs: &[Bloc], arbre: &mut TagTree) {
        let mut y = MARGE;
        for bloc in blocs {
            let (tag, id): (TagKind, Identifier) = match bloc {
                Bloc::EnTete { expediteur, destinataire } => {
                    let id = marque(surface, |surface| {
                        for (place, texte) in (y.saturating_add(11)..).step_by(14).zip(expediteur) {
                            self.ligne(surface, false, (MARGE, place), 10, texte);
                        }
                        for (place, texte) in (FENETRE.1..).step_by(14).zip(destinataire) {
                            self.ligne(surface, false, (FENETRE.0, place), 11, texte);
                        }
                    });
                    (Tag::P.into(), id)
                }
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

    /// What is at the foot of a sheet.
    pub(super) fn pied(&self, surface: &mut Surface<'_>, texte: &str) {
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
