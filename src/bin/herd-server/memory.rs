//! How much memory this process may use.

use rustix::process::{Resource, getrlimit};
use std::fs;
use std::path::{Path, PathBuf};

/// Where Linux shows its control groups.
const GROUPS: &str = "/sys/fs/cgroup";

/// The bytes of memory that this process may use: those of the machine, or fewer if a control group
/// or the limit on its address space says so. None where the system does not tell.
pub(super) fn usable_bytes() -> Option<u64> {
    let machine = read("/proc/meminfo").and_then(|text| machine_bytes(&text));
    let groups = read("/proc/self/cgroup").unwrap_or_default();
    let group = limit_files(&groups).iter().filter_map(|file| limit_bytes(&read(file)?)).min();
    let address_space = getrlimit(Resource::As).current;
    [machine, group, address_space].into_iter().flatten().min()
}

fn read(path: impl AsRef<Path>) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// The machine's memory, from the text of /proc/meminfo: `MemTotal:  24684092 kB`.
fn machine_bytes(meminfo: &str) -> Option<u64> {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = total.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// The limit of a control group, from the text of its file; None if it has none.
fn limit_bytes(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|&bytes| bytes > 0)
}

/// The files that may hold a limit for this process, from the text of /proc/self/cgroup: those of its
/// control groups and of all groups around them.
///
/// A line is `ID:CONTROLLERS:PATH`. Version 2 has one, `0::PATH`, and version 1 has one with the
/// controller `memory`. In a container the path is often that of the host, where this process sees
/// nothing, and the limit is in the outermost group.
fn limit_files(cgroup: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in cgroup.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let (root, file) = if controllers.is_empty() {
            (PathBuf::from(GROUPS), "memory.max")
        } else if controllers.split(',').any(|controller| controller == "memory") {
            (Path::new(GROUPS).join("memory"), "memory.limit_in_bytes")
        } else {
            continue;
        };
        let groups = Path::new(path.trim_start_matches('/')).ancestors();
        files.extend(groups.map(|group| root.join(group).join(file)));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_memory_is_in_kibibytes() {
        let text = "MemTotal:       24684092 kB\nMemFree:         1498676 kB\n";
        assert_eq!(machine_bytes(text), Some(24_684_092 * 1024));
        for text in [
            "",
            "MemFree: 1 kB",
            "MemTotal: x kB",
            "MemTotal: 5",
            "MemTotal: 18446744073709551615 kB",
        ] {
            assert_eq!(machine_bytes(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_group_has_a_limit_or_none() {
        let limits =
            ["536870912\n", "max\n", "", "0\n", "-1", "9223372036854771712\n"].map(limit_bytes);
        let unlimited = Some(9_223_372_036_854_771_712);
        assert_eq!(limits, [Some(536_870_912), None, None, None, None, unlimited]);
    }

    /// Without the groups around its own, a server in a container would not see the container's limit.
    #[test]
    fn limits_are_looked_for_in_all_groups_around_the_process() {
        let files = |text| -> Vec<String> {
            let files = limit_files(text);
            files.iter().map(|file| file.display().to_string()).collect()
        };
        assert_eq!(
            files("0::/system.slice/herd.service\n"),
            [
                "/sys/fs/cgroup/system.slice/herd.service/memory.max",
                "/sys/fs/cgroup/system.slice/memory.max",
                "/sys/fs/cgroup/memory.max",
            ]
        );
        assert_eq!(
            files("9:name=systemd:/\n5:cpu,memory:/a:b\n1:cpu:/\n0::/\nodd\n"),
            [
                "/sys/fs/cgroup/memory/a:b/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory.max",
            ]
        );
    }
}
