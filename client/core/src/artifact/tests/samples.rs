//! The artifacts that the real ObjectStack CLI made.

use std::fmt::Write as _;

use crate::artifact::{Inspection, Source, declared, inspect, pack, read_members};
use crate::{Limits, manifest};

fn sample(name: &str) -> Vec<u8> {
    let path = format!("{}/../../tests/fixtures/objectstack/{name}.osplugin", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).expect(&path)
}

fn summary(inspection: &Inspection) -> String {
    let mut text = String::new();
    let manifest = inspection.manifest.as_ref().expect("manifest");
    let members: Vec<&str> = inspection.members.iter().map(|member| member.path.as_str()).collect();
    writeln!(text, "{}@{} {}", manifest.id, manifest.version, manifest.package_type).expect("text");
    writeln!(text, "members {} ({} bytes)", members.join(" "), inspection.unpacked_bytes).expect("text");
    writeln!(text, "runtime {:?} packaging {} main {:?}", manifest.runtime, manifest.packaging, manifest.main)
        .expect("text");
    let permissions: Vec<String> = inspection.permissions().iter().map(ToString::to_string).collect();
    writeln!(text, "permissions {}", permissions.join(" ")).expect("text");
    writeln!(text, "engines {:?}", manifest.engines).expect("text");
    writeln!(text, "integrity {:?}", inspection.integrity).expect("text");
    writeln!(text, "lockfile {:?}", inspection.lockfile).expect("text");
    for finding in &inspection.code {
        writeln!(text, "code {}: {}", finding.path, finding.what).expect("text");
    }
    let rest = (&inspection.native, &inspection.install_scripts, &inspection.host_packages, &inspection.secrets);
    writeln!(text, "others {rest:?}, apps {}, bundle {:?}", inspection.apps, inspection.bundle).expect("text");
    text
}

#[test]
fn the_samples_of_the_real_client_are_read() {
    for name in ["com.acme.vat-check-1.0.0", "com.acme.legacy-driver-1.4.0", "org.example.theme-dusk-0.1.0"] {
        let inspection = inspect(&sample(name)[..], &Limits::default()).expect(name);
        insta::assert_snapshot!(name, summary(&inspection));
        let declared = declared(&sample(name)[..], &Limits::default()).expect(name);
        assert_eq!(declared.members, inspection.members, "{name}");
        assert_eq!(declared.manifest.expect(name).bytes(), inspection.manifest.as_ref().expect(name).bytes(), "{name}");
        assert_eq!(
            (declared.permissions, declared.has_code),
            (inspection.permissions(), inspection.has_code()),
            "{name}"
        );
        assert_eq!(declared.integrity, inspection.integrity, "{name}");
    }
}

#[test]
fn packing_the_members_of_a_sample_gives_the_same_members() {
    for name in ["com.acme.vat-check-1.0.0", "com.acme.legacy-driver-1.4.0", "org.example.theme-dusk-0.1.0"] {
        let sample = sample(name);
        let members = read_members(&sample[..], &Limits::default()).expect(name);
        let manifest = members.iter().find(|(path, _)| path == manifest::FILE_NAME).expect("manifest").1.clone();
        let sources = members.iter().filter(|(path, _)| ![manifest::FILE_NAME, "SIGNATURE"].contains(&path.as_str()));
        let sources = sources.map(|(path, content)| Source {
            path: path.clone(),
            size: content.len() as u64,
            open: Box::new(|| Ok(Box::new(std::io::Cursor::new(content.clone())))),
        });
        let mut packed = Vec::new();
        pack(&manifest, sources.collect(), &Limits::default(), &mut packed).expect(name);
        assert_eq!(read_members(&packed[..], &Limits::default()).expect(name), members);
        assert_eq!(packed[..10], sample[..10], "the gzip header");
        assert_eq!(inflate(&packed), inflate(&sample), "the archive, byte by byte");
    }
}

fn inflate(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed), &mut bytes).expect("gzip");
    bytes
}
