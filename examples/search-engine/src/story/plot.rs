//! The runs as a picture: pages a second, next to the maximum of the cores. Drawn without a library: bars need none.

use super::plan::{Cores, Run, Scene, Way};
use super::{Options, Row};

const WIDTH: f64 = 900.0;
const LEFT: f64 = 250.0;
const RIGHT: f64 = 70.0;
const TOP: f64 = 84.0;
const BAR: f64 = 20.0;
const STEP: f64 = 28.0;
const HEAD: f64 = 34.0;

/// Draws the comparable runs: those whose pages take the same work.
pub(super) fn draw(options: &Options, cores: &Cores, rows: &[Row]) -> String {
    let rows: Vec<&Row> = rows.iter().filter(|(run, _)| run.scene != Scene::Crowd).collect();
    let bound = 1.0 / options.cpu.as_secs_f64().max(1e-6);
    let most = rows.iter().map(|(_, measured)| measured.rate()).fold(bound, f64::max);
    let (step, end) = scale(most * 1.05);
    let x = |rate: f64| LEFT + rate / end * (WIDTH - LEFT - RIGHT);

    let mut bars = String::new();
    let (mut y, mut scene) = (TOP, None);
    for (run, measured) in rows {
        if scene != Some(run.scene) {
            scene = Some(run.scene);
            text(&mut bars, 12.0, y + HEAD - 12.0, "head", &title(run));
            y += HEAD;
        }
        text(&mut bars, LEFT - 8.0, y + BAR * 0.72, "label", &run.name);
        let class = if run.way == Way::Tasks { "tasks" } else { "threads" };
        let (rate, end) = (measured.rate(), x(measured.rate()));
        let width = end - LEFT;
        write(
            &mut bars,
            format_args!("<rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR}\"/>"),
        );
        text(&mut bars, end + 6.0, y + BAR * 0.72, "value", &format!("{rate:.0}"));
        y += STEP;
    }
    let bottom = y + 4.0;

    let mut axis = String::new();
    let mut tick = 0.0;
    while tick <= end * 1.0001 {
        let at = x(tick);
        write(
            &mut axis,
            format_args!("<line class=\"grid\" x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{bottom}\"/>"),
        );
        text(&mut axis, at, bottom + 18.0, "tick", &format!("{tick:.0}"));
        tick += step;
    }
    text(&mut axis, (LEFT + WIDTH - RIGHT) / 2.0, bottom + 40.0, "tick", "pages a second");
    for (count, name) in [(1.0, "one core’s bound"), (2.0, "two cores’ bound")] {
        let at = x(bound * count);
        if at <= WIDTH - RIGHT + 1.0 {
            write(
                &mut axis,
                format_args!(
                    "<line class=\"bound\" x1=\"{at:.1}\" y1=\"{}\" x2=\"{at:.1}\" y2=\"{bottom}\"/>",
                    TOP - 2.0
                ),
            );
            text(&mut axis, at, TOP - 8.0, "bound-name", name);
        }
    }

    let mut head = String::new();
    let cpu = options.cpu.as_secs_f64() * 1000.0;
    text(
        &mut head,
        12.0,
        26.0,
        "title",
        &format!("Pages that take {cpu} ms of the processor, and keep their reader waiting"),
    );
    let note = if cores.shared(2) {
        "; the servers on core 2 of 2, which clients on two cores share"
    } else {
        "; the servers on another"
    };
    text(&mut head, 12.0, 46.0, "note", &format!("client on one core unless stated otherwise{note}"));
    legend(&mut head);
    let height = bottom + 54.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\">\n<title>Pages a second, one at a time, with threads and with tasks</title>\n<style>{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>\n{head}{axis}{bars}</svg>\n"
    )
}

const STYLE: &str = "text{font:13px system-ui,'DejaVu Sans',sans-serif;fill:#1d2129}.paper{fill:#fff}\
    .title{font-size:16px;font-weight:600}.note,.tick{fill:#5b6472;font-size:12px}.head{font-weight:600}\
    .label{text-anchor:end}.tick,.bound-name{text-anchor:middle}.value{font-weight:600}\
    .threads{fill:#8a97ab}.tasks{fill:#2f7d4f}.grid{stroke:#e4e7ec}\
    .bound{stroke:#b3261e;stroke-dasharray:5 4;stroke-width:1.5}.bound-name{fill:#b3261e;font-size:12px}";

fn title(run: &Run) -> String {
    let wait = run.wait.as_secs_f64() * 1000.0;
    match run.scene {
        Scene::Picture => format!("waiting as long as working ({wait} ms)"),
        Scene::Web | Scene::Crowd => format!("waiting {wait} ms"),
    }
}

fn legend(svg: &mut String) {
    for (class, name, x) in [("threads", "threads", WIDTH - 170.0), ("tasks", "tasks", WIDTH - 80.0)] {
        write(svg, format_args!("<rect class=\"{class}\" x=\"{x}\" y=\"34\" width=\"14\" height=\"14\"/>"));
        text(svg, x + 20.0, 46.0, "note", name);
    }
}

/// Chooses a round step so that there are at most ten, and the end of the axis. Returns both.
fn scale(most: f64) -> (f64, f64) {
    let power = 10f64.powf((most / 10.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| step * 10.0 >= most);
    let step = step.unwrap_or(power * 10.0);
    (step, (most / step).ceil() * step)
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    write(svg, format_args!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>"));
}

fn write(svg: &mut String, line: std::fmt::Arguments<'_>) {
    svg.push_str(&line.to_string());
    svg.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_has_round_steps() {
        assert_eq!(scale(262.5), (50.0, 300.0));
        assert_eq!(scale(1000.0), (100.0, 1000.0));
        assert_eq!(scale(7.0), (1.0, 7.0));
    }
}
