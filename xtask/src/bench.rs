//! `cargo xtask bench`: speed and memory on a large store, beside nginx with the same bytes in the same run.

mod cores;
mod floor;
mod http;
mod index;
mod load;
mod machine;
mod nginx;
mod package;
mod plan;
mod reads;
mod report;
mod run;
mod samples;
mod seed;
mod server;
mod signing;
mod target;
mod wheel;
mod write_up;
mod writes;
mod wrk;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::test::{apt, cargo, children, step, target_dir, workspace_root};
use nginx::Nginx;
use plan::Plan;
use report::{Goal, Row};
use samples::Samples;
use server::{Admin, Server};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Bench {
    /// A small store and short rounds: shows that everything works, and no number worth keeping.
    #[arg(long)]
    quick: bool,
    /// Measure these only; may be repeated.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Fill a new store, even when an earlier run left one.
    #[arg(long)]
    fresh: bool,
    /// Measure this program in place of the one that is built now.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Put the results into docs/benchmarks.md.
    #[arg(long, conflicts_with_all = ["quick", "only"])]
    write: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Start,
    Pages,
    Downloads,
    Uploads,
    Conda,
    Signing,
}

/// Measures and prints the table.
#[expect(clippy::print_stdout, reason = "the table is what the person wants")]
pub(crate) fn bench(args: &Bench) -> Result<()> {
    children::stop_on_signals()?;
    cores::check()?;
    tools()?;
    let root = workspace_root()?;
    let program = match &args.program {
        Some(program) => program.canonicalize()?,
        None => build(&root)?,
    };
    let plan = if args.quick { Plan::QUICK } else { Plan::FULL };
    let dir = target_dir(&root).join(if args.quick { "bench-quick" } else { "bench" });
    let filled = Admin { program, data: dir.join("data") };
    fill(args, &plan, &dir, &filled)?;
    let measured = Admin { data: dir.join("measured"), ..filled.clone() };
    step("copy the store", || copy(&filled.data, &measured.data))?;
    let rows = measure(args, &plan, &dir, &measured)?;
    let table = report::table(&rows);
    println!("{table}");
    if args.write { write_up::write(&root, &table) } else { Ok(()) }
}

fn tools() -> Result<()> {
    for (program, package) in [("nginx", "nginx-light"), ("wrk", "wrk")] {
        let is_there = ["/usr/sbin", "/usr/bin", "/usr/local/bin"]
            .iter()
            .any(|dir| Path::new(dir).join(program).exists());
        if !is_there {
            apt::install(package, program)?;
        }
    }
    Ok(())
}

fn build(root: &Path) -> Result<PathBuf> {
    step("build", || children::run(cargo(root).args(["build", "--release", "-p", "bonded"])))?;
    Ok(target_dir(root).join("release/bonded"))
}

/// Fills the store, as far as no earlier run did.
fn fill(args: &Bench, plan: &Plan, dir: &Path, admin: &Admin) -> Result<()> {
    if dir.exists() && args.fresh {
        fs::remove_dir_all(dir)?;
    }
    fs::create_dir_all(dir)?;
    once(&dir.join("filled-accounts"), || {
        let _server = Server::start(&mut Command::new(&admin.program), &admin.data)?;
        seed::accounts(admin)
    })?;
    // Filling is not measured: it may have every core.
    let serve = || -> Result<Server> {
        let mut server = Server::start(&mut Command::new(&admin.program), &admin.data)?;
        server.target.token = seed::token(admin, "fill")?;
        Ok(server)
    };
    once(&dir.join("filled-python"), || {
        step("fill the Python channels", || seed::python(&serve()?.target, plan))
    })?;
    once(&dir.join("filled-conda"), || {
        step("fill the conda channel", || seed::conda(&serve()?.target, plan, plan.builds))
    })
}

/// Copies the filled store. Measuring adds files, and the next run must not find them.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    children::run(Command::new("cp").args(["-a", "--reflink=auto"]).arg(from).arg(to))?;
    // What is left to write of the copy must not be written while something is measured.
    children::run(&mut Command::new("sync"))
}

/// Does something that leaves a mark when it is done, and then never again.
fn once(mark: &Path, work: impl FnOnce() -> Result<()>) -> Result<()> {
    if mark.exists() {
        return Ok(());
    }
    work()?;
    Ok(fs::write(mark, "")?)
}

fn measure(args: &Bench, plan: &Plan, dir: &Path, admin: &Admin) -> Result<Vec<Row>> {
    let wanted = |part| args.only.is_empty() || args.only.contains(&part);
    let mut rows = Vec::new();
    if wanted(Part::Start) {
        rows.push(step("start", || start(plan, admin))?);
    }
    let mut server = Server::start(&mut cores::server(&admin.program), &admin.data)?;
    let nginx = Nginx::start(dir)?;
    server.target.token = seed::token(admin, "measure")?;
    let target = &server.target;
    if wanted(Part::Pages) {
        rows.extend(step("pages", || reads::pages(target, &nginx, plan))?);
    }
    if wanted(Part::Downloads) {
        rows.extend(step("downloads", || reads::downloads(target, &nginx, plan))?);
    }
    if wanted(Part::Uploads) {
        rows.extend(step("uploads", || writes::uploads(target, dir, plan))?);
    }
    if wanted(Part::Conda) {
        rows.extend(step("conda", || index::one_more_package(target, plan))?);
    }
    let (now, most) = server.memory()?;
    rows.push(Row::of_one("memory after all of that", "MiB", now, Goal::AtMost(128.0))?);
    rows.push(Row::of_one("the most that it held meanwhile", "MiB", most, Goal::Told)?);
    drop((server, nginx));
    if wanted(Part::Signing) {
        let mut server = Server::start(&mut Command::new(&admin.program), &admin.data)?;
        server.target.token = seed::token(admin, "more")?;
        step("fill the conda channel up", || seed::conda(&server.target, plan, plan.builds * signing::FOLD))?;
        rows.extend(step("signing", || signing::sign_anew(admin, plan))?);
    }
    Ok(rows)
}

fn start(plan: &Plan, admin: &Admin) -> Result<Row> {
    let path = format!("/{}/simple/{}/", seed::PYTHON, seed::TEN);
    let times: Result<Vec<_>> =
        (0..plan.rounds).map(|_| server::first_answer(&admin.program, &admin.data, &path)).collect();
    let what = format!("start to first answer with {} files", plan.files);
    Ok(Row { what, unit: "ms", ours: Samples::new(times?)?, goal: Goal::AtMost(300.0) })
}
