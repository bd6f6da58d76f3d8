//! The two migrations and `schema.rs` say the same.

use std::collections::{BTreeMap, BTreeSet};

use diesel::RunQueryDsl as _;
use diesel::sql_types::Text;
use plimsoll_core::access::{MemberRole, Role};
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{Algorithm, Decision, EvidenceKind, RevocationReason};
use plimsoll_core::{Level, PackageType, State, Tier, Visibility};

use super::{Sqlite, open, postgres};
use crate::{Conn, Database, StoreError};

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The column `line` of a query.
pub(super) fn lines(conn: &mut Conn, sql: &str) -> Vec<String> {
    let lines: Vec<Line> = match conn {
        Conn::Sqlite(conn) => diesel::sql_query(sql).load(conn),
        Conn::Postgres(conn) => diesel::sql_query(sql).load(conn),
    }
    .expect(sql);
    lines.into_iter().map(|line| line.line).collect()
}

/// `column <table>.<column> <type> <null>`, `unique <table> (<columns>) <whole or partial>`, `index …` and
/// `reference <table> (<columns>) -> <table> (<columns>)`. SQLite has no booleans: they are integers on both sides.
const SQLITE: [&str; 3] = [
    "SELECT 'column ' || t.name || '.' || c.name || ' ' || lower(c.type) || iif(c.\"notnull\", ' not null', ' null') AS line \
     FROM pragma_table_list t JOIN pragma_table_info(t.name) c \
     WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
    "SELECT iif(i.\"unique\", 'unique ', 'index ') || t.name || ' (' || \
     (SELECT group_concat(c.name, ', ') FROM pragma_index_info(i.name) c) || ')' || iif(i.partial, ' partial', ' whole') AS line \
     FROM pragma_table_list t JOIN pragma_index_list(t.name) i \
     WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
    "SELECT 'reference ' || t.name || ' (' || group_concat(f.\"from\", ', ') || ') -> ' || f.\"table\" || ' (' || \
     group_concat(f.\"to\", ', ') || ') ' || lower(f.on_update || ' ' || f.on_delete) AS line \
     FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f \
     WHERE t.schema = 'main' AND t.type = 'table' GROUP BY t.name, f.id",
];

const POSTGRES: [&str; 3] = [
    "SELECT 'column ' || table_name || '.' || column_name || ' ' || \
     CASE data_type WHEN 'bigint' THEN 'integer' WHEN 'boolean' THEN 'integer' WHEN 'bytea' THEN 'blob' ELSE data_type END || \
     CASE is_nullable WHEN 'NO' THEN ' not null' ELSE ' null' END AS line \
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'",
    "SELECT CASE WHEN i.indisunique THEN 'unique ' ELSE 'index ' END || t.relname || ' (' || \
     (SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY k (number, place) \
     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number) || ')' || \
     CASE WHEN i.indpred IS NULL THEN ' whole' ELSE ' partial' END AS line \
     FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid \
     WHERE t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_\\_%'",
    "SELECT 'reference ' || t.relname || ' (' || \
     (SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(c.conkey) WITH ORDINALITY k (number, place) \
     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number) || ') -> ' || f.relname || ' (' || \
     (SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(c.confkey) WITH ORDINALITY k (number, place) \
     JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number) || ') ' || \
     CASE c.confupdtype WHEN 'c' THEN 'cascade' ELSE 'no action' END || ' ' || \
     CASE c.confdeltype WHEN 'c' THEN 'cascade' ELSE 'no action' END AS line \
     FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid WHERE c.contype = 'f'",
];

fn shape(conn: &mut Conn) -> BTreeSet<String> {
    let queries = if matches!(conn, Conn::Sqlite(_)) { SQLITE } else { POSTGRES };
    queries.iter().flat_map(|sql| lines(conn, sql)).collect()
}

#[test]
fn both_databases_have_the_same_tables() {
    let sqlite = Sqlite::new().store.read("test", |conn| Ok::<_, StoreError>(shape(conn))).expect("SQLite's tables");
    assert!(sqlite.contains("unique publisher_key (fingerprint) partial"), "{sqlite:#?}");
    assert!(sqlite.contains("unique version (package, version) whole"), "{sqlite:#?}");
    assert!(sqlite.contains("reference review (package, version) -> version (package, version) no action no action"));
    let Some(postgres) = postgres() else { return };
    let store = open(Database::Postgres(postgres.database()));
    let postgres = store.read("test", |conn| Ok::<_, StoreError>(shape(conn))).expect("PostgreSQL's tables");
    let differences: Vec<&String> = sqlite.symmetric_difference(&postgres).collect();
    assert!(differences.is_empty(), "in one database only: {differences:#?}");
}

