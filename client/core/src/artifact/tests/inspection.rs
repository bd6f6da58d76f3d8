//! What the inspection finds.

use serde_json::{Value, json};

use super::raw::{MANIFEST, Tar, packed};
use crate::artifact::{Inspection, Integrity, Lockfile, NoManifest, has_stack, inspect, read_stack};
use crate::{Limits, manifest};

fn inspected(members: &[(&str, &[u8])]) -> Inspection {
    inspect(&packed(members)[..], &Limits::default()).expect("well-formed")
}

fn raw(members: &[(&str, &[u8])]) -> Inspection {
    inspect(&Tar::of(members).packed()[..], &Limits::default()).expect("well-formed")
}

#[test]
fn data_is_not_code() {
    let plain: &[u8] = b"x";
    let inspection = inspected(&[
        ("assets/readme.md", plain),
        ("a.txt", plain),
        ("a.css", plain),
        ("a.csv", b"MZ,Mozambique\n"),
        ("a.yaml", plain),
        ("a.toml", plain),
        ("a.png", b"\x89PNG"),
        ("a.jpg", plain),
        ("a.webp", plain),
        ("a.gif", plain),
        ("a.woff2", plain),
        ("a.svg", b"<svg/>"),
        ("a.json", b"{\"language\":\"js\"}"),
        ("LICENSE", plain),
        ("pnpm-lock.yaml", plain),
    ]);
    assert_eq!(inspection.code, []);
    assert!(!inspection.has_code() && !inspection.only_script_bodies);
    assert_eq!(inspection.integrity, Integrity::Match);
}

#[test]
fn code_is_known_by_name_and_by_content() {
    let elf = b"\x7fELF\x02\x01";
    for (path, content, is_native) in [
        ("a.js", &b"1"[..], false),
        ("a.html", b"", false),
        ("Makefile", b"", false),
        ("SIGNATURE.txt.exe", b"", false),
        ("a.txt", elf, true),
        ("a.png", b"MZ\x90\0\x03", true),
        ("a.json", b"\xcf\xfa\xed\xfe", true),
        ("a.md", b"\xca\xfe\xba\xbe", true),
        ("a.node", b"", true),
        ("a.txt", b"\0asm\x01\0\0\0", false),
        ("a.md", b"#!/bin/sh\n", false),
        ("a.json", b"{not json}", false),
    ] {
        let inspection = inspected(&[(path, content)]);
        assert!(inspection.has_code() && !inspection.only_script_bodies, "{path}");
        assert_eq!(inspection.code[0].path, path);
        assert_eq!(!inspection.native.is_empty(), is_native, "{path}");
    }
    let signature = raw(&[("SIGNATURE", b"rm -rf /\n"), (manifest::FILE_NAME, MANIFEST.as_bytes())]);
    assert_eq!(signature.code.len(), 1, "integrity does not cover SIGNATURE, so it may hold nothing else");
}

