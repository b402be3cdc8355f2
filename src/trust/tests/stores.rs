//! Filling the trust store.

#[cfg(feature = "bundled-roots")]
use std::collections::BTreeSet;
use std::fs;

use super::*;

#[test]
fn certificates_keep_their_order_and_are_there_once() {
    let (one, two) = (Authority::new("one"), Authority::new("two"));
    let mut roots = Roots::new();
    let buffer = [one.pem(), two.pem(), one.pem()].concat();
    roots.add_bytes(buffer.as_bytes()).unwrap();
    roots.add_bytes(&two.der()).unwrap();
    assert_eq!(roots.len(), 2);
    assert_eq!(roots.get(0).unwrap().der(), &one.der());
    assert_eq!(roots.get(1).unwrap().der(), &two.der());
    assert!(roots.get(2).is_none());
    assert!(roots.contains(&one.der()) && !roots.contains(&one.der()[1..]));
}

#[test]
fn a_clone_is_a_snapshot() {
    let (one, two) = (Authority::new("one"), Authority::new("two"));
    let mut roots = store(&[&one]);
    let before = roots.clone();
    roots.add_bytes(&two.der()).unwrap();
    assert_eq!((before.len(), roots.len()), (1, 2));
    roots.clear();
    assert!(roots.is_empty() && roots.anchors().is_empty());
    assert_eq!(before.anchors().len(), 1);
}

#[test]
fn only_what_may_issue_is_an_anchor() {
    let mut no_sign = ca_params("may not sign");
    no_sign.key_usages = vec![KeyUsagePurpose::CrlSign];
    let no_sign = Authority::self_signed(no_sign);
    let leaf = Authority::self_signed(leaf_params("leaf.example"));
    let root = Authority::new("root");
    let roots = store(&[&no_sign, &leaf, &root]);
    assert_eq!(roots.len(), 3);
    let anchor = &roots.anchors()[0];
    assert_eq!(roots.anchors().len(), 1);
    assert_eq!(roots.certificate_of(anchor).unwrap().der(), &root.der());
}

#[test]
fn an_error_leaves_the_store_as_it_was() {
    let (one, two) = (Authority::new("one"), Authority::new("two"));
    let mut roots = store(&[&one]);
    let bad = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    let error = roots.add_bytes((two.pem() + bad).as_bytes()).unwrap_err();
    assert_eq!(error.code(), Code::Format);
    assert!(error.message().contains("certificate 2"), "{error}");
    assert_eq!(roots.len(), 1);
    assert_eq!(roots.add_bytes(b"").unwrap_err().code(), Code::Format);
}

#[test]
fn files_and_what_can_be_wrong_with_them() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("roots.pem");
    fs::write(&file, Authority::new("one").pem()).unwrap();
    let mut roots = Roots::new();
    roots.add_file(&file).unwrap();
    assert_eq!(roots.len(), 1);

    let error = roots.add_file(&dir.path().join("missing.pem")).unwrap_err();
    assert_eq!((error.code(), error.errno()), (Code::File, libc::ENOENT));
    assert!(error.message().contains("missing.pem"), "{error}");

    let error = roots.add_file(dir.path()).unwrap_err();
    assert_eq!((error.code(), error.errno()), (Code::File, libc::EISDIR));

    fs::write(&file, "no certificate").unwrap();
    let error = roots.add_file(&file).unwrap_err();
    assert_eq!(error.code(), Code::Format);
    assert!(error.message().contains("roots.pem"), "{error}");
}

#[test]
fn a_directory_of_files() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (Authority::new("one"), Authority::new("two"));
    let mut roots = Roots::new();
    let error = roots.add_dir(dir.path()).unwrap_err();
    assert_eq!(error.code(), Code::Format, "an empty directory");

    fs::write(dir.path().join("README"), "text").unwrap();
    fs::write(dir.path().join("b.der"), two.der()).unwrap();
    fs::write(dir.path().join("a.pem"), one.pem()).unwrap();
    fs::create_dir(dir.path().join("sub")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("gone", dir.path().join("dangling")).unwrap();
    roots.add_dir(dir.path()).unwrap();
    assert_eq!(roots.len(), 2);
    assert_eq!(roots.get(0).unwrap().der(), &one.der());

    let error = roots.add_dir(&dir.path().join("README")).unwrap_err();
    assert_eq!((error.code(), error.errno()), (Code::File, libc::ENOTDIR));
}

#[cfg(feature = "bundled-roots")]
#[test]
fn the_bundled_roots_are_mozillas() {
    let mut roots = Roots::new();
    roots.add_bundled().unwrap();
    assert_eq!(roots.len(), webpki_root_certs::TLS_SERVER_ROOT_CERTS.len());
    let ours: BTreeSet<_> = roots.anchors().iter().map(|a| format!("{a:?}")).collect();
    let theirs: BTreeSet<_> = webpki_roots::TLS_SERVER_ROOTS
        .iter()
        .map(|anchor| format!("{anchor:?}"))
        .collect();
    assert_eq!(ours.len(), roots.len(), "every one of them is an anchor");
    // The two crates can be a release apart: Mozilla changes a handful at a time.
    let different: Vec<_> = ours.symmetric_difference(&theirs).collect();
    assert!(different.len() <= 12, "{different:#?}");
}

#[cfg(not(feature = "bundled-roots"))]
#[test]
fn a_build_without_bundled_roots_says_so() {
    let error = Roots::new().add_bundled().unwrap_err();
    assert_eq!(error.code(), Code::Unsupported);
}
