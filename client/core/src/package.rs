//! What a package is, and who may see it.

closed_words! {
    /// The type of a package. Only `app` is a consumer unit; every other type is a contribution.
    PackageType, "package type" {
        /// A plugin.
        Plugin = "plugin",
        /// A user-interface plugin.
        Ui = "ui",
        /// A storage driver.
        Driver = "driver",
        /// A server adapter.
        Server = "server",
        /// An App: the only type a consumer may install.
        App = "app",
        /// A theme.
        Theme = "theme",
        /// An agent.
        Agent = "agent",
        /// An ObjectQL package.
        Objectql = "objectql",
        /// A module.
        Module = "module",
        /// A gateway; upstream calls it deprecated in favour of `server`.
        Gateway = "gateway",
        /// An adapter.
        Adapter = "adapter",
    }
}

closed_words! {
    /// Who a version is for. It belongs to the version, and is the audience of its approval. Ordered from narrow to wide.
    Visibility, "visibility" {
        /// The publisher, and those it is provisioned to.
        Private = "private",
        /// Members of the organisations that the publisher names.
        Org = "org",
        /// The catalogs.
        Marketplace = "marketplace",
    }
}
