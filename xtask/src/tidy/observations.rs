//! What the overlay has observed was observed at ND8, and not at a server on the machine of whoever ran the probe: that is
//! most likely `nd8-sandbox`, which does what this project assumes.

use serde_json::Value;

pub(super) fn check(overlay: &str) -> Vec<String> {
    let overlay: Value = match serde_json::from_str(overlay) {
        Ok(overlay) => overlay,
        Err(error) => return vec![format!("openapi/overlay.json: {error}")],
    };
    let mut found = Vec::new();
    for section in ["shapes", "operations", "refusals", "observations"] {
        let entries = overlay.get(section).and_then(Value::as_array).into_iter().flatten();
        let local =
            entries.filter(|entry| entry["source"] == "observed" && entry["server"] != "nd8-sandbox-api");
        let local = local.count();
        if local > 0 {
            found.push(format!(
                "openapi/overlay.json: {local} {section} were observed at another server than ND8's; \
                 restore the file (`git checkout -- openapi src/raw/snapshot`)"
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_was_observed_elsewhere_is_named() {
        let entry = |source: &str, server: &str| {
            format!(r#"{{"shapes": [{{"role": "A", "source": "{source}", "day": "2026-12-01"{server}}}]}}"#)
        };
        assert_eq!(check(&entry("observed", r#", "server": "nd8-sandbox-api""#)), [] as [&str; 0]);
        assert_eq!(check(&entry("inferred", "")), [] as [&str; 0]);
        for server in [r#", "server": "loopback""#, ""] {
            let found = check(&entry("observed", server));
            assert!(found.len() == 1 && found[0].contains("1 shapes were observed"), "{found:?}");
        }
        let observations = r#"{"observations": [{"fact": "a", "source": "observed", "server": "loopback"}]}"#;
        assert_eq!(check(observations).len(), 1);
    }
}
