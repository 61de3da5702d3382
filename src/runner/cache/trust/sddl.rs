//! Reads security descriptors of Windows in their text form, SDDL: `O:SYG:SYD:PAI(A;OICI;FA;;;BA)`.
//!
//! Format: [MS-DTYP] 2.5.1. Windows writes these texts, and they do not depend on its language. What
//! is unknown here counts as the right to do everything.

/// The rights to remove or rename a file or folder: `DELETE` and those below.
pub(super) const REPLACE: u32 = 0x1_0000 | REPLACE_CHILD;

/// The rights to remove or rename what is in a folder: `FILE_DELETE_CHILD` and those below.
pub(super) const REPLACE_CHILD: u32 = 0x40 | TAKE;

/// The rights to give oneself other rights: `WRITE_DAC`, `WRITE_OWNER`, `GENERIC_ALL`.
pub(super) const TAKE: u32 = 0x4_0000 | 0x8_0000 | 0x1000_0000;

/// The rights to change a folder in any way: those above, `FILE_ADD_FILE`, `FILE_ADD_SUBDIRECTORY`,
/// `FILE_WRITE_EA`, `FILE_WRITE_ATTRIBUTES` and `GENERIC_WRITE`. The attributes count because they
/// turn an empty folder into a link.
pub(super) const CHANGE: u32 = REPLACE | 0x2 | 0x4 | 0x10 | 0x100 | 0x4000_0000;

/// Everyone.
const WORLD: &str = "WD";

/// The two-letter names of rights.
const RIGHTS: [(&str, u32); 25] = [
    ("GA", 0x1000_0000),
    ("GX", 0x2000_0000),
    ("GW", 0x4000_0000),
    ("GR", 0x8000_0000),
    ("SD", 0x1_0000),
    ("RC", 0x2_0000),
    ("WD", 0x4_0000),
    ("WO", 0x8_0000),
    ("FA", 0x1f_01ff),
    ("FR", 0x12_0089),
    ("FW", 0x12_0116),
    ("FX", 0x12_00a0),
    ("KA", 0xf_003f),
    ("KR", 0x2_0019),
    ("KW", 0x2_0006),
    ("KX", 0x2_0019),
    ("CC", 0x1),
    ("DC", 0x2),
    ("LC", 0x4),
    ("SW", 0x8),
    ("RP", 0x10),
    ("WP", 0x20),
    ("DT", 0x40),
    ("LO", 0x80),
    ("CR", 0x100),
];

/// The owner and the access control list of a file or folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Descriptor<'t> {
    /// The owner's SID, in the form of the text: `SY`, `S-1-5-21-1-2-3-1001`.
    pub owner: &'t str,
    grants: Vec<Grant<'t>>,
}

/// Rights that somebody has.
#[derive(Debug, PartialEq, Eq)]
struct Grant<'t> {
    /// It only applies to files and folders that are made below this one.
    is_for_children: bool,
    rights: u32,
    trustee: &'t str,
}

impl<'t> Descriptor<'t> {
    /// `None` if it names no owner, or is not whole.
    pub(super) fn parse(sddl: &'t str) -> Option<Descriptor<'t>> {
        depths(sddl).last().filter(|(.., depth)| *depth == 0)?;
        let part = |tag: char| parts(sddl).find_map(|(found, value)| (found == tag).then_some(value));
        let owner = part('O').filter(|owner| !owner.is_empty())?;
        let everything = || vec![Grant { is_for_children: false, rights: u32::MAX, trustee: WORLD }];
        // Without a list, everyone has all rights. With an empty one, nobody has any.
        let list = part('D').filter(|list| !list.contains("NO_ACCESS_CONTROL"));
        let grants = list.map_or_else(everything, |list| entries(list).filter_map(grant).collect());
        Some(Descriptor { owner, grants })
    }

    /// Those who have one of these rights to the folder itself.
    pub(super) fn holders(&self, rights: u32) -> impl Iterator<Item = &'t str> {
        let held =
            self.grants.iter().filter(move |grant| !grant.is_for_children && grant.rights & rights != 0);
        held.map(|grant| grant.trustee)
    }

