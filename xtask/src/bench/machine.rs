//! What was measured on.

use std::fs;
use std::process::Command;

use anyhow::Result;

/// The machine in lines of a list.
pub(super) fn description() -> Result<String> {
    let cpus = fs::read_to_string("/proc/cpuinfo")?;
    let model = field(&cpus, "model name").unwrap_or("unknown");
    let cores = cpus.lines().filter(|line| line.starts_with("processor")).count();
    let memory = fs::read_to_string("/proc/meminfo")?;
    let memory: u64 =
        field(&memory, "MemTotal").and_then(|size| size.split(' ').next()?.parse().ok()).unwrap_or_default();
    let hypervisor = if cpus.contains(" hypervisor ") { ", a virtual machine" } else { "" };
    let loaded = fs::read_to_string("/proc/loadavg")?;
    let load: Vec<&str> = loaded.split(' ').take(3).collect();
    Ok(format!(
        "- {model}, {cores} cores{hypervisor}, {} GiB of memory\n- Linux {}, TCP congestion control {}\n- nginx {}, wrk {}\n- taken {} \
         (load averages when it ended, the measurement itself included: {})\n",
        memory.div_ceil(1 << 20),
        fs::read_to_string("/proc/sys/kernel/osrelease")?.trim(),
        fs::read_to_string("/proc/sys/net/ipv4/tcp_congestion_control")?.trim(),
        package_version("nginx"),
        package_version("wrk"),
        said_by(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"])),
        load.join(", "),
    ))
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim())
}

fn package_version(package: &str) -> String {
    said_by(Command::new("dpkg-query").args(["-W", "-f", "${Version}", package]))
}

fn said_by(command: &mut Command) -> String {
    let output = command.output().ok().filter(|output| output.status.success());
    output.map_or_else(
        || "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}
