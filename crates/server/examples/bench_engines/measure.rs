//! Processor time, wall clock, memory.

use std::time::Instant;

/// What one operation takes.
pub struct Cost {
    /// Processor time of all threads, the mean, milliseconds.
    pub cpu_ms: f64,
    /// Wall clock, the median, milliseconds.
    pub wall_ms: f64,
}

/// Runs an operation three times to warm up, then `rounds` times.
pub fn cost(rounds: usize, mut operation: impl FnMut()) -> Cost {
    (0..3.min(rounds)).for_each(|_| operation());
    let before = cpu_nanos();
    let mut walls: Vec<f64> = (0..rounds)
        .map(|_| {
            let begun = Instant::now();
            operation();
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let cpu_ms = (cpu_nanos() - before) as f64 / 1e6 / rounds as f64;
    walls.sort_by(f64::total_cmp);
    Cost { cpu_ms, wall_ms: walls[rounds / 2] }
}

/// Nanoseconds that all threads of this process have run; a thread that ended is forgotten, and none does here.
fn cpu_nanos() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux");
    let of = |task: std::fs::DirEntry| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    };
    tasks.filter_map(|task| of(task.ok()?)).sum()
}

/// Memory in use.
pub fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("Linux") * 4096
}

/// Prints one row. `sense` is `at_most`, `at_least`, or `tell` where nothing was promised.
pub fn row(level: &str, work: &str, measured: f64, unit: &str, sense: &str, target: Option<f64>, note: &str) {
    let row = serde_json::json!({ "level": level, "work": work, "measured": measured, "unit": unit, "sense": sense, "target": target, "note": note });
    println!("{row}");
}
