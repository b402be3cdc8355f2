use std::fs::File;
use std::time::Duration;

use super::*;
use crate::trust::tests::Authority;

fn places(file: &Path) -> Places {
    Places {
        file: Some(file.to_owned()),
        dirs: Vec::new(),
    }
}

fn same(a: &Roots, b: &Roots) -> bool {
    Arc::ptr_eq(a.get(0).unwrap(), b.get(0).unwrap())
}

#[test]
fn a_file_is_read_again_only_when_it_changes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roots.pem");
    let (one, two) = (Authority::new("one"), Authority::new("two"));
    fs::write(&path, one.pem()).unwrap();
    let first = roots_at(&places(&path)).unwrap();
    assert_eq!(first.len(), 1);
    assert!(same(&first, &roots_at(&places(&path)).unwrap()));

    let later = SystemTime::now() + Duration::from_secs(10);
    File::open(&path).unwrap().set_modified(later).unwrap();
    let touched = roots_at(&places(&path)).unwrap();
    assert!(!same(&first, &touched));

    fs::write(&path, one.pem() + &two.pem()).unwrap();
    assert_eq!(roots_at(&places(&path)).unwrap().len(), 2);
}

#[test]
fn a_file_that_appears_is_seen() {
    let (dir, file_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = file_dir.path().join("late.pem");
    fs::write(dir.path().join("a.pem"), Authority::new("one").pem()).unwrap();
    let places = Places {
        file: Some(file.clone()),
        dirs: vec![dir.path().to_owned()],
    };
    assert_eq!(roots_at(&places).unwrap().len(), 1);
    fs::write(&file, Authority::new("two").pem()).unwrap();
    assert_eq!(roots_at(&places).unwrap().len(), 2);
}

#[cfg(unix)]
#[test]
fn a_change_behind_a_link_is_seen() {
    let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let target = outside.path().join("root.crt");
    fs::write(&target, Authority::new("one").pem()).unwrap();
    std::os::unix::fs::symlink(&target, dir.path().join("01234567.0")).unwrap();
    let places = Places {
        file: None,
        dirs: vec![dir.path().to_owned()],
    };
    let first = roots_at(&places).unwrap();
    assert!(same(&first, &roots_at(&places).unwrap()));
    fs::write(&target, Authority::new("two").pem()).unwrap();
    assert!(!same(&first, &roots_at(&places).unwrap()));
}

#[test]
fn each_place_has_its_own_memory() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (dir.path().join("one.pem"), dir.path().join("two.pem"));
    fs::write(&one, Authority::new("one").pem()).unwrap();
    fs::write(&two, Authority::new("two").pem()).unwrap();
    let first = roots_at(&places(&one)).unwrap();
    let second = roots_at(&places(&two)).unwrap();
    assert!(!same(&first, &second));
    assert!(same(&first, &roots_at(&places(&one)).unwrap()));
}

#[test]
fn a_change_inside_a_directory_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.pem");
    fs::write(&path, Authority::new("one").pem()).unwrap();
    let places = Places {
        file: None,
        dirs: vec![dir.path().to_owned()],
    };
    let first = roots_at(&places).unwrap();
    // Rewriting a file leaves the directory's own date alone.
    fs::write(&path, Authority::new("one more").pem()).unwrap();
    let second = roots_at(&places).unwrap();
    assert!(!same(&first, &second));
    fs::write(dir.path().join("b.pem"), Authority::new("two").pem()).unwrap();
    assert_eq!(roots_at(&places).unwrap().len(), 2);
}

#[test]
fn none_at_all_is_an_error_with_the_place() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing.pem");
    let error = roots_at(&places(&missing)).unwrap_err();
    assert_eq!((error.code(), error.errno()), (Code::File, libc::ENOENT));
    assert!(error.message().contains("missing.pem"), "{error}");

    let empty = dir.path().join("empty.pem");
    fs::write(&empty, "nothing here").unwrap();
    let error = roots_at(&places(&empty)).unwrap_err();
    assert_eq!(error.code(), Code::Format);
    assert!(error.message().contains("empty.pem"), "{error}");
}

#[test]
fn what_is_malformed_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roots.pem");
    let bad = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    fs::write(&path, bad.to_owned() + &Authority::new("one").pem()).unwrap();
    assert_eq!(roots_at(&places(&path)).unwrap().len(), 1);
}

#[test]
fn the_environment_comes_first() {
    let now = |file: Option<&str>, dir: Option<&str>| {
        Places::now(|variable| match variable {
            "SSL_CERT_FILE" => file.map(OsString::from),
            "SSL_CERT_DIR" => dir.map(OsString::from),
            _ => None,
        })
    };
    let both = now(Some("/f"), Some("/a"));
    assert_eq!((both.file, both.dirs.len()), (Some("/f".into()), 1));
    assert_eq!(now(None, Some("/a")).file, None);
    assert_eq!(now(None, Some("")), Places::of_the_system());
    assert_eq!(now(None, None), Places::of_the_system());
}