    /// Those who have one of these rights to the folder itself, or to what will be made in it.
    pub(super) fn holders_in(&self, rights: u32) -> impl Iterator<Item = &'t str> {
        self.grants.iter().filter(move |grant| grant.rights & rights != 0).map(|grant| grant.trustee)
    }
}

/// The parts of a descriptor, `O:` to `S:`, with their letters.
fn parts(sddl: &str) -> impl Iterator<Item = (char, &str)> {
    let mut starts: Vec<usize> = colons(sddl).map(|colon| colon.saturating_sub(1)).collect();
    starts.push(sddl.len());
    let ranges: Vec<(usize, usize)> = starts.windows(2).map(|pair| (pair[0], pair[1])).collect();
    ranges.into_iter().filter_map(move |(start, end)| {
        let (tag, value) = sddl.get(start..end)?.split_once(':')?;
        Some((tag.chars().next()?, value))
    })
}

/// The places of colons outside of brackets.
fn colons(sddl: &str) -> impl Iterator<Item = usize> {
    depths(sddl).filter(|(_, byte, depth)| *byte == b':' && *depth == 0).map(|(at, ..)| at)
}

/// The entries of a list, without their brackets. A condition in an entry may have brackets too.
fn entries(list: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    depths(list).filter_map(move |(at, byte, depth)| match (byte, depth) {
        (b'(', 1) => {
            start = at + 1;
            None
        }
        (b')', 0) => list.get(start..at),
        _ => None,
    })
}

/// Each byte with its place, and how many brackets are open after it. Brackets in strings do not
/// count.
fn depths(text: &str) -> impl Iterator<Item = (usize, u8, u32)> {
    let (mut depth, mut is_string) = (0_u32, false);
    text.bytes().enumerate().map(move |(at, byte)| {
        match byte {
            b'"' => is_string = !is_string,
            b'(' if !is_string => depth += 1,
            b')' if !is_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        (at, byte, depth)
    })
}

/// `type;flags;rights;object;inherited object;trustee`, in some types with a condition. `None` if it
/// denies rights: that somebody lacks them is not relied on.
fn grant(entry: &str) -> Option<Grant<'_>> {
    let mut fields = entry.splitn(7, ';');
    let mut field = || fields.next().unwrap_or_default();
    if ["D", "OD", "XD"].contains(&field()) {
        return None;
    }
    let is_for_children = field().as_bytes().chunks(2).any(|flag| flag == b"IO");
    let rights = rights(field());
    field();
    field();
    Some(Grant { is_for_children, rights, trustee: field() })
}

