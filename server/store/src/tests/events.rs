use plimsoll_core::Digest;
use plimsoll_core::wire::{Algorithm, AuditEvent, RegistryKey};

use super::{Result, at, behaviours, of, page_size};
use crate::audit::{self, Filter};
use crate::{Conflict, Page, Store, outbox, registry};

behaviours! {
    audit_events_come_newest_first
    audit_events_are_filtered
    a_registry_has_one_origin
    a_registry_keeps_its_keys
    a_change_of_state_is_written_once
}

fn event(id: &str, seconds: i64, publisher: Option<&str>, package: Option<&str>) -> AuditEvent {
    AuditEvent {
        id: id.to_owned(),
        at: at(seconds),
        actor: "dana".to_owned(),
        action: "version.published".to_owned(),
        publisher: publisher.map(of),
        package: package.map(of),
        version: package.map(|_| of("1.0.0")),
        request_id: "r1".to_owned(),
        detail: serde_json::json!({ "tier": "sandbox" }),
    }
}

fn write(store: &Store, events: &[AuditEvent]) -> Result {
    store.write("test", |conn| events.iter().try_for_each(|event| audit::insert(conn, event)))
}

fn ids(page: &Page<AuditEvent>) -> Vec<&str> {
    page.items.iter().map(|event| event.id.as_str()).collect()
}

fn audit_events_come_newest_first(store: &Store) -> Result {
    let newest = event("a", 2, Some("acme"), Some("com.acme.linter"));
    write(store, &[event("b", 1, None, None), newest.clone(), event("c", 1, None, None), event("d", 0, None, None)])?;
    let page = |after| store.read("test", |conn| audit::page(conn, &Filter::default(), after, page_size(2)));
    let first = page(None)?;
    assert_eq!((ids(&first), first.more), (vec!["a", "c"], true));
    assert_eq!(first.items[0], newest);
    let second = page(Some((at(1), "c")))?;
    assert_eq!((ids(&second), second.more), (vec!["b", "d"], false));
    Ok(())
}

fn audit_events_are_filtered(store: &Store) -> Result {
    let linter = Some("com.acme.linter");
    write(store, &[event("a", 0, None, None), event("b", 0, Some("acme"), None), event("c", 0, Some("acme"), linter)])?;
    let found = |publisher: Option<&str>, package: Option<&str>| -> Result<String> {
        let filter = Filter { publisher: publisher.map(of), package: package.map(of) };
        let page = store.read("test", |conn| audit::page(conn, &filter, None, page_size(50)))?;
        Ok(ids(&page).concat())
    };
    assert_eq!(found(None, None)?, "cba");
    assert_eq!(found(Some("acme"), None)?, "cb");
    assert_eq!(found(None, linter)?, "c");
    assert_eq!(found(Some("bolt"), linter)?, "");
    Ok(())
}

fn a_registry_has_one_origin(store: &Store) -> Result {
    let find = || store.read("test", registry::find);
    let insert = |origin| store.write("test", |conn| registry::insert(conn, origin, at(0)));
    assert_eq!(find()?, None);
    insert("registry.example.com")?;
    let other = insert("other.example.com").expect_err("there is one");
    assert!(other.is_conflict(Conflict::Registry), "{other:?}");
    assert_eq!(find()?.as_deref(), Some("registry.example.com"));
    store.ping()
}

fn a_registry_keeps_its_keys(store: &Store) -> Result {
    let key = |name: &str, from| RegistryKey {
        key_id: Digest::of(name),
        algorithm: Algorithm::Ed25519,
        public_key: name.to_owned(),
        not_before: at(from),
        not_after: (from == 0).then(|| at(10)),
    };
    let keys = [key("old", 0), key("new", 10)];
    store.write("test", |conn| keys.iter().rev().try_for_each(|key| registry::insert_key(conn, key)))?;
    assert_eq!(store.read("test", registry::keys)?, keys);
    Ok(())
}

fn a_change_of_state_is_written_once(store: &Store) -> Result {
    let write = || store.write("test", |conn| outbox::insert(conn, "1", at(0), "version.approved", &"fact".into()));
    write()?;
    write().expect_err("the id is taken");
    Ok(())
}
