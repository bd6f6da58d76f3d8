//! The tables as diesel sees them. A test compares them with both migrations.

diesel::table! {
    account (name) {
        name -> Text,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        email -> Nullable<Text>,
        password -> Nullable<Text>,
    }
}

diesel::table! {
    account_role (account, role) { account -> Text, role -> Text, }
}

diesel::table! {
    token (id) {
        id -> Text,
        account -> Text,
        secret_sha256 -> Text,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        session -> Bool,
    }
}

diesel::table! {
    web_session (secret_sha256) {
        secret_sha256 -> Text,
        account -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    device (device_code_sha256) {
        device_code_sha256 -> Text,
        user_code -> Text,
        client -> Text,
        state -> Text,
        account -> Nullable<Text>,
        interval_seconds -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        polled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    publisher (name) { name -> Text, level -> Text, created_at -> BigInt, founded_by -> Nullable<Text>, }
}

diesel::table! {
    publisher_prefix (prefix) { prefix -> Text, publisher -> Text, created_at -> BigInt, }
}

diesel::table! {
    publisher_member (publisher, account) { publisher -> Text, account -> Text, role -> Text, }
}

diesel::table! {
    publisher_departure (publisher, account) { publisher -> Text, account -> Text, left_at -> BigInt, }
}

diesel::table! {
    publisher_key (publisher, key_id) {
        publisher -> Text,
        key_id -> Text,
        algorithm -> Text,
        public_key -> Text,
        fingerprint -> Text,
        proven -> Bool,
        is_first -> Bool,
        added_at -> BigInt,
        added_by -> Text,
        vouched_by -> Nullable<Text>,
        revoked_reason -> Nullable<Text>,
        revoked_from -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    package (id) {
        id -> Text,
        publisher -> Text,
        #[sql_name = "type"]
        package_type -> Text,
        default_visibility -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        listing -> Text,
    }
}

diesel::table! {
    announcement (package, publisher) {
        package -> Text,
        publisher -> Text,
        default_visibility -> Text,
        listing -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    announcer (package, publisher, account) {
        package -> Text,
        publisher -> Text,
        account -> Text,
        first_at -> BigInt,
        last_at -> BigInt,
    }
}

diesel::table! {
    namespace (name) {
        #[sql_name = "namespace"]
        name -> Text,
        publisher -> Text,
        package -> Text,
        since -> BigInt,
    }
}

diesel::table! {
    package_namespace (package) {
        package -> Text,
        namespace -> Text,
    }
}

diesel::table! {
    artifact (sha256) {
        sha256 -> Text,
        size -> BigInt,
        created_at -> BigInt,
        lease_expires_at -> BigInt,
    }
}

diesel::table! {
    artifact_upload (sha256, account) {
        sha256 -> Text,
        account -> Text,
        uploaded_at -> BigInt,
    }
}

diesel::table! {
    version (package, number) {
        package -> Text,
        #[sql_name = "version"]
        number -> Text,
        sort_key -> Binary,
        publisher -> Text,
        #[sql_name = "type"]
        package_type -> Text,
        sha256 -> Text,
        size -> BigInt,
        tier -> Text,
        state -> Text,
        availability -> Text,
        availability_reason -> Text,
        availability_replacement -> Nullable<Text>,
        visibility -> Text,
        approved_for -> Nullable<Text>,
        has_code -> Bool,
        manifest_deps -> Bool,
        permissions -> Text,
        dependencies -> Text,
        engines -> Text,
        bundled -> Text,
        evidence_kind -> Text,
        evidence_key_id -> Nullable<Text>,
        notes -> Nullable<Text>,
        policy_version -> BigInt,
        report_sha256 -> Text,
        approval_sha256 -> Nullable<Text>,
        published_at -> BigInt,
        published_by -> Text,
        decided_at -> Nullable<BigInt>,
        decided_by -> Nullable<Text>,
        held_reason -> Nullable<Text>,
    }
}

diesel::table! {
    version_document (package, version) {
        package -> Text,
        version -> Text,
        manifest -> Text,
        report -> Text,
        listing -> Text,
        evidence -> Nullable<Text>,
        signature -> Nullable<Text>,
        approval -> Nullable<Text>,
        platform_signature -> Nullable<Text>,
    }
}

diesel::table! {
    submission (package, version) {
        package -> Text,
        version -> Text,
        visibility -> Text,
        tier -> Text,
        bundled -> Text,
        evidence_kind -> Text,
        evidence_key_id -> Nullable<Text>,
        notes -> Nullable<Text>,
        policy_version -> BigInt,
        report_sha256 -> Text,
        published_at -> BigInt,
        published_by -> Text,
        report -> Text,
        listing -> Text,
        evidence -> Nullable<Text>,
        signature -> Nullable<Text>,
    }
}

diesel::table! {
    review (id) {
        id -> Text,
        package -> Text,
        version -> Text,
        account -> Text,
        decision -> Text,
        reason -> Text,
        sha256 -> Text,
        report_sha256 -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    index_document (package, audience) {
        package -> Text,
        audience -> Text,
        serial -> BigInt,
        body -> Text,
        etag -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
        shows_sha256 -> Nullable<Text>,
    }
}

diesel::table! {
    catalog_entry (package) {
        package -> Text,
        version -> Text,
        tier -> Text,
        display_name -> Text,
        description -> Nullable<Text>,
        category -> Nullable<Text>,
        updated_at -> BigInt,
        listing -> Text,
    }
}

diesel::table! {
    catalog_word (word, package) { word -> Text, package -> Text, }
}

diesel::table! {
    registry (only_one) { only_one -> Text, origin -> Text, created_at -> BigInt, }
}

diesel::table! {
    registry_key (key_id) {
        key_id -> Text,
        algorithm -> Text,
        public_key -> Text,
        not_before -> BigInt,
        not_after -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit_event (id) {
        id -> Text,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        publisher -> Nullable<Text>,
        package -> Nullable<Text>,
        version -> Nullable<Text>,
        request_id -> Text,
        detail -> Text,
    }
}

diesel::table! {
    outbox (id) { id -> Text, at -> BigInt, kind -> Text, payload -> Text, }
}

diesel::joinable!(package -> publisher (publisher));
diesel::joinable!(catalog_entry -> package (package));
diesel::allow_tables_to_appear_in_same_query!(catalog_entry, version);
diesel::allow_tables_to_appear_in_same_query!(catalog_entry, catalog_word, package, publisher);
diesel::allow_tables_to_appear_in_same_query!(artifact, artifact_upload, version);
diesel::allow_tables_to_appear_in_same_query!(index_document, package);
diesel::allow_tables_to_appear_in_same_query!(submission, version);