/// `0x1200a9`, or two-letter names.
fn rights(text: &str) -> u32 {
    if let Some(digits) = text.strip_prefix("0x") {
        return u32::from_str_radix(digits, 16).unwrap_or(u32::MAX);
    }
    let of_name = |name: &[u8]| RIGHTS.iter().find(|(own, _)| own.as_bytes() == name);
    text.as_bytes().chunks(2).fold(0, |all, name| all | of_name(name).map_or(u32::MAX, |(_, bits)| *bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "S-1-5-21-1-2-3-1001";

    #[test]
    fn lists_tell_who_can_replace_a_folder_and_who_can_change_it() {
        for (list, replace, change) in [
            // The root of a drive, as Windows 10 sets it up: users may add folders, which they own.
            (
                "D:PAI(A;;LC;;;AU)(A;OICIIO;SDGXGWGR;;;AU)(A;;FA;;;SY)(A;OICIIO;GA;;;SY)(A;;FA;;;BA)\
                 (A;OICI;0x1200a9;;;BU)",
                &["SY", "BA"][..],
                &["AU", "AU", "SY", "SY", "BA"][..],
            ),
            // A folder below it: others may do nearly everything.
            (
                "D:AI(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)\
                 (A;ID;0x1301bf;;;AU)(A;OICIIOID;SDGXGWGR;;;AU)",
                &["BA", "SY", "AU"],
                &["BA", "SY", "AU", "AU"],
            ),
            // C:\Users
            (
                "D:PAI(A;OICIIO;GXGR;;;WD)(A;;0x1200a9;;;WD)(A;OICI;FA;;;SY)(A;OICI;0x1200a9;;;BU)\
                 (A;OICI;FA;;;BA)",
                &["SY", "BA"],
                &["SY", "BA"],
            ),
            // C:\ProgramData
            (
                "D:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)\
                 (A;CI;DCLCRPCR;;;BU)",
                &["SY", "BA"],
                &["CO", "SY", "BA", "BU"],
            ),
            // C:\Windows\Temp
            ("D:PAI(A;CI;0x100026;;;BU)(A;OICI;FA;;;BA)", &["BA"], &["BU", "BA"]),
            // No list, a list that grants everything to everyone, an empty list.
            ("", &["WD"], &["WD"]),
            ("D:NO_ACCESS_CONTROL", &["WD"], &["WD"]),
            ("D:(A;;GA;;;WD)", &["WD"], &["WD"]),
            ("D:P", &[], &[]),
            // What is denied does not count, and neither does the list of audits.
            ("D:(D;;FA;;;BU)(XD;;FA;;;AU;(1))(OD;;FA;;;IU)S:(AU;SAFA;FA;;;WD)", &[], &[]),
            // Conditions, objects, unknown types and unknown rights.
            (
                r#"D:(XA;;SD;;;BU;(@User.A == "a)(A;;FA;;;XX)" && (1)))(OA;;WD;bf967aba;;AU)(?;;WO;;;IU)"#,
                &["BU", "AU", "IU"],
                &["BU", "AU", "IU"],
            ),
            ("D:(A;;FR??;;;BU)(A;;0xzz;;;AU)(A;;F;;;IU)", &["BU", "AU", "IU"], &["BU", "AU", "IU"]),
            // One right at a time.
            ("D:(A;;0x10000;;;WD)", &["WD"], &["WD"]),
            ("D:(A;;0x40;;;WD)", &["WD"], &["WD"]),
            ("D:(A;;WD;;;WD)(A;;WO;;;BU)", &["WD", "BU"], &["WD", "BU"]),
            ("D:(A;;CC;;;WD)(A;;FX;;;WD)(A;;FR;;;WD)(A;;GXGR;;;WD)(A;;0xa01200a9;;;WD)", &[], &[]),
            ("D:(A;;FW;;;WD)(A;;GW;;;BU)(A;;RP;;;AU)(A;;CR;;;IU)", &[], &["WD", "BU", "AU", "IU"]),
        ] {
            let sddl = format!("O:{USER}G:S-1-5-21-1-2-3-513{list}");
            let descriptor = Descriptor::parse(&sddl).expect("a descriptor");
            assert_eq!(descriptor.owner, USER, "{sddl}");
            assert_eq!(descriptor.holders(REPLACE).collect::<Vec<_>>(), replace, "{sddl}");
            assert_eq!(descriptor.holders_in(CHANGE).collect::<Vec<_>>(), change, "{sddl}");
        }
    }

    #[test]
    fn every_descriptor_has_an_owner() {
        for (sddl, owner) in [
            ("O:SYG:SYD:", Some("SY")),
            ("O:BAD:PAI(A;;FA;;;SY)", Some("BA")),
            ("O:S-1-5-80-1-2G:DUD:", Some("S-1-5-80-1-2")),
            ("O:BA", Some("BA")),
            ("G:SYD:(A;;FA;;;SY)", None),
            ("D:(A;;FA;;;O:SY)", None),
            ("O:G:SY", None),
            ("", None),
            (":", None),
            ("ä:", None),
            ("(((", None),
            ("O:SYD:(", None),
            ("O:SYD:(A;;FA;;;BU)(A;;F", None),
            ("O:SYD:(XA;;FA;;;BU;(\")))", None),
        ] {
            let parsed = Descriptor::parse(sddl);
            assert_eq!(parsed.map(|descriptor| descriptor.owner), owner, "{sddl}");
        }
    }
}
