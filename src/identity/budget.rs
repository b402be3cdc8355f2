//! How much work the password of a file may cost.

use pkcs8::pkcs5::pbes2::{Kdf, ScryptParams};

use crate::error::{Code, Error, Result};

/// A file says itself how much work its password is, and a hostile one would keep the process busy
/// for hours. Programs write three times 2048 iterations, careful ones three times a million. The
/// slowest kind, HMAC with SHA-512, does this many in about three seconds.
const MAX_ITERATIONS: u32 = 5_000_000;

/// The iterations left for a file: its MAC and all that is encrypted in it draw on the same ones.
/// They are taken before the work is done.
pub(super) struct Budget {
    left: u32,
}

impl Budget {
    pub fn of_a_file() -> Budget {
        Budget {
            left: MAX_ITERATIONS,
        }
    }

    /// Takes the iterations that `what` has, and returns them as the derivation of keys wants them.
    pub fn take(&mut self, what: &str, iterations: u32) -> Result<i32> {
        let what = format!("{what} with {iterations} iterations");
        if iterations == 0 {
            return Err(unsupported(format!("{what}; 1 is the least")));
        }
        self.take_work(&what, iterations.into())?;
        Ok(iterations as i32)
    }

    pub fn take_kdf(&mut self, kdf: &Kdf) -> Result<()> {
        match kdf {
            Kdf::Pbkdf2(pbkdf2) => self.take("PBKDF2", pbkdf2.iteration_count).map(drop),
            Kdf::Scrypt(scrypt) => self.take_scrypt(scrypt),
            _ => Ok(()),
        }
    }

    /// RFC 7914 takes 4 N r p cores of Salsa20/8; two of them are at most the work of an iteration,
    /// which hashes two blocks. This bounds the memory too, 128 N r bytes, to 305 MiB.
    fn take_scrypt(&mut self, scrypt: &ScryptParams) -> Result<()> {
        let (n, r, p) = (
            scrypt.cost_parameter,
            u64::from(scrypt.block_size),
            u64::from(scrypt.parallelization),
        );
        let work = n.saturating_mul(2 * r * p);
        let what =
            format!("scrypt with N = {n}, r = {r}, p = {p}, as much work as {work} iterations");
        self.take_work(&what, work)
    }

    fn take_work(&mut self, what: &str, iterations: u64) -> Result<()> {
        let left = u64::from(self.left);
        if iterations > left {
            return Err(unsupported(format!(
                "{what}; {left} are left of the {MAX_ITERATIONS} that the password of a file may cost"
            )));
        }
        self.left -= iterations as u32;
        Ok(())
    }
}

fn unsupported(what: String) -> Error {
    let message = format!("protected by {what}");
    Error::new(Code::Key, c"UNSUPPORTED_ENCRYPTION", message)
}

#[cfg(test)]
mod tests {
    use pkcs8::pkcs5::scrypt;

    use super::*;

    fn scrypt(log_n: u8, r: u32, p: u32) -> Kdf {
        let params = scrypt::Params::new(log_n, r, p).unwrap();
        let params = ScryptParams::from_params_and_salt(params, b"saltsalt");
        params.unwrap().into()
    }

    #[track_caller]
    fn assert_over<T>(result: Result<T>, fact: &str) {
        let error = result.err().expect("over the limit");
        assert_eq!(error.code(), Code::Key);
        assert!(error.message().contains(fact), "no {fact:?} in: {error}");
        assert!(error.message().contains("of the 5000000"), "{error}");
    }

    #[test]
    fn what_careful_programs_write_is_far_inside() {
        let mut budget = Budget::of_a_file();
        for _ in 0..3 {
            budget.take("PBKDF2", 1_000_000).unwrap();
        }
        Budget::of_a_file().take_kdf(&scrypt(17, 8, 1)).unwrap();
    }

    #[test]
    fn the_last_iteration_can_be_taken_and_none_behind_it() {
        let mut budget = Budget::of_a_file();
        assert_eq!(budget.take("a MAC", 1).unwrap(), 1);
        budget.take("PBKDF2", MAX_ITERATIONS - 2).unwrap();
        assert_over(budget.take("PBKDF2", 2), "1 are left");
        budget.take("PBKDF2", 1).unwrap();
        assert_over(budget.take("PBKDF2", 1), "0 are left");
        assert_over(budget.take_kdf(&scrypt(1, 1, 1)), "as 4 iterations");
    }

    #[test]
    fn scrypt_is_bounded_however_its_work_is_spread() {
        for kdf in [scrypt(20, 8, 1), scrypt(1, 64, 50_000), scrypt(14, 8, 20)] {
            assert_over(Budget::of_a_file().take_kdf(&kdf), "scrypt with N = ");
        }
        let mut greatest =
            ScryptParams::from_params_and_salt(scrypt::Params::new(14, 8, 1).unwrap(), b"saltsalt")
                .unwrap();
        greatest.cost_parameter = 1 << 63;
        greatest.block_size = u16::MAX;
        greatest.parallelization = u16::MAX;
        assert_over(Budget::of_a_file().take_kdf(&greatest.into()), "scrypt");
    }
}
