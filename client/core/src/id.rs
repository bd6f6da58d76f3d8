//! Names of things: packages, namespaces, publishers, accounts, keys.

/// `[a-z]` first, then `[a-z0-9]` and the extra characters given.
fn starts_with_letter(text: &str, extra: &[char]) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || extra.contains(&c))
}

fn check_package_id(text: &str) -> Result<(), String> {
    let segments: Vec<&str> = text.split('.').collect();
    // The real ObjectStack client refuses an id without a dot or with another first character in any later segment too.
    let rest_ok = |segment: &&str| starts_with_letter(segment, &['-']);
    if segments.len() >= 2 && segments.iter().all(rest_ok) {
        Ok(())
    } else {
        Err("use lower-case words joined by dots, such as com.acme.crm-enrich; each word starts with a letter"
            .to_owned())
    }
}

checked_text! {
    /// The identity of a package, such as `com.acme.crm-enrich`.
    ///
    /// Invariants: `^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$`, at most 128 bytes.
    PackageId, "package id", pattern r"^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$", max 128, example "com.acme.crm-enrich",
    check_package_id
}

impl PackageId {
    /// Whether the id lies below a granted prefix: `com.acme` covers `com.acme.x`, never `com.acmex`.
    pub fn is_under(&self, prefix: &Prefix) -> bool {
        self.0.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('.'))
    }
}

checked_text! {
    /// An id prefix that an administrator grants to a publisher, such as `com.acme`.
    ///
    /// Invariants: one or more words of a package id, joined by dots; at most 120 bytes.
    Prefix, "id prefix", pattern r"^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$", max 120, example "com.acme",
    |text| if text.split('.').all(|segment| starts_with_letter(segment, &['-'])) {
        Ok(())
    } else {
        Err("use the first words of package ids, such as com.acme".to_owned())
    }
}

checked_text! {
    /// The namespace of a package's objects, such as `crm`.
    ///
    /// Invariants: `^[a-z][a-z0-9_]{1,19}$`.
    Namespace, "namespace", pattern r"^[a-z][a-z0-9_]{1,19}$", max 20, example "crm",
    |text| if text.len() >= 2 && starts_with_letter(text, &['_']) {
        Ok(())
    } else {
        Err("use 2 to 20 lower-case letters, digits and underscores, starting with a letter".to_owned())
    }
}

fn check_name(text: &str) -> Result<(), String> {
    if text.len() >= 2 && starts_with_letter(text, &['-']) && !text.ends_with('-') {
        Ok(())
    } else {
        Err("use at least 2 lower-case letters, digits and inner hyphens, starting with a letter".to_owned())
    }
}

checked_text! {
    /// The name of a publisher, such as `acme`.
    ///
    /// Invariants: 2 to 39 of `[a-z0-9-]`, starting with a letter, not ending with a hyphen.
    PublisherName, "publisher name", pattern r"^[a-z][a-z0-9-]*[a-z0-9]$", max 39, example "acme", check_name
}

checked_text! {
    /// The name of an account, such as `dana`.
    ///
    /// Invariants: 2 to 64 of `[a-z0-9-]`, starting with a letter, not ending with a hyphen.
    AccountName, "account name", pattern r"^[a-z][a-z0-9-]*[a-z0-9]$", max 64, example "dana", check_name
}

checked_text! {
    /// The name a publisher gives a key, such as `acme-2026`. Unique only together with its publisher.
    ///
    /// Invariants: 1 to 64 of `[A-Za-z0-9._-]`, with a letter or digit among them; so no `:`, which separates the parts of a
    /// signature string, and no `..`, which no path could name.
    KeyId, "key id", pattern r"^[._-]*[A-Za-z0-9][A-Za-z0-9._-]*$", max 64, example "acme-2026",
    |text| if text.contains(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    {
        Ok(())
    } else {
        Err("use letters, digits, dots, underscores and hyphens, at least one letter or digit".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_ids_are_lower_case_dotted_words() {
        for good in ["com.acme.crm-enrich", "a.b", "org.example.theme-dusk", "x1.y-"] {
            assert_eq!(good.parse::<PackageId>().expect(good).as_str(), good);
        }
        for bad in [
            "",
            "acme",
            "Com.acme",
            "com..acme",
            "com.acme.",
            ".com",
            "com.1a",
            "com.acmé",
            "com.ac\u{200b}me",
            "com.a\n",
            "com.a_b",
            "сom.acme",
        ] {
            assert!(bad.parse::<PackageId>().is_err(), "{bad:?}");
        }
        assert!(format!("a.{}", "b".repeat(127)).parse::<PackageId>().is_err());
        assert!(format!("a.{}", "b".repeat(126)).parse::<PackageId>().is_ok());
    }

    #[test]
    fn a_prefix_covers_whole_words_only() {
        let prefix: Prefix = "com.acme".parse().expect("prefix");
        assert!("com.acme.x".parse::<PackageId>().expect("id").is_under(&prefix));
        assert!(!"com.acmex.y".parse::<PackageId>().expect("id").is_under(&prefix));
        assert!(!"com.acme".parse::<PackageId>().expect("id").is_under(&prefix));
    }

    #[test]
    fn a_key_id_can_be_named_in_a_path() {
        for good in ["acme-2026", "default", "1", "_.x"] {
            assert_eq!(good.parse::<KeyId>().expect(good).as_str(), good);
        }
        for bad in ["", ".", "..", "-", "a:b", "a/b", "a b", "é"] {
            assert!(bad.parse::<KeyId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn errors_quote_what_they_refuse() {
        let error = "a\u{1b}[2J".parse::<PackageId>().expect_err("control characters");
        assert!(error.to_string().starts_with("\"a\\u{1b}[2J\" is not a valid package id"), "{error}");
    }
}
