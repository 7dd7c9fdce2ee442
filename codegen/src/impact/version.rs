//! Next version of a crate, by Cargo's rules, with the version of the API behind the plus.

use semver::{BuildMetadata, Prerelease, Version};

use super::Bump;

/// Returns the version of the release that a change asks for.
///
/// The leftmost number that is not zero is the one that breaks: `0.4.0` and major is `0.5.0`, `0.4.0` and less is
/// `0.4.1`, and after `0.0.3` anything is `0.0.4`. A pre-release counts up by itself, because it promises nothing.
/// Without a change the numbers stay. The build metadata is `api.` and the API's version in either case; what
/// Cargo does not allow there becomes a hyphen.
///
/// ```
/// use nd8_codegen::impact::{Bump, next_version};
///
/// let current = "0.4.0+api.1.1.0".parse()?;
/// assert_eq!(next_version(&current, Some(Bump::Major), "1.2.0").to_string(), "0.5.0+api.1.2.0");
/// assert_eq!(next_version(&current, Some(Bump::Minor), "1.1.0").to_string(), "0.4.1+api.1.1.0");
/// # Ok::<(), semver::Error>(())
/// ```
pub fn next_version(current: &Version, bump: Option<Bump>, api: &str) -> Version {
    let Version { major, minor, patch, .. } = *current;
    let mut next = match bump {
        None => current.clone(),
        Some(_) if !current.pre.is_empty() => {
            Version { pre: next_prerelease(&current.pre), ..current.clone() }
        }
        Some(Bump::Major) if major > 0 => Version::new(major.saturating_add(1), 0, 0),
        Some(Bump::Minor) if major > 0 => Version::new(major, minor.saturating_add(1), 0),
        Some(Bump::Major) if minor > 0 => Version::new(0, minor.saturating_add(1), 0),
        Some(_) => Version::new(major, minor, patch.saturating_add(1)),
    };
    next.build = metadata(api);
    next
}

/// Returns the next pre-release: `rc.1` becomes `rc.2`, and `rc` becomes `rc.1`.
fn next_prerelease(current: &Prerelease) -> Prerelease {
    let (name, number) = match current.as_str().rsplit_once('.') {
        Some((name, number)) => (name, number.parse::<u64>().ok()),
        None => ("", current.as_str().parse().ok()),
    };
    let text = match (name, number) {
        ("", Some(number)) => number.saturating_add(1).to_string(),
        (name, Some(number)) => format!("{name}.{}", number.saturating_add(1)),
        (_, None) => format!("{current}.1"),
    };
    Prerelease::new(&text).unwrap_or_else(|_| current.clone())
}

fn metadata(api: &str) -> BuildMetadata {
    let allowed = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let identifiers = api.split('.').map(|identifier| identifier.chars().map(allowed).collect::<String>());
    let named: Vec<String> = identifiers.filter(|identifier| !identifier.is_empty()).collect();
    BuildMetadata::new(&format!("api.{}", named.join("."))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Bump, next_version};

    #[test]
    fn versions_follow_cargos_rules() {
        for (current, patch, minor, major) in [
            ("0.0.3", "0.0.4", "0.0.4", "0.0.4"),
            ("0.4.7", "0.4.8", "0.4.8", "0.5.0"),
            ("1.2.3", "1.2.4", "1.3.0", "2.0.0"),
            ("0.5.0-rc.1", "0.5.0-rc.2", "0.5.0-rc.2", "0.5.0-rc.2"),
            ("2.0.0-beta", "2.0.0-beta.1", "2.0.0-beta.1", "2.0.0-beta.1"),
            ("2.0.0-7", "2.0.0-8", "2.0.0-8", "2.0.0-8"),
        ] {
            let version = current.parse().expect("is a version");
            let next = |bump| next_version(&version, bump, "1").to_string();
            assert_eq!(next(None), format!("{current}+api.1"));
            for (bump, wanted) in [(Bump::Patch, patch), (Bump::Minor, minor), (Bump::Major, major)] {
                assert_eq!(next(Some(bump)), format!("{wanted}+api.1"), "{current} and {bump}");
            }
        }
    }

    #[test]
    fn the_apis_version_is_kept_aside() {
        let current = "0.1.0+api.1.0.0".parse().expect("is a version");
        for (api, wanted) in [
            ("1.1.0", "0.1.1+api.1.1.0"),
            ("2026-11-22", "0.1.1+api.2026-11-22"),
            ("v2 (beta)", "0.1.1+api.v2--beta-"),
            ("1..0", "0.1.1+api.1.0"),
            ("é", "0.1.1+api.-"),
            ("", "0.1.1"),
        ] {
            assert_eq!(next_version(&current, Some(Bump::Patch), api).to_string(), wanted);
        }
    }
}
