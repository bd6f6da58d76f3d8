use plimsoll_core::InvalidText;

/// Why a key is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is not one PEM block.
    #[error("this is not a key in PEM: {0}")]
    NotPem(&'static str),
    /// A private key where a public one belongs.
    #[error("this is a private key; never send it. Send its public key: openssl pkey -in KEY -pubout")]
    Private,
    /// A public key where a private one belongs.
    #[error("this is a public key; signing needs the private key")]
    Public,
    /// A private key under a passphrase.
    #[error("this private key is encrypted; decrypt it first: openssl pkey -in KEY -out DECRYPTED")]
    Encrypted,
    /// A PEM block of another kind. The label, quoted.
    #[error("this PEM block is labelled {0}; a public key is labelled \"PUBLIC KEY\", a private key \"PRIVATE KEY\"")]
    Label(String),
    /// An algorithm that is not taken, in words.
    #[error("this is {0}; use an Ed25519 or a P-256 key")]
    Algorithm(String),
    /// A small-order Ed25519 key: it verifies a constant signature over anything.
    #[error("this Ed25519 key is weak: with it, anybody could sign anything. Generate another one")]
    Weak,
    /// The structure or the point in it is wrong.
    #[error("this key is malformed: {0}")]
    Malformed(&'static str),
    /// The fingerprint or algorithm told beside the key is not the key's.
    #[error("the key has {member} {found}, but is listed with {listed}")]
    Mislabelled {
        /// Which member is wrong.
        member: &'static str,
        /// What the key has.
        found: String,
        /// What is said beside it.
        listed: String,
    },
    /// A text beside the key is not what it has to be.
    #[error(transparent)]
    Text(#[from] InvalidText),
    /// A signature string is asked of a key of another algorithm.
    #[error("a signature string needs an Ed25519 key; with a P-256 key, sign a statement")]
    NotEd25519,
    /// The operating system, or a library, could not do it.
    #[error("the key could not be {0}")]
    Failed(&'static str),
}
