//! Passwords at rest: argon2id (RFC 9106), as PHC strings that carry their parameters.

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use plimsoll_core::Password;

/// Memory in KiB, passes and lanes: what OWASP's Password Storage Cheat Sheet recommends for argon2id.
const PARAMS: (u32, u32, u32) = (19 * 1024, 2, 1);
/// What is verified where there is no password, so that the time an answer takes does not tell who has one. No password has
/// this hash.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn argon2() -> Argon2<'static> {
    let (memory, passes, lanes) = PARAMS;
    let params = Params::new(memory, passes, lanes, None).expect("the parameters are within the bounds of RFC 9106");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password, with a salt that is new for each. Takes tens of milliseconds of a processor and 19 MiB.
pub(crate) fn hash(password: &Password, salt: &[u8; 32]) -> Result<String, argon2::password_hash::Error> {
    Ok(argon2().hash_password_with_salt(password.as_bytes(), salt)?.to_string())
}

/// Whether a password has this hash. Takes as long where there is none.
pub(crate) fn verify(password: &Password, hash: Option<&str>) -> bool {
    let right = argon2().verify_password(password.as_bytes(), hash.unwrap_or(NOBODY)).is_ok();
    right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        text.parse().expect("a password")
    }

    #[test]
    fn a_password_has_its_hash_and_no_other() {
        let kept = hash(&password("correct horse battery"), &[7; 32]).expect("a hash");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify(&password("correct horse battery"), Some(&kept)));
        assert!(!verify(&password("Correct horse battery"), Some(&kept)));
        assert!(!verify(&password("correct horse battery"), None));
        assert!(!verify(&password("correct horse battery"), Some("not a hash")));
        assert_ne!(hash(&password("correct horse battery"), &[8; 32]).expect("a hash"), kept);
    }

    #[test]
    fn nobody_is_verified_with_the_same_effort() {
        let kept = hash(&password("correct horse battery"), &[7; 32]).expect("a hash");
        let parameters = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(parameters(NOBODY), parameters(&kept));
        let nobody = argon2::password_hash::phc::PasswordHash::new(NOBODY).expect("a hash");
        assert_eq!(nobody.hash.expect("an output").len(), 32);
    }
}