#[test]
fn text_keys_of_postgres_sort_by_their_bytes() {
    let Some(postgres) = postgres() else { return };
    let store = open(Database::Postgres(postgres.database()));
    let sql = "SELECT i.indexrelid::regclass || ' ' || c.collname AS line \
               FROM pg_index i, unnest(i.indcollation) collation_id JOIN pg_collation c ON c.oid = collation_id \
               JOIN pg_class t ON t.relnamespace = 'public'::regnamespace \
               WHERE t.oid = i.indrelid AND t.relname NOT LIKE '\\_\\_%' AND c.collname <> 'C'";
    let sorted_by_locale = store.read("test", |conn| Ok::<_, StoreError>(lines(conn, sql))).expect("the indexes");
    assert!(sorted_by_locale.is_empty(), "SQLite sorts these otherwise: {sorted_by_locale:#?}");
}

#[test]
fn the_schema_in_the_code_is_that_of_the_database() {
    let database = Sqlite::new();
    let shape = database.store.read("test", |conn| Ok::<_, StoreError>(shape(conn))).expect("SQLite's tables");
    let tables: BTreeSet<String> = shape.into_iter().filter(|line| line.starts_with("column ")).collect();
    let code = columns_in_the_code();
    let differences: Vec<&String> = tables.symmetric_difference(&code).collect();
    assert!(differences.is_empty(), "in one place only: {differences:#?}");
}

/// Reads `schema.rs` as text, since diesel's tables cannot be asked for the names and types of their columns.
fn columns_in_the_code() -> BTreeSet<String> {
    let source = include_str!("../schema.rs");
    let mut columns = BTreeSet::new();
    for block in source.split("diesel::table! {").skip(1) {
        let (head, body) = block.split_once('{').expect("a table has a body");
        let table = head.split_whitespace().next().expect("a table has a name");
        let (body, _) = body.split_once('}').expect("a table ends");
        let mut renamed = None;
        // A renamed column is written as `#[sql_name = "name"]` before it.
        for item in body.replace("\"]", "\",").split(',').map(str::trim).filter(|item| !item.is_empty()) {
            if let Some(name) = item.strip_prefix("#[sql_name = \"") {
                renamed = Some(name.trim_end_matches('"'));
                continue;
            }
            let (name, kind) = item.split_once(" -> ").expect("a column has a type");
            let (kind, null) = match kind.strip_prefix("Nullable<") {
                Some(inner) => (inner.trim_end_matches('>'), "null"),
                None => (kind, "not null"),
            };
            let kind = match kind {
                "BigInt" | "Bool" => "integer",
                "Binary" => "blob",
                "Text" => "text",
                other => panic!("{table}.{name} has the unknown type {other}"),
            };
            columns.insert(format!("column {table}.{} {kind} {null}", renamed.take().unwrap_or(name)));
        }
    }
    columns
}

#[test]
fn closed_columns_hold_exactly_the_words_of_the_code() {
    fn quoted<T: ToString>(all: &[T]) -> String {
        all.iter().map(|word| format!("'{}'", word.to_string())).collect::<Vec<_>>().join(", ")
    }
    let words = BTreeMap::from([
        ("algorithm", vec![quoted(Algorithm::ALL)]),
        ("approved_for", vec![quoted(Visibility::ALL)]),
        ("audience", vec![quoted(Visibility::ALL)]),
        ("availability", vec![quoted(AvailabilityWord::ALL)]),
        ("decision", vec![quoted(Decision::ALL)]),
        ("default_visibility", vec![quoted(Visibility::ALL)]),
        ("evidence_kind", vec![quoted(EvidenceKind::ALL)]),
        ("level", vec![quoted(Level::ALL)]),
        ("revoked_reason", vec![quoted(RevocationReason::ALL)]),
        ("role", vec![quoted(Role::ALL), quoted(MemberRole::ALL)]),
        ("state", vec![quoted(State::ALL)]),
        ("tier", vec![quoted(Tier::ALL)]),
        ("type", vec![quoted(PackageType::ALL)]),
        ("visibility", vec![quoted(Visibility::ALL)]),
    ]);
    let migrations = [
        include_str!("../../../../migrations/sqlite/0001_registry/up.sql"),
        include_str!("../../../../migrations/postgres/0001_registry/up.sql"),
    ];
    for migration in migrations {
        let flat = migration.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut checked = BTreeSet::new();
        for (before, after) in flat.match_indices(" IN ('").map(|(place, _)| flat.split_at(place)) {
            let column = before.rsplit('(').next().expect("the name of a column");
            let list = after.trim_start_matches(" IN (").split(')').next().expect("a list of words");
            assert!(words.get(column).is_some_and(|lists| lists.iter().any(|words| words == list)), "{column}: {list}");
            checked.insert(column);
        }
        assert_eq!(checked, words.keys().copied().collect(), "a closed column without a CHECK");
    }
}
