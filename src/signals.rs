//! The signals that this process was started to ignore, as `nohup` does.

/// The ignored signals, one bit each, signal 1 in the lowest bit; none where the system does not
/// say.
///
/// Source: `proc_pid_status(5)`, `SigIgn` (Linux).
pub(crate) fn ignored() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}
