//! Draws what each server delivers as an SVG.

use std::path::Path;

use plotters::prelude::*;

use crate::{Failed, report::Row};

const SIZE: (u32, u32) = (900, 420);
/// Legible on a white page and on a black one.
const INK: RGBColor = RGBColor(110, 110, 110);
const COLORS: [RGBColor; 3] = [RGBColor(38, 112, 189), RGBColor(214, 126, 44), RGBColor(120, 150, 60)];
const FONT: &str = "sans-serif";

/// Bars in groups: one group for each size and number of sessions, one bar for each server.
pub fn draw(file: &Path, rows: &[Row]) -> Result<(), Failed> {
    let mut names: Vec<&str> = Vec::new();
    let mut loads: Vec<String> = Vec::new();
    for row in rows {
        if !names.contains(&row.peer) {
            names.push(row.peer);
        }
        if !loads.contains(&row.load()) {
            loads.push(row.load());
        }
    }
    let most = rows.iter().map(|row| row.throughput.delivered).fold(1.0, f64::max);
    let root = SVGBackend::new(file, SIZE).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .caption("Delivered messages per second", (FONT, 20, &INK))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..loads.len() as f64, 0.0..most * 1.3)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .axis_style(INK)
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.3))
        .label_style((FONT, 13, &INK))
        .y_label_formatter(&|value| format!("{value:.0}"))
        .draw()?;
    for row in rows {
        let (Some(load), Some(peer)) = (
            loads.iter().position(|load| *load == row.load()),
            names.iter().position(|name| *name == row.peer),
        ) else {
            continue;
        };
        let width = 0.8 / names.len() as f64;
        let left = load as f64 + 0.1 + width * peer as f64;
        let (height, color) = (row.throughput.delivered, COLORS[peer % COLORS.len()]);
        let bar = Rectangle::new([(left, 0.0), (left + width * 0.94, height)], color.filled());
        let number = Text::new(
            format!("{height:.0}"),
            (left + width * 0.25, height + most * 0.05),
            (FONT, 12).into_font().color(&INK),
        );
        chart.draw_series([bar])?;
        chart.draw_series([number])?;
    }
    let plotted = chart.plotting_area().get_pixel_range();
    let bottom = plotted.1.end + 10;
    for (at, load) in loads.iter().enumerate() {
        let width = (plotted.0.end - plotted.0.start) / loads.len().max(1) as i32;
        let left = plotted.0.start + width * at as i32 + width / 8;
        root.draw(&Text::new(
            load.clone(),
            (left, bottom),
            (FONT, 13).into_font().color(&INK),
        ))?;
    }
    for (at, name) in names.iter().enumerate() {
        let top = 16 + 18 * at as i32;
        let left = SIZE.0 as i32 - 120;
        let color = COLORS[at % COLORS.len()].filled();
        root.draw(&Rectangle::new([(left, top), (left + 12, top + 12)], color))?;
        root.draw(&Text::new(*name, (left + 18, top), (FONT, 13).into_font().color(&INK)))?;
    }
    root.present()?;
    Ok(())
}
