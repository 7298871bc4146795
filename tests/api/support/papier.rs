//! A paper, as its readers have it: read as text, page by page, and looked at as a picture.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

/// The words of each page.
pub fn pages(pdf: &[u8]) -> Vec<String> {
    let spaced = |page: String| page.split_whitespace().collect::<Vec<_>>().join(" ");
    pdf_extract::extract_text_from_mem_by_pages(pdf).unwrap().into_iter().map(spaced).collect()
}

/// A page as somebody sees it, in greys.
#[derive(Debug)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    greys: Vec<u8>,
}

impl Picture {
    /// A page, from 0: a dot a point, or three, for what is small.
    pub fn of(pdf: &[u8], page: usize, fine: bool) -> Self {
        let pdf = Pdf::new(pdf.to_vec()).unwrap();
        let (cache, settings) = (RenderCache::new(), InterpreterSettings::default());
        let seen = if fine {
            PixmapSettings { x_scale: 3.0, y_scale: 3.0, bg_color: WHITE }
        } else {
            PixmapSettings { x_scale: 1.0, y_scale: 1.0, bg_color: WHITE }
        };
        let picture =
            render(&pdf.pages()[page], &cache, &settings, &RenderSettings::default(), &seen);
        let (width, height) = (usize::from(picture.width()), usize::from(picture.height()));
        let greys = picture.data_as_u8_slice().chunks(4).map(|pixel| pixel[0]).collect();
        Self { width, height, greys }
    }

    pub fn grey(&self, x: usize, y: usize) -> u8 {
        self.greys[y * self.width + x]
    }

    /// How many dots are dark between two columns and two lines.
    pub fn ink(&self, (left, right): (usize, usize), (top, bottom): (usize, usize)) -> usize {
        let lines = top..bottom.min(self.height);
        lines
            .flat_map(|y| (left..right.min(self.width)).map(move |x| (x, y)))
            .filter(|(x, y)| self.grey(*x, *y) < 128)
            .count()
    }
}