#[test]
fn script_bodies_are_code_with_capabilities() {
    let hook = br#"{"hooks":[{"body":{"language":"js","source":"1","capabilities":["api.read"]}}]}"#;
    let inspection = inspected(&[("hooks.json", hook)]);
    assert!(inspection.only_script_bodies);
    assert_eq!(inspection.permissions(), ["capabilities:api.read".parse().expect("permission")].into_iter().collect());
    let unreadable = inspected(&[("hooks.json", br#"{"language":"js","source":"1","capabilities":"all"}"#)]);
    assert!(unreadable.has_code() && !unreadable.only_script_bodies);
}

#[test]
fn install_hooks_are_found() {
    let hooks = |package: &str| inspected(&[("package.json", package.as_bytes())]).install_scripts.len();
    assert_eq!(hooks(r#"{"scripts":{"build":"x","test":"y"}}"#), 0);
    assert_eq!(hooks(r#"{"name":"x"}"#), 0);
    assert_eq!(hooks(r#"{"scripts":{"preinstall":"x","install":"x","postinstall":"x","prepare":"x"}}"#), 4);
    for unreadable in ["", "[]", r#"{"scripts":[]}"#, r#"{"scripts":{},"scripts":{"install":"x"}}"#] {
        assert_eq!(hooks(unreadable), 1, "{unreadable}");
    }
    assert_eq!(inspected(&[("binding.gyp", b"{}"), (".pnpmfile.cjs", b"")]).install_scripts.len(), 2);
    // Where the case of names does not count, they are the same files.
    let other_case = inspected(&[("Binding.gyp", b"{}"), ("a/PACKAGE.json", br#"{"scripts":{"install":"x"}}"#)]);
    assert_eq!(other_case.install_scripts.len(), 2);
    let large = format!(r#"{{"a":[{}0]}}"#, "0,".repeat(600_000));
    assert_eq!(inspected(&[("package.json", large.as_bytes())]).install_scripts.len(), 1, "too large to be read");
}

#[test]
fn host_packages_are_found() {
    let inspection = inspected(&[
        ("dist/index.mjs", b"import '@objectstack/spec';\n// node_modules/@objectstack/core/index.js\n"),
        ("node_modules/@objectstack/spec/index.md", b""),
    ]);
    let found: Vec<_> = inspection.host_packages.iter().map(|finding| (finding.path.as_str(), finding.line)).collect();
    assert_eq!(found, [("dist/index.mjs", Some(2)), ("node_modules/@objectstack/spec/index.md", None)]);
}

#[test]
fn secrets_are_found_wherever_windows_end() {
    let token = ["ghp_", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6"].concat();
    for before in [0, 10, 65_536 - 20, 65_536 + 1024 - 20, 65_536 + 1024, 200_000] {
        let content = format!("{}\n\"{token}\" end", "x ".repeat(before / 2));
        let inspection = inspected(&[("dist/index.mjs", content.as_bytes())]);
        assert_eq!(inspection.secrets.len(), 1, "{before}");
        let secret = &inspection.secrets[0];
        assert_eq!((secret.finding.line, secret.finding.what.as_str()), (Some(2), "github-token"));
        assert!(!secret.by_entropy_alone && !format!("{secret:?}").contains(&token[4..]));
    }
}

#[test]
fn many_guesses_never_hide_a_certain_secret() {
    let guess = "const apiKey = \"aB3dE6gH9jK2mN5pQ8sT1vW4\";\n";
    let token = ["ghp_", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6"].concat();
    let content = format!("{}f(\"{token}\");", guess.repeat(200));
    let secrets = inspected(&[("dist/index.mjs", content.as_bytes())]).secrets;
    assert!(secrets.iter().any(|secret| !secret.by_entropy_alone), "{}", secrets.len());
    assert!(secrets.len() <= 101, "a report is for people");
}

#[test]
fn content_made_to_be_slow_to_search_is_left_to_a_reviewer() {
    for (path, unit) in [("a.yaml", "="), ("a.yaml", "pwd="), ("a.md", "eyJ-"), ("a.md", "ghs_.")] {
        let secrets = inspected(&[(path, unit.repeat(1_000_000 / unit.len()).as_bytes())]).secrets;
        let found: Vec<_> = secrets.iter().map(|it| (it.finding.what.as_str(), it.by_entropy_alone)).collect();
        assert_eq!(found, [("too-dense-to-be-searched", true)], "{unit}");
    }
    let ordinary = format!("{}={}\n", "NAME_OF_A_SETTING", "value/of.it_".repeat(10)).repeat(5_000);
    assert_eq!(inspected(&[("a.env.txt", ordinary.as_bytes()), ("a.toml", ordinary.as_bytes())]).secrets, []);
}

#[test]
fn integrity_covers_exactly_the_members() {
    let with = |map: &str| {
        let manifest = MANIFEST.replace('}', &format!(",\"integrity\":{map}}}"));
        raw(&[("SIGNATURE", b"unsigned\n"), ("a.txt", b"abc"), (manifest::FILE_NAME, manifest.as_bytes())]).integrity
    };
    let sha256 = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    let sha384 = "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn";
    let sha512 = "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";
    for right in [sha256, sha384, sha512] {
        assert_eq!(with(&format!(r#"{{"a.txt":"{right}"}}"#)), Integrity::Match, "{right}");
    }
    let other = sha256.replace("ung", "ung0");
    for (wrong, path) in [
        (format!(r#"{{"a.txt":"{other}"}}"#), "a.txt"),
        (r#"{"a.txt":"md5-kAFQmDzST7DWlj99KOF/cg=="}"#.to_owned(), "a.txt"),
        (format!(r#"{{"a.txt":"{}"}}"#, &sha256[7..]), "a.txt"),
        ("{}".to_owned(), "a.txt"),
        (format!(r#"{{"a.txt":"{sha256}","b.txt":"{sha256}"}}"#), "b.txt"),
        (format!(r#"{{"a.txt":"{sha256}","SIGNATURE":"{sha256}"}}"#), "SIGNATURE"),
        (format!(r#"{{"a.txt":"{sha256}","objectstack.plugin.json":"{sha256}"}}"#), "objectstack.plugin.json"),
    ] {
        let Integrity::Mismatch(findings) = with(&wrong) else { panic!("{wrong} matches") };
        assert_eq!(findings.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(), [path], "{wrong}");
    }
    assert_eq!(with("null"), Integrity::Missing);
}

#[test]
fn there_is_exactly_one_manifest() {
    assert!(matches!(raw(&[("a.txt", b"")]).manifest, Err(NoManifest::Missing)));
    assert!(matches!(raw(&[("sub/objectstack.plugin.json", MANIFEST.as_bytes())]).manifest, Err(NoManifest::Missing)));
    assert!(matches!(raw(&[(manifest::FILE_NAME, b"{}")]).manifest, Err(NoManifest::Invalid(_))));
    for second in [manifest::FILE_NAME, "ObjectStack.plugin.json"] {
        let twice = raw(&[(manifest::FILE_NAME, MANIFEST.as_bytes()), (second, MANIFEST.as_bytes())]);
        let Err(NoManifest::Duplicate(paths)) = twice.manifest else { panic!("{second}") };
        assert_eq!(paths, [manifest::FILE_NAME, second]);
    }
}

/// The manifest of an App, and an artifact of it with a compiled stack.
const APP: &str = r#"{"id":"com.acme.crm","version":"1.0.0","type":"app","name":"CRM","namespace":"crm"}"#;

fn app_of(stack: &str) -> Inspection {
    raw(&[("dist/objectstack.json", stack.as_bytes()), (manifest::FILE_NAME, APP.as_bytes())])
}

/// The App with a stack that has its manifest inside, and these members.
fn app_with(members: &str) -> Inspection {
    app_of(&format!(r#"{{"manifest":{APP},{members}}}"#))
}

fn problem_of(inspection: Inspection) -> String {
    let Err(NoManifest::Invalid(problems)) = inspection.manifest else { panic!("{:?}", inspection.manifest) };
    problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_compiled_stack_says_apps_objects_and_bundle() {
    let two = app_with(
        r#""apps":[{},{}],"plugins":[{"id":"com.acme.a","version":"1.2.3"},{"manifest":{"id":"com.acme.b","version":"2.0.0"}}]"#,
    );
    assert_eq!(two.apps, 2);
    let bundle: Vec<String> =
        two.bundle.expect("bundle").iter().map(|(id, version)| format!("{id}@{version}")).collect();
    assert_eq!(bundle, ["com.acme.a@1.2.3", "com.acme.b@2.0.0"]);
    assert_eq!(app_with(r#""apps":[{}]"#).bundle, None);
    assert_eq!(app_with(r#""objects":[{"name":"crm_account","fields":{}}]"#).objects, ["crm_account"]);
    let extending = app_with(r#""objectExtensions":[{"extend":"sys_user","fields":{}}]"#);
    assert_eq!(extending.reaches.first().map(|reach| reach.object.as_str()), Some("sys_user"));
    assert_eq!(raw(&[(manifest::FILE_NAME, APP.as_bytes())]).apps, 1);
    for unreadable in [
        r#""plugins":["com.acme.a"]"#,
        r#""plugins":[{"id":"com.acme.a","version":"^1"}]"#,
        r#""plugins":[{"id":"com.acme.a","version":"1.0.0"},{"id":"com.acme.a","version":"2.0.0"}]"#,
        r#""apps":{}"#,
        r#""objects":[{"label":"Account"}]"#,
        r#""objects":{"crm_account":{}}"#,
        r#""objectExtensions":[{"extend":{}}]"#,
        r#""permissions":["system"]"#,
        r#""permissions":{"services":["auth"]}"#,
        r#""capabilities":{"requires":[]}"#,
    ] {
        problem_of(app_with(unreadable));
    }
    problem_of(app_of(""));
}

#[test]
fn what_an_app_bundles_is_named_and_not_inside() {
    for contents in [
        r#""namespace":"hr""#,
        r#""objects":[]"#,
        r#""name":"A""#,
        r#""manifest":{"id":"com.acme.b","version":"1.0.0"}"#,
    ] {
        problem_of(app_with(&format!(r#""plugins":[{{"id":"com.acme.a","version":"1.0.0",{contents}}}]"#)));
    }
    problem_of(app_with(r#""plugins":[{"manifest":{"id":"com.acme.b","version":"1.0.0","objects":[]}}]"#));
}

#[test]
fn a_compiled_stack_has_no_members_of_a_manifest() {
    for member in [
        "id",
        "name",
        "version",
        "namespace",
        "type",
        "scope",
        "main",
        "runtime",
        "isolation",
        "packaging",
        "dependencies",
        "configuration",
        "contributes",
        "navigationContributions",
        "extensions",
        "loading",
        "engine",
        "engines",
        "integrity",
        "description",
        "defaultDatasource",
        "__proto__",
        "zones",
    ] {
        let said = problem_of(app_with(&format!(r#""{member}":null"#)));
        assert!(said.contains(&format!("it has the member \"{member}\", which is none of a compiled stack")), "{said}");
    }
    let hidden = problem_of(app_with(r#""\u0069d":"com.other.app""#));
    assert!(hidden.contains("\"id\""), "{hidden}");
    for repeated in [r#""flows":[],"flows":[]"#, r#""manifest":{}"#] {
        assert!(problem_of(app_with(repeated)).contains("more than once"), "{repeated}");
    }
}

#[test]
fn a_compiled_stack_is_of_the_package_that_its_manifest_names() {
    let with = |key: &str, value: Value| {
        let mut inside: Value = serde_json::from_str(APP).expect("JSON");
        inside[key] = value;
        app_of(&json!({ "manifest": inside }).to_string())
    };
    // The compiler writes defaults, and the name is shown alone.
    for (key, value) in
        [("name", json!("Its CRM")), ("scope", json!("project")), ("defaultDatasource", json!("default"))]
    {
        assert!(with(key, value).manifest.is_ok(), "{key}");
    }
    let belongs = "the compiled stack dist/objectstack.json belongs to the manifest: ";
    for (member, other) in [
        ("id", "com.acme.hr"),
        ("version", "1.0.1"),
        ("namespace", "hr"),
        ("type", "plugin"),
        ("scope", "system"),
        ("runtime", "node"),
        ("main", "dist/index.mjs"),
        ("packaging", "manifest-deps"),
    ] {
        let expected = format!("{belongs}its {member} is \"{other}\", that of the manifest is another");
        assert_eq!(problem_of(with(member, json!(other))), expected);
    }
    for (member, others) in [
        ("permissions", json!(["system"])),
        ("dependencies", json!({ "com.acme.a": "^1.0.0" })),
        ("engines", json!({ "protocol": "^17" })),
    ] {
        let expected = format!("{belongs}its {member} are others than those of the manifest");
        assert_eq!(problem_of(with(member, others)), expected);
    }
    assert!(problem_of(app_of("{}")).contains("it has no manifest inside"));
    assert!(
        problem_of(with("objectExtensions", json!([])))
            .contains("the manifest inside is not valid: /manifest/objectExt")
    );
}

#[test]
fn a_compiled_stack_has_its_name_in_one_case() {
    let stack = format!(r#"{{"manifest":{APP}}}"#);
    for path in ["ObjectStack.json", "dist/objectstack.JSON", "Dist/objectstack.json", "dist/object\u{17f}tack.json"] {
        let inspection = raw(&[(path, stack.as_bytes()), (manifest::FILE_NAME, APP.as_bytes())]);
        let Err(NoManifest::Invalid(problems)) = inspection.manifest else { panic!("{path} is let through") };
        assert!(problems.iter().any(|it| it.message.contains("differs from")), "{path}: {problems:?}");
    }
}

#[test]
fn a_compiled_stack_is_found_and_read() {
    let limits = Limits::default();
    let read = |artifact: &[u8]| read_stack(artifact, &limits).expect("readable");
    let stack = format!(r#"{{"manifest":{MANIFEST}}}"#);
    for path in ["objectstack.json", "dist/objectstack.json"] {
        let artifact = packed(&[(path, stack.as_bytes()), ("assets/more.md", b"x")]);
        let manifest = inspect(&artifact[..], &limits).expect("well-formed").manifest.expect("a manifest");
        assert_eq!((has_stack(&manifest), read(&artifact)), (true, Some(stack.clone().into_bytes())), "{path}");
    }
    let other = packed(&[("assets/objectstack.json", b"{}")]);
    let manifest = inspect(&other[..], &limits).expect("well-formed").manifest.expect("a manifest");
    assert_eq!((has_stack(&manifest), read(&other)), (false, None));
    assert!(read_stack(&other[..other.len() / 2], &limits).is_err());
    let large = packed(&[("objectstack.json", &vec![b' '; 9 * 1024 * 1024])]);
    assert!(read_stack(&large[..], &limits).is_err());
}

#[test]
fn the_lockfile_is_read() {
    assert_eq!(inspected(&[]).lockfile, Lockfile::Missing);
    assert!(matches!(inspected(&[("pnpm-lock.yaml", b"lockfileVersion: 5.4")]).lockfile, Lockfile::Unreadable(_)));
    let pinned = inspected(&[("pnpm-lock.yaml", b"lockfileVersion: '9.0'\n")]);
    assert_eq!(pinned.lockfile, Lockfile::Read { unpinned: Vec::new() });
}
