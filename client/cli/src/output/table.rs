//! Tables: columns as wide as their widest cell.

use console::measure_text_width;

/// Lays rows out in columns, two spaces apart; the first row is the heading. Ends with a newline.
pub(crate) fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = heading.map(measure_text_width);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(measure_text_width(cell));
        }
    }
    let line = |cells: [&str; N]| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let padding = width.saturating_sub(measure_text_width(cell)) + 2;
            line.push_str(cell);
            line.push_str(&" ".repeat(padding));
        }
        format!("{}\n", line.trim_end())
    };
    let mut text = super::dim(line(heading).trim_end());
    text.push('\n');
    for row in rows {
        text.push_str(&line(std::array::from_fn(|column| row[column].as_str())));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_their_style() {
        let rows = [[super::super::good("ab"), "x".to_owned()], ["abcdef".to_owned(), "y".to_owned()]];
        let text = table(["id", "state"], &rows);
        assert_eq!(console::strip_ansi_codes(&text), "id      state\nab      x\nabcdef  y\n");
    }
}
