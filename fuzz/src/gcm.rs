//! The one piece of `unsafe` on the way of data: AES-GCM that opens into two places. It must open what
//! the safe way opens, to the same bytes, and leave nothing of what that refuses.

use rssl::engine::traffic::{Aead, Key, SplitOpening};

use crate::input::Input;

const TAG: usize = 16;

/// The first byte chooses the cipher and whether the rest is sealed first; then come the key, the
/// nonce, where to split, what is authenticated alone, and the rest.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let kind = input.byte();
    let (aead, key_len) = match kind & 1 {
        0 => (Aead::Aes128Gcm, 16),
        _ => (Aead::Aes256Gcm, 32),
    };
    let key = [input.byte(); 32];
    let nonce = [input.byte(); 12];
    let split = usize::from(input.short());
    let aad = input.bytes();
    let rest = input.rest();
    let whole = Key::new(aead, &key[..key_len]);
    let sealed = match kind & 2 {
        0 => rest.to_vec(),
        _ => {
            let mut sealed = vec![0; rest.len() + TAG];
            let done = whole.seal(nonce, aad, rest, &[], &mut sealed);
            done.expect("a record that is sealed");
            sealed
        }
    };
    let mut in_two = SplitOpening::new(&key[..key_len]).expect("a key of a known length");
    // The second time it is another record under the same key.
    for _ in 0..2 {
        compare(&whole, &mut in_two, nonce, aad, &sealed, split);
    }
}

fn compare(
    whole: &Key,
    in_two: &mut SplitOpening,
    nonce: [u8; 12],
    aad: &[u8],
    sealed: &[u8],
    split: usize,
) {
    let len = sealed.len().saturating_sub(TAG);
    let mut expected = vec![0; len];
    let opens = sealed.len() >= TAG && whole.open(nonce, aad, sealed, &mut expected).is_some();
    let mut first = vec![1; split.min(len)];
    let mut second = vec![1; len - first.len()];
    let opened = in_two.open(&nonce, aad, sealed, &mut first, &mut second);
    assert_eq!(opened.is_some(), opens);
    let both = [first, second].concat();
    match opened {
        Some(()) => assert_eq!(both, expected),
        None if sealed.len() >= TAG => assert!(both.iter().all(|byte| *byte == 0)),
        None => {}
    }
}
